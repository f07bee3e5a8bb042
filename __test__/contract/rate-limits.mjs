// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { until } from '../support/until.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function rateLimits(store) {
  describe('rateLimit', { concurrency: true }, () => {
    it('lets exactly as many through as it says (conformance 17)', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open()]
      const calls = Array.from({ length: 150 }, (_, index) =>
        states[index % 2].rateLimit('t', 'k', { limit: 100, window: 60 }),
      )
      const results = await Promise.all(calls)
      const allowed = results.filter((result) => result.allowed)
      assert.equal(allowed.length, 100)
      assert.deepEqual(
        allowed.map(({ remaining }) => remaining).sort((a, b) => a - b),
        Array.from({ length: 100 }, (_, index) => index),
      )
      assert.ok(results.every(({ resetAfter }) => resetAfter > 50 && resetAfter <= 60))
      assert.equal(await states[0].get('t', 'k'), 100)
    })

    it('begins anew when the window is over', async (t) => {
      const state = openFresh(store, t)
      const options = { limit: 1, window: 0.2 }
      assert.equal((await state.rateLimit('t', 'k', options)).allowed, true)
      const refused = await state.rateLimit('t', 'k', options)
      assert.deepEqual([refused.allowed, refused.remaining], [false, 0])
      assert.ok(refused.resetAfter > 0 && refused.resetAfter <= 0.2)
      await until(async () => (await state.rateLimit('t', 'k', options)).allowed)
    })

    it('counts what a call costs, and nothing for what it refuses', async (t) => {
      const state = openFresh(store, t)
      const limited = (/** @type {number} */ cost) => state.rateLimit('t', 'k', { limit: 10, window: 60, cost })
      assert.equal((await limited(11)).allowed, false)
      assert.equal((await limited(7)).remaining, 3)
      const refused = await limited(4)
      assert.deepEqual([refused.allowed, refused.remaining], [false, 3])
      assert.deepEqual((await limited(3)).allowed, true)
    })

    it('gives an end to a window that has lost its own', async (t) => {
      const state = openFresh(store, t)
      await state.rateLimit('t', 'k', { limit: 1, window: 60 })
      await state.persist('t', 'k')
      assert.equal((await state.rateLimit('t', 'k', { limit: 1, window: 60 })).allowed, false)
      assert.ok(Number(await state.ttl('t', 'k')) > 50)
    })

    it('refuses what makes no sense', async (t) => {
      const state = openFresh(store, t)
      const expected = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'no' })
      for (const options of /** @type {any[]} */ ([
        undefined,
        {},
        { limit: 1 },
        { limit: 0, window: 1 },
        { limit: 1.5, window: 1 },
        { limit: 1, window: 0 },
        { limit: 1, window: 1, cost: 0 },
        { limit: 1, window: 1, whatever: 1 },
      ])) {
        await assertFails(state.rateLimit('t', 'k', options), 'ERR_INVALID_ARGUMENT', expected)
      }
      await state.set('t', 'k', 'text')
      await assertFails(state.rateLimit('t', 'k', { limit: 1, window: 1 }), 'ERR_WRONG_TYPE', expected)
    })
  })
}
