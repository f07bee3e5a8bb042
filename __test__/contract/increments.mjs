// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import fc from 'fast-check'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { openFresh, rawIt, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

const failed = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'no' })

/** @param {GetStore} store */
export function increments(store) {
  describe('increment', () => {
    it('starts at 0 and returns the sum (conformance 17)', async (t) => {
      const state = openFresh(store, t)
      assert.equal(await state.increment('t', 'k'), 1)
      assert.equal(await state.increment('t', 'k', 41), 42)
      assert.equal(await state.increment('t', 'k', -50), -8)
      assert.equal(await state.increment('t', 'k', 0.5), -7.5)
      assert.equal(await state.get('t', 'k'), -7.5)
    })

    it('is exact with concurrent callers (conformance 17)', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open(), open()]
      const sums = await Promise.all(Array.from({ length: 600 }, (_, index) => states[index % 3].increment('t', 'k')))
      assert.deepEqual(
        sums.sort((a, b) => a - b),
        Array.from({ length: 600 }, (_, index) => index + 1),
      )
    })

    it('sets an expiry only if it creates the entry (conformance 17)', async (t) => {
      const state = openFresh(store, t, { ttl: 1000 })
      await state.increment('t', 'own', 1, { ttl: 50 })
      await state.increment('t', 'own', 1, { ttl: 500 })
      await state.increment('t', 'default')
      await state.set('t', 'none', 1, { ttl: 0 })
      await state.increment('t', 'none', 1, { ttl: 50 })
      await state.increment('t', 'never', 1, { ttl: -1, field: 'n' })
      const [own, byDefault] = [await state.ttl('t', 'own'), await state.ttl('t', 'default')]
      assert.ok(own !== null && own > 40 && own <= 50, String(own))
      assert.ok(byDefault !== null && byDefault > 990, String(byDefault))
      assert.equal(await state.ttl('t', 'none'), -1)
      assert.equal(await state.ttl('t', 'never'), -1)
      assert.equal(await state.get('t', 'own'), 2)
    })

    it('returns the sum and the time to live in one step', async (t) => {
      const state = openFresh(store, t)
      const timed = /** @type {const} */ ({ ttl: '60500ms', withTtl: true })
      const first = await state.increment('t', 'k', 5, timed)
      assert.equal(first.value, 5)
      assert.ok(first.ttl > 50 && first.ttl <= 60.5, String(first.ttl))
      const second = await state.increment('t', 'k', 1, timed)
      assert.ok(second.value === 6 && second.ttl <= first.ttl)
      await state.set('t', 'lasting', 1)
      assert.deepEqual(await state.increment('t', 'lasting', 1.5, { withTtl: true }), { value: 2.5, ttl: -1 })
      assert.equal(await state.increment('t', 'lasting', 1, { withTtl: false }), 3.5)
      const field = /** @type {const} */ ({ field: 'a.b', ...timed })
      assert.equal((await state.increment('t', 'o', 2, field)).value, 2)
      const again = await state.increment('t', 'o', 2, field)
      assert.ok(again.value === 4 && again.ttl > 50 && again.ttl <= 60.5, String(again.ttl))
      await state.persist('t', 'o')
      assert.deepEqual(await state.increment('t', 'o', 1, field), { value: 5, ttl: -1 })
    })

    it('increments a field of an object, and creates it if it is missing (conformance 17)', async (t) => {
      const state = openFresh(store, t)
      assert.equal(await state.increment('t', 'k', 2, { field: 'a.b' }), 2)
      assert.equal(await state.increment('t', 'k', 3, { field: ['a', 'b'] }), 5)
      assert.equal(await state.increment('t', 'k', 1, { field: 'c' }), 1)
      assert.deepEqual(await state.get('t', 'k'), { a: { b: 5 }, c: 1 })
    })

    it('adds as JavaScript does (conformance 17)', async (t) => {
      const state = openFresh(store, t)
      const most = Number.MAX_SAFE_INTEGER / 2
      const number = fc.oneof(fc.double({ min: -most, max: most, noNaN: true }), fc.integer(), fc.constant(0.1))
      await fc.assert(
        fc.asyncProperty(number, number, async (one, other) => {
          await state.set('t', 'k', one)
          const [sum, field] = await Promise.all([
            state.increment('t', 'k', other),
            state.set('t', 'o', { n: one }).then(() => state.increment('t', 'o', other, { field: 'n' })),
          ])
          // JSON has no minus zero.
          assert.equal(sum, one + other + 0)
          assert.equal(field, one + other + 0)
          assert.equal(await state.get('t', 'k'), one + other + 0)
        }),
        { numRuns: 100 },
      )
    })

    it('rejects an inexact result, and changes nothing (conformance 17)', async (t) => {
      const state = openFresh(store, t)
      for (const [value, by] of [
        [Number.MAX_SAFE_INTEGER, 1],
        [-Number.MAX_SAFE_INTEGER, -1],
        [2 ** 53, -1],
        [1e300, 1],
        [0, Number.MAX_VALUE],
      ]) {
        await state.set('t', 'k', value)
        await assertFails(state.increment('t', 'k', by), 'ERR_OUT_OF_RANGE', failed)
        assert.equal(await state.get('t', 'k'), value)
      }
      await state.set('t', 'k', Number.MAX_SAFE_INTEGER - 1)
      assert.equal(await state.increment('t', 'k'), Number.MAX_SAFE_INTEGER)
    })

    it('rejects if the value is not a number, and changes nothing', async (t) => {
      const state = openFresh(store, t)
      for (const value of ['1', '', null, true, [], {}, [1], { n: '1' }]) {
        await state.set('t', 'k', value)
        await assertFails(state.increment('t', 'k'), 'ERR_WRONG_TYPE', failed)
        await assertFails(state.increment('t', 'k', 1, { field: ['n', 'm'] }), 'ERR_WRONG_TYPE', failed).catch(
          (error) => {
            // Missing fields are created only in objects.
            assert.deepEqual(value, {}, error)
          },
        )
      }
      for (const by of /** @type {any[]} */ ([NaN, Infinity, '1', null, 1n])) {
        await assertFails(state.increment('t', 'k', by), 'ERR_INVALID_ARGUMENT', failed)
      }
      for (const field of /** @type {any[]} */ ([1, {}, [null], [-1], ['\ud800'], Array(101).fill('a')])) {
        await assertFails(state.increment('t', 'k', 1, { field }), 'ERR_INVALID_ARGUMENT', failed)
      }
    })

    rawIt(store, 'rejects numbers that are not JSON', async ({ open, client, prefix }) => {
      const state = open()
      for (const text of ['05', '5.', '+5', '.5', '0x5', '1e', '1-2', 'nan', '']) {
        await client.set(`${prefix}t:k`, text)
        await assertFails(state.increment('t', 'k'), 'ERR_WRONG_TYPE', { ...failed, reply: 'WRONGTYPE' })
        assert.equal(await client.get(`${prefix}t:k`), text)
      }
    })

    rawIt(store, 'stores a plain JSON number', async ({ open, client, prefix }) => {
      const state = open()
      await state.increment('t', 'k', 5)
      assert.equal(await client.get(`${prefix}t:k`), '5')
      await client.set(`${prefix}t:k`, ' 1.5e1 ')
      assert.equal(await state.increment('t', 'k'), 16)
      assert.equal(await client.get(`${prefix}t:k`), '16')
    })
  })
}
