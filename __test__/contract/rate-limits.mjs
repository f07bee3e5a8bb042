// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { until } from '../support/until.mjs'
import { openFresh, rawIt, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function rateLimits(store) {
  describe('rateLimit', { concurrency: true }, () => {
    it('allows exactly the limit (conformance 17)', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open()]
      const calls = Array.from({ length: 150 }, (_, index) =>
        states[index % 2].rateLimit('t', 'k', { limit: 100, window: '60s' }),
      )
      const results = await Promise.all(calls)
      const allowed = results.filter((result) => result.allowed)
      assert.equal(allowed.length, 100)
      assert.deepEqual(
        allowed.map(({ remaining }) => remaining).sort((a, b) => a - b),
        Array.from({ length: 100 }, (_, index) => index),
      )
      assert.ok(results.every(({ resetAfter }) => resetAfter > 50 && resetAfter <= 60))
    })

    it('starts again after the window', async (t) => {
      const state = openFresh(store, t)
      const options = /** @type {const} */ ({ limit: 1, window: '2s' })
      // In one batch, so that the window does not end between them.
      const calls = [state.rateLimit('t', 'k', options), state.rateLimit('t', 'k', options)]
      const [allowed, refused] = await Promise.all(calls)
      assert.equal(allowed.allowed, true)
      assert.deepEqual([refused.allowed, refused.remaining], [false, 0])
      assert.ok(refused.resetAfter > 0 && refused.resetAfter <= 2)
      await until(async () => (await state.rateLimit('t', 'k', options)).allowed)
    })

    it('counts the cost of allowed calls, and nothing for denied ones', async (t) => {
      const state = openFresh(store, t)
      const limited = (/** @type {number} */ cost) => state.rateLimit('t', 'k', { limit: 10, window: '60s', cost })
      await assertFails(limited(11), 'ERR_INVALID_ARGUMENT', { traceId: 't', key: 'k', applied: 'no' })
      assert.equal((await limited(7)).remaining, 3)
      const refused = await limited(4)
      assert.deepEqual([refused.allowed, refused.remaining], [false, 3])
      assert.deepEqual((await limited(3)).allowed, true)
    })

    rawIt(store, 'sets an expiry if the window has lost its own', async ({ client, prefix, open }) => {
      const state = open()
      await state.rateLimit('t', 'k', { limit: 1, window: '60s' })
      const key = `__state__:limit:{${prefix}t:k}`
      await client.persist(key)
      assert.equal((await state.rateLimit('t', 'k', { limit: 1, window: '60s' })).allowed, false)
      assert.ok((await client.ttl(key)) > 50)
    })

    rawIt(store, 'rejects and keeps a value that is not a count', async ({ client, prefix, open }) => {
      const state = open()
      const key = `__state__:limit:{${prefix}t:k}`
      const expected = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'no' })
      for (const text of ['100000000000000000', '9007199254740992', '-1', '1.5', '1e3', '+1', '"text"', '']) {
        await client.set(key, text)
        await assertFails(state.rateLimit('t', 'k', { limit: 1, window: '60s' }), 'ERR_WRONG_TYPE', expected)
        assert.deepEqual([await client.get(key), await client.ttl(key)], [text, -1])
      }
    })

    it('rejects invalid options', async (t) => {
      const state = openFresh(store, t)
      const expected = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'no' })
      for (const options of /** @type {any[]} */ ([
        undefined,
        {},
        { limit: 1 },
        { limit: 1, window: 60 },
        { limit: 1, window: '60' },
        { limit: 1, window: '0s' },
        { limit: 0, window: '1s' },
        { limit: 1.5, window: '1s' },
        { limit: 1, window: '1s', cost: 0 },
        { limit: 1, window: '1s', cost: 2 },
        { limit: 1, window: '1s', cost: null },
        { limit: 1, window: '1s', whatever: 1 },
        { limit: 1, window: '1s', algorithm: 'log' },
        { limit: 1, window: '1s', refill: 1 },
        { limit: 1, window: '1s', refill: 1, algorithm: 'sliding' },
        { limit: 1, window: '1s', refill: 0, algorithm: 'token-bucket' },
        { limit: 1, window: '1s', refill: 1.5, algorithm: 'token-bucket' },
        { limit: 1, window: '1s', cost: 2, refill: 2, algorithm: 'token-bucket' },
      ])) {
        await assertFails(state.rateLimit('t', 'k', options), 'ERR_INVALID_ARGUMENT', expected)
      }
      // An entry with the same key is independent of the limit.
      await state.set('t', 'k', 'text')
      assert.equal((await state.rateLimit('t', 'k', { limit: 1, window: '30d' })).allowed, true)
    })
  })
}
