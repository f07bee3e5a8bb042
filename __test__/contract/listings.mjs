// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { fill, range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { openFresh } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** More than one step of a listing returns. */
const MANY = 1025

/** @param {RedisStateAdapter} state @param {string} traceId */
async function listingsOf(state, traceId) {
  const [values, keys, traceIds, items] = await Promise.all([
    state.getGroup(traceId),
    state.keys(traceId),
    state.traceIds(),
    state.items({ groupId: traceId }),
  ])
  return { values, keys, traceIds, items }
}

/** @param {GetStore} store */
export function listings(store) {
  describe('listings', () => {
    it('are empty if nothing is stored', async (t) => {
      const state = openFresh(store, t)
      assert.deepEqual(await listingsOf(state, 't'), { values: [], keys: [], traceIds: [], items: [] })
      assert.deepEqual(await state.items(), [])
    })

    it('contain a single entry', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      assert.deepEqual(await listingsOf(state, 't'), {
        values: [1],
        keys: ['k'],
        traceIds: ['t'],
        items: [{ groupId: 't', key: 'k', type: 'number', value: 1 }],
      })
    })

    it('contain each of 1,025 entries once, and none of another trace', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([fill(state, 't', MANY), fill(state, 'other', 300)])
      const { values, keys, traceIds, items } = await listingsOf(state, 't')
      const numbers = range(MANY)
      assertSameMembers(values, numbers)
      assertSameMembers(
        keys,
        numbers.map((number) => `k${number}`),
      )
      assertSameMembers(traceIds, ['t', 'other'])
      assertSameMembers(
        items,
        numbers.map((value) => ({ groupId: 't', key: `k${value}`, type: 'number', value })),
      )
    })

    it('contain each of 1,025 trace ids once', async (t) => {
      const state = openFresh(store, t)
      const ids = range(MANY).map((number) => `t${number}`)
      await Promise.all(ids.flatMap((id) => [state.set(id, 'k', id), state.set(id, 'k2', id)]))
      assertSameMembers(await state.traceIds(), ids)
      const items = await state.items()
      assert.equal(items.length, 2 * MANY)
      assert.equal(new Set(items.map(({ groupId, key }) => `${groupId}:${key}`)).size, 2 * MANY)
    })

    it('keep equal values of different entries apart', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(range(100).map((index) => state.set('t', `k${index}`, 'same')))
      assert.deepEqual(await state.getGroup('t'), Array(100).fill('same'))
    })

    it('contain stored null, 0, false and empty strings', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([null, 0, false, ''].map((value, index) => state.set('t', `k${index}`, value)))
      assertSameMembers(await state.getGroup('t'), [null, 0, false, ''])
      assert.equal((await state.items()).length, 4)
    })

    it('return the right result to each of many concurrent calls', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(range(20).map((index) => fill(state, `t${index}`, index)))
      const answers = await Promise.all(range(20).map((index) => state.getGroup(`t${index}`)))
      for (const [index, answer] of answers.entries()) assertSameMembers(answer, range(index))
    })

    it('contain large values', async (t) => {
      const state = openFresh(store, t)
      const large = range(12).map((index) => `${index}`.padEnd(1024 * 1024, 'x'))
      await Promise.all(large.map((value, index) => state.set('t', `k${index}`, value)))
      const values = await state.getGroup('t')
      assert.ok(values.length === large.length && large.every((value) => values.includes(value)))
    })
  })
}
