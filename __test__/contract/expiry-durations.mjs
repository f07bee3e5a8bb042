// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { z } from 'zod'
import { it } from '../support/it.mjs'
import { until } from '../support/until.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */
/** @import { RedisStateAdapter } from 'redis-state-adapter' */

const anything = z.any()

/**
 * Methods that take a time to live, each of an entry `k` of the trace `t`.
 *
 * @type {Record<string, (state: RedisStateAdapter, ttl: any) => Promise<unknown>>}
 */
const WRITES = {
  set: (state, ttl) => state.set('t', 'k', 1, { ttl }),
  'set with ifAbsent': (state, ttl) => state.set('t', 'k', 1, { ttl, ifAbsent: true }),
  'set with ifMatch': async (state, ttl) => {
    await state.set('t', 'k', 0)
    const found = await state.getWithMetadata('t', 'k')
    return state.set('t', 'k', 1, { ttl, ifMatch: String(found?.etag) })
  },
  'setMany, of all': (state, ttl) => state.setMany('t', { k: 1 }, { ttl }),
  'setMany, of one': (state, ttl) => state.setMany('t', [{ key: 'k', value: 1, ttl }], { ttl: 5 }),
  touch: async (state, ttl) => {
    await state.set('t', 'k', 1)
    return state.touch('t', 'k', ttl)
  },
  increment: (state, ttl) => state.increment('t', 'k', 1, { ttl }),
  'increment of a field': (state, ttl) => state.increment('t', 'k', 1, { ttl, field: 'n' }),
  update: (state, ttl) => state.update('t', 'k', [{ op: 'set', path: 'a', value: 1 }], { ttl }),
  'transaction, a list': (state, ttl) => state.transaction('t', [{ op: 'set', key: 'k', value: 1, ttl }]),
  'transaction, a function': (state, ttl) => state.transaction('t', (tx) => void tx.set('k', 1, { ttl })),
  getOrSet: (state, ttl) => state.getOrSet('t', 'k', () => 1, { ttl }),
  'getOrSet that gets stale': (state, ttl) =>
    state.getOrSet('t', 'k', () => 1, { ttl: '1ms', staleWhileRevalidate: ttl }),
  'set of a group': (state, ttl) => state.group('t', { schema: anything }).set('k', 1, { ttl }),
  'touch of a group': async (state, ttl) => {
    await state.set('t', 'k', 1)
    return state.group('t', { schema: anything }).touch('k', ttl)
  },
}

/** @param {GetStore} store */
export function expiryDurations(store) {
  describe('an expiry with its unit', { concurrency: true }, () => {
    for (const [name, write] of Object.entries(WRITES)) {
      it(`is in milliseconds: ${name}`, async (t) => {
        const state = openFresh(store, t)
        await write(state, '100500ms')
        const left = Number(await state.ttl('t', 'k'))
        assert.ok(left > 60 && left <= 100.501, `${left} s left`)
      })
    }

    it('of less than a second ends the entry', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([
        state.set('t', 'set', 1, { ttl: '400ms' }),
        state.increment('t', 'increment', 1, { ttl: '0.4s' }),
        state.transaction('t', [{ op: 'set', key: 'step', value: 1, ttl: '400ms' }]),
        state.set('t', 'touch', 1).then(() => state.touch('t', 'touch', '400ms')),
      ])
      const lefts = await Promise.all(['set', 'increment', 'step', 'touch'].map((key) => state.ttl('t', key)))
      assert.ok(
        lefts.every((left) => left === null || (left > 0 && left <= 0.4)),
        String(lefts),
      )
      await until(async () => (await state.keys('t')).length === 0)
    })

    it('is an option of the adapter, for all writes', async (t) => {
      const state = openFresh(store, t, { ttl: '90500ms' })
      await Promise.all([
        state.set('t', 'a', 1),
        state.set('t', 'b', 1, { ifAbsent: true }),
        state.increment('t', 'c'),
        state.transaction('t', [{ op: 'set', key: 'd', value: 1 }]),
      ])
      for (const key of ['a', 'b', 'c', 'd']) {
        const left = Number(await state.ttl('t', key))
        assert.ok(left > 60 && left <= 90.5, `${key}: ${left} s left`)
      }
      await state.set('t', 'a', 1, { ttl: 0 })
      assert.equal(await state.ttl('t', 'a'), -1)
    })

    it('that is invalid is rejected, with the reason', async (t) => {
      const state = openFresh(store, t)
      /** @type {[ttl: string, reason: RegExp][]} */
      const invalid = [
        ['60', /has no unit: write '60s' or '60ms'/],
        ['0s', /expected a duration from 1ms to 4294967295s/],
        ['4294967296s', /expected a duration from 1ms to 4294967295s/],
        ['0.5ms', /expected whole milliseconds/],
        ['1 s', /expected a duration with its unit/],
      ]
      for (const [name, write] of Object.entries(WRITES)) {
        if (name.startsWith('set with ifMatch')) continue
        for (const [ttl, reason] of invalid) {
          await assert.rejects(write(state, ttl), ({ code, message }) => {
            assert.equal(code, 'ERR_INVALID_ARGUMENT', name)
            assert.match(message, reason, name)
            assert.match(message, /(ttl|staleWhileRevalidate): /)
            return true
          })
        }
      }
    })
  })
}
