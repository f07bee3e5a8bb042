// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { stopwatch } from '../support/settling.mjs'
import { until } from '../support/until.mjs'
import { openFresh, rawIt, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {number | null} left @param {number} from @param {number} to */
function assertBetween(left, from, to) {
  assert.ok(left !== null && left > from && left <= to, `${left} s left, expected ${from} to ${to}`)
}

/** @param {GetStore} store */
export function expiry(store) {
  describe('expiry', { concurrency: true }, () => {
    it('of a call overrides the default of the adapter (conformance 14)', async (t) => {
      const state = openFresh(store, t, { ttl: 1000 })
      await Promise.all([
        state.set('t', 'default', 1),
        state.set('t', 'own', 1, { ttl: 50 }),
        state.set('t', 'none', 1, { ttl: 0 }),
        state.set('t', 'none either', 1, { ttl: -1 }),
        state.set('t', 'with a condition', 1, { ttl: 50, ifAbsent: true }),
      ])
      assertBetween(await state.ttl('t', 'default'), 990, 1000)
      assertBetween(await state.ttl('t', 'own'), 40, 50)
      assertBetween(await state.ttl('t', 'with a condition'), 40, 50)
      assert.equal(await state.ttl('t', 'none'), -1)
      assert.equal(await state.ttl('t', 'none either'), -1)
      const found = await state.getWithMetadata('t', 'own')
      assertBetween(found?.ttl ?? null, 40, 50)
      await state.set('t', 'own', 2, { ttl: 20, ifMatch: found?.etag })
      assertBetween(await state.ttl('t', 'own'), 10, 20)
    })

    it('of 2 seconds deletes the entry within 3 (conformance 15)', async (t) => {
      const state = openFresh(store, t)
      const start = performance.now()
      await state.set('t', 'k', 'short-lived', { ttl: 2 })
      const written = stopwatch()
      const [value, left] = await Promise.all([state.get('t', 'k'), state.ttl('t', 'k')])
      const passed = (performance.now() - start) / 1000
      // On a busy machine it may be too late to look.
      if (passed < 2) {
        assert.equal(value, 'short-lived')
        assertBetween(left, 2 - passed - 0.1, 2)
      }
      await until(async () => (await state.get('t', 'k')) === null)
      assert.ok(performance.now() - start >= 1990, 'it expired early')
      assert.ok(written() < 10_000, `it expired ${written()} ms later`)
      assert.equal(await state.ttl('t', 'k'), null)
      assert.equal(await state.has('t', 'k'), false)
      assert.equal(await state.getWithMetadata('t', 'k'), null)
      assert.deepEqual(await state.keys('t'), [])
    })

    it('is renewed by touch, which does not rewrite the value (conformance 15)', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 'kept', { ttl: 60 })
      assert.equal(await state.touch('t', 'k', 500), true)
      assertBetween(await state.ttl('t', 'k'), 490, 500)
      assert.equal(await state.get('t', 'k'), 'kept')
      await state.set('t', 'l', 1)
      assert.equal(await state.touch('t', 'l', 500), true)
      assertBetween(await state.ttl('t', 'l'), 490, 500)
      assert.equal(await state.touch('t', 'missing', 500), false)
    })

    it('is removed by persist, and by a set without ttl (conformance 15)', async (t) => {
      const state = openFresh(store, t)
      await state.setMany('t', { a: 1, b: 2 }, { ttl: 100 })
      assert.equal(await state.persist('t', 'a'), true)
      assert.equal(await state.persist('t', 'a'), false)
      assert.equal(await state.persist('t', 'missing'), false)
      await state.set('t', 'b', 3)
      assert.equal(await state.ttl('t', 'a'), -1)
      assert.equal(await state.ttl('t', 'b'), -1)
      assert.equal(await state.ttl('t', 'missing'), null)
    })

    it('deletes a touched entry at the new time (conformance 15)', async (t) => {
      const { open } = workspace(store, t)
      const state = open()
      await state.set('t', 'k', 1)
      await state.touch('t', 'k', 1)
      await until(async () => (await state.get('t', 'k')) === null)
      // In one batch, so that it cannot expire before it is persisted.
      await Promise.all([state.set('t', 'k', 2, { ttl: 2 }), state.persist('t', 'k')])
      await state.set('t', 'marker', 1, { ttl: 2 })
      await until(async () => (await state.get('t', 'marker')) === null)
      assert.equal(await state.get('t', 'k'), 2)
    })

    rawIt(store, 'is not set on keys of another type', async ({ open, client, prefix }) => {
      const state = open()
      await client.lPush(`${prefix}t:k`, 'text of another client')
      const expected = /** @type {const} */ ({ applied: 'no', traceId: 't', key: 'k', reply: 'WRONGTYPE' })
      await assertFails(state.touch('t', 'k', 5), 'ERR_WRONG_TYPE', expected)
      await assertFails(state.persist('t', 'k'), 'ERR_WRONG_TYPE', expected)
      assert.equal(await client.ttl(`${prefix}t:k`), -1)
    })

    it('that is invalid is rejected (conformance 14)', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      const expected = /** @type {const} */ ({ applied: 'no', traceId: 't', key: 'k' })
      for (const seconds of /** @type {any[]} */ ([0, -1, 1.5, NaN, '1', undefined, 4294967296])) {
        await assertFails(state.touch('t', 'k', seconds), 'ERR_INVALID_ARGUMENT', expected)
      }
      assert.equal(await state.ttl('t', 'k'), -1)
    })
  })
}
