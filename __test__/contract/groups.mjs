// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import * as v from 'valibot'
import { z } from 'zod'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

const User = z.object({ name: z.string(), tags: z.array(z.string()).default([]) })

/** @param {GetStore} store */
export function groups(store) {
  describe('a group with a schema', () => {
    it('stores the output of the schema', async (t) => {
      const state = openFresh(store, t)
      const users = state.group('users', { schema: User })
      const ada = { name: 'Ada', tags: ['x'] }
      assert.deepEqual(await users.set('ada', ada), ada)
      await users.setMany({ bob: { name: 'Bob', tags: [] } })
      await users.set('eve', /** @type {any} */ ({ name: 'Eve', unknown: 1 }))
      assert.deepEqual(await users.get('ada'), ada)
      assert.deepEqual(await state.get('users', 'eve'), { name: 'Eve', tags: [] })
      assert.deepEqual(await users.getMany(['bob', 'missing']), [{ name: 'Bob', tags: [] }, null])
      assert.deepEqual((await users.keys()).sort(), ['ada', 'bob', 'eve'])
      assert.deepEqual((await users.entries()).map(({ value }) => value.name).sort(), ['Ada', 'Bob', 'Eve'])
      assert.deepEqual(await users.delete('ada'), ada)
      await users.clear()
      assert.deepEqual(await users.entries(), [])
    })

    it('rejects a value that does not conform, and writes nothing', async (t) => {
      const state = openFresh(store, t)
      const users = state.group('users', { schema: User })
      const bad = /** @type {any} */ ({ name: 7 })
      const about = /** @type {const} */ ({ traceId: 'users', key: 'k', applied: 'no' })
      const error = await assertFails(users.set('k', bad), 'ERR_INVALID_VALUE', about)
      assert.match(error.message, /name: /)
      assert.ok(Array.isArray(error.cause))
      await assertFails(users.setMany({ good: { name: 'A', tags: [] }, k: bad }), 'ERR_INVALID_VALUE', about)
      assert.deepEqual(await users.keys(), [])
    })

    it('checks values that are read with checkOnGet', async (t) => {
      const state = openFresh(store, t)
      await state.set('users', 'k', 'not a user')
      const [trusting, checking] = [
        state.group('users', { schema: User }),
        state.group('users', { schema: User, checkOnGet: true }),
      ]
      assert.equal(await trusting.get('k'), 'not a user')
      const about = { traceId: 'users', key: 'k' }
      await assertFails(checking.get('k'), 'ERR_INVALID_VALUE', about)
      await assertFails(checking.getMany(['k']), 'ERR_INVALID_VALUE', about)
      await assertFails(checking.entries(), 'ERR_INVALID_VALUE', about)
      assert.equal(await checking.get('missing'), null)
    })

    it('keeps the order of the calls of a tick', async (t) => {
      const state = openFresh(store, t)
      const users = state.group('users', { schema: User })
      await Promise.all([users.setMany({ k: { name: 'Ada' } }), users.delete('k')])
      assert.equal(await users.get('k'), null)
      await Promise.all([users.set('k', { name: 'Ada' }), users.delete('k')])
      assert.equal(await users.get('k'), null)
    })

    it('waits for an asynchronous schema', async (t) => {
      const state = openFresh(store, t)
      const even = z.number().refine(async (number) => number % 2 === 0, 'odd')
      const numbers = state.group('numbers', { schema: even })
      assert.equal(await numbers.set('k', 2), 2)
      await assertFails(numbers.set('k', 3), 'ERR_INVALID_VALUE', { traceId: 'numbers', key: 'k', applied: 'no' })
    })

    it('accepts a schema of any library that implements Standard Schema', async (t) => {
      const state = openFresh(store, t)
      const points = state.group('points', { schema: v.object({ x: v.number(), y: v.optional(v.number(), 0) }) })
      assert.deepEqual(await points.set('k', { x: 1 }), { x: 1, y: 0 })
      const bad = points.set('k', /** @type {any} */ ({ x: '1' }))
      const about = /** @type {const} */ ({ traceId: 'points', key: 'k', applied: 'no' })
      assert.match((await assertFails(bad, 'ERR_INVALID_VALUE', about)).message, /x: /)
    })

    it('rejects with the error that a schema throws, and rejects an invalid result of a schema', async (t) => {
      const state = openFresh(store, t)
      const mine = new Error('mine')
      const throwing = groupOf(state, () => {
        throw mine
      })
      const rejecting = groupOf(state, () => Promise.reject(mine))
      for (const group of [throwing, rejecting]) {
        await assert.rejects(group.set('k', 1), mine)
        await assert.rejects(group.setMany({ k: 1 }), mine)
      }
      for (const result of [undefined, null, 5, 'text', {}, { issues: 'text' }]) {
        const about = { traceId: 't', key: 'k', applied: /** @type {const} */ ('no') }
        await assertFails(groupOf(state, () => result).set('k', 1), 'ERR_INVALID_ARGUMENT', about)
      }
      for (const issues of [[], [{ path: [null, { key: Symbol('s') }], message: Symbol('m') }], [{ path: 'text' }]]) {
        const about = { traceId: 't', key: 'k', applied: /** @type {const} */ ('no') }
        await assertFails(groupOf(state, () => ({ issues })).set('k', 1), 'ERR_INVALID_VALUE', about)
      }
      assert.equal(await state.has('t', 'k'), false)
    })

    it('requires a schema', async (t) => {
      const state = openFresh(store, t)
      for (const options of /** @type {any[]} */ ([undefined, {}, { schema: {} }, { schema: User, whatever: 1 }])) {
        assert.throws(() => state.group('users', options), { code: 'ERR_INVALID_ARGUMENT' })
      }
      assert.throws(() => state.group(/** @type {any} */ (7), { schema: User }), { code: 'ERR_INVALID_ARGUMENT' })
    })
  })
}

/**
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @param {(value: unknown) => any} validate
 */
function groupOf(state, validate) {
  return state.group('t', { schema: { '~standard': { version: 1, vendor: 'test', validate } } })
}
