// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { assertFails } from '../support/assert-fails.mjs'
import { openFresh, rawIt, workspace } from '../support/workspace.mjs'

/**
 * @import { RateLimitOptions } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** With the names of the keys of their records. */
const ALGORITHMS = /** @type {const} */ ([
  ['sliding', 'sliding'],
  ['token-bucket', 'bucket'],
])

/** Texts that are no records of one algorithm, nor of the other. */
const FOREIGN = [
  '3',
  '{}',
  '[]',
  '[1]',
  '[1,2,3,4,5]',
  '[-1,2,3,4,5,6]',
  '[2,1,0]',
  '[1,null,1]',
  '"text"',
  'no JSON',
  '',
]

/** @param {GetStore} store */
export function rateLimitAlgorithms(store) {
  for (const [algorithm, name] of ALGORITHMS) {
    describe(`rateLimit, ${algorithm}`, { concurrency: true }, () => {
      it('allows exactly the limit', async (t) => {
        const { open } = workspace(store, t)
        const states = [open(), open()]
        const options = /** @type {const} */ ({ limit: 100, window: '6000s', algorithm })
        const calls = Array.from({ length: 150 }, (_, index) => states[index % 2].rateLimit('t', 'k', options))
        const results = await Promise.all(calls)
        const allowed = results.filter((result) => result.allowed)
        assert.equal(allowed.length, 100)
        assert.deepEqual(
          allowed.map(({ remaining }) => remaining).sort((a, b) => a - b),
          Array.from({ length: 100 }, (_, index) => index),
        )
        const refused = results.filter((result) => !result.allowed)
        assert.ok(refused.every(({ remaining, resetAfter }) => remaining === 0 && resetAfter > 0))
      })

      it('counts the cost of allowed calls, and nothing for denied ones', async (t) => {
        const state = openFresh(store, t)
        const limited = (/** @type {number} */ cost) =>
          state.rateLimit('t', 'k', { limit: 10, window: '6000s', cost, algorithm })
        assert.equal((await limited(7)).remaining, 3)
        const refused = await limited(4)
        assert.deepEqual([refused.allowed, refused.remaining], [false, 3])
        assert.equal((await limited(3)).allowed, true)
      })

      it('allows a denied call after the time that it was told', async (t) => {
        const state = openFresh(store, t)
        const options = /** @type {const} */ ({ limit: 2, window: '2s', cost: 2, algorithm })
        // In one batch, so that no time passes between them.
        const [allowed, refused] = await Promise.all([
          state.rateLimit('t', 'k', options),
          state.rateLimit('t', 'k', options),
        ])
        assert.deepEqual([allowed.allowed, refused.allowed], [true, false])
        assert.ok(refused.resetAfter > 1.9 && refused.resetAfter <= 2 * (1 + 1 / 32), `${refused.resetAfter}`)
        // The clock of the server counts whole milliseconds.
        await setTimeout(refused.resetAfter * 1000 + 1)
        assert.equal((await state.rateLimit('t', 'k', options)).allowed, true)
      })

      it('has a count of its own for each algorithm', async (t) => {
        const state = openFresh(store, t)
        const options = /** @type {const} */ ({ limit: 1, window: '600s' })
        for (const one of /** @type {const} */ (['fixed', 'sliding', 'token-bucket'])) {
          assert.equal((await state.rateLimit('t', 'k', { ...options, algorithm: one })).allowed, true, one)
          assert.equal((await state.rateLimit('t', 'k', { ...options, algorithm: one })).allowed, false, one)
        }
        assert.deepEqual([await state.count('t'), await state.get('t', 'k')], [0, null])
      })

      it('keeps what was counted if limit and window change', async (t) => {
        const state = openFresh(store, t)
        const limited = (/** @type {number} */ limit, /** @type {RateLimitOptions['window']} */ window) =>
          state.rateLimit('t', 'k', { limit, window, algorithm })
        for (let count = 0; count < 3; count++) await limited(10, '6000s')
        assert.equal((await limited(3, '7000s')).allowed, false)
        assert.deepEqual(await limited(5, '8000s').then(({ allowed, remaining }) => [allowed, remaining]), [true, 1])
        assert.equal((await limited(5, '7000s')).allowed, true)
        assert.equal((await limited(5, '7000s')).allowed, false)
      })

      rawIt(store, 'keeps its record until the whole limit is available', async ({ client, prefix, open }) => {
        const { resetAfter } = await open().rateLimit('t', 'k', { limit: 4, window: '600s', cost: 2, algorithm })
        const left = await client.pTTL(`__state__:${name}:{${prefix}t:k}`)
        assert.ok(left > resetAfter * 1000 - 60_000 && left <= resetAfter * 1000, `${left} ${resetAfter}`)
      })

      rawIt(store, 'rejects and keeps a value that is not its record', async ({ client, prefix, open }) => {
        const state = open()
        const key = `__state__:${name}:{${prefix}t:k}`
        const expected = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'no' })
        for (const text of FOREIGN) {
          await client.set(key, text)
          const call = state.rateLimit('t', 'k', { limit: 1, window: '60s', algorithm })
          await assertFails(call, 'ERR_WRONG_TYPE', expected)
          assert.deepEqual([await client.get(key), await client.ttl(key)], [text, -1])
        }
        await client.del(key)
        await client.hSet(key, 'a', 'b')
        const call = state.rateLimit('t', 'k', { limit: 1, window: '60s', algorithm })
        await assertFails(call, 'ERR_WRONG_TYPE', expected)
      })
    })
  }

  it('a token bucket is refilled at its rate', async (t) => {
    const state = openFresh(store, t)
    const options = /** @type {const} */ ({ limit: 10, window: '1000s', refill: 20_000, algorithm: 'token-bucket' })
    const [full, empty] = await Promise.all([
      state.rateLimit('t', 'k', { ...options, cost: 10 }),
      state.rateLimit('t', 'k', { ...options, cost: 5 }),
    ])
    assert.deepEqual([full.allowed, full.remaining, full.resetAfter], [true, 0, 0.5])
    assert.deepEqual([empty.allowed, empty.resetAfter <= 0.25], [false, true])
  })
}
