// @ts-check
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { heldLoad, joined } from '../support/held-load.mjs'
import { it } from '../support/it.mjs'
import { until } from '../support/until.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

const OF_ENTRY = { traceId: 't', key: 'k' }

/** @param {GetStore} store */
export function getOrSet(store) {
  describe('getOrSet', { concurrency: true }, () => {
    it('loads and writes a value that is missing, and reads it later', async (t) => {
      const state = openFresh(store, t)
      let calls = 0
      const load = () => {
        calls += 1
        return { at: new Date(0), calls }
      }
      const expected = { at: '1970-01-01T00:00:00.000Z', calls: 1 }
      assert.deepEqual(await state.getOrSet('t', 'k', load, { ttl: 600 }), expected)
      assert.deepEqual(await state.getOrSet('t', 'k', load, { ttl: 600 }), expected)
      assert.deepEqual([await state.get('t', 'k'), calls], [expected, 1])
      const ttl = Number(await state.ttl('t', 'k'))
      assert.ok(ttl > 500 && ttl <= 600, `${ttl}`)
    })

    it('loads once for all concurrent calls, each of which gets an object of its own', async (t) => {
      const state = openFresh(store, t)
      const { load, started, release, calls } = heldLoad({ list: [1] })
      const loading = Array.from({ length: 100 }, () => state.getOrSet('t', 'k', load))
      await started
      await joined(state, 'k')
      release(undefined)
      const values = await Promise.all(loading)
      assert.equal(calls(), 1)
      assert.deepEqual(
        values,
        values.map(() => ({ list: [1] })),
      )
      assert.equal(new Set(values).size, 100)
      assert.equal(new Set(values.map(({ list }) => list)).size, 100)
    })

    it('takes null for a value', async (t) => {
      const state = openFresh(store, t)
      let calls = 0
      const load = () => {
        calls += 1
        return null
      }
      assert.deepEqual([await state.getOrSet('t', 'k', load), await state.getOrSet('t', 'k', load)], [null, null])
      assert.deepEqual([calls, await state.has('t', 'k')], [1, true])
      const stale = /** @type {const} */ ({ ttl: 600, staleWhileRevalidate: 60 })
      assert.deepEqual([await state.getOrSet('t', 'k', load, stale), calls], [null, 1])
    })

    it('rejects what has no JSON text, and writes nothing', async (t) => {
      const state = openFresh(store, t)
      const expected = /** @type {const} */ ({ ...OF_ENTRY, applied: 'no' })
      for (const value of [undefined, 5n, () => {}]) {
        const error = await assertFails(
          state.getOrSet('t', 'k', () => value),
          'ERR_INVALID_ARGUMENT',
          expected,
        )
        assert.match(error.message, /^getOrSet\("t", "k"\): load: /)
      }
      assert.equal(await state.has('t', 'k'), false)
    })

    it('passes on the error of a load unchanged to all calls that wait for it, and loads again later', async (t) => {
      const state = openFresh(store, t)
      const mine = new Error('mine')
      const { load, started, fail, calls } = heldLoad()
      const loading = [state.getOrSet('t', 'k', load), state.getOrSet('t', 'k', load)]
      await started
      await joined(state, 'k')
      fail(mine)
      const settled = await Promise.allSettled(loading)
      assert.deepEqual(
        settled.map((one) => one.status === 'rejected' && one.reason === mine),
        [true, true],
      )
      const throwing = state.getOrSet('t', 'k', () => {
        throw mine
      })
      assert.equal(await throwing.catch((error) => error), mine)
      assert.equal(await state.getOrSet('t', 'k', () => 'loaded'), 'loaded')
      assert.equal(calls(), 1)
    })

    it('remembers a failure for failureTtl, until a value is there or the entry is deleted', async (t) => {
      const state = openFresh(store, t)
      let calls = 0
      const load = () => {
        calls += 1
        throw new Error(`failure ${calls}`)
      }
      const attempt = () => state.getOrSet('t', 'k', load, { failureTtl: 600_000 }).catch(({ message }) => message)
      assert.deepEqual([await attempt(), await attempt()], ['failure 1', 'failure 1'])
      await state.set('t', 'k', 'written')
      assert.equal(await attempt(), 'written')
      await state.delete('t', 'k')
      assert.equal(await attempt(), 'failure 2')
      const short = () => state.getOrSet('t', 'j', load, { failureTtl: 20 }).catch(({ message }) => message)
      assert.equal(await short(), 'failure 3')
      await until(async () => (await short()) === 'failure 4')
    })

    it('shortens the ttl by up to jitter', async (t) => {
      const state = openFresh(store, t)
      const keys = Array.from({ length: 50 }, (_, index) => `k${index}`)
      await Promise.all(keys.map((key) => state.getOrSet('t', key, () => 1, { ttl: 100_000, jitter: 0.5 })))
      const ttls = (await Promise.all(keys.map((key) => state.ttl('t', key)))).map(Number)
      assert.ok(
        ttls.every((ttl) => ttl > 49_900 && ttl <= 100_000),
        `${ttls}`,
      )
      assert.ok(new Set(ttls.map(Math.round)).size > 25, `${ttls}`)
    })

    it('returns a stale value at once, and replaces it with one load behind it', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const options = /** @type {const} */ ({ ttl: 600, staleWhileRevalidate: 3600 })
      await state.getOrSet('t', 'k', () => 'first', options)
      const lived = Number(await state.ttl('t', 'k'))
      assert.ok(lived > 4100 && lived <= 4200, `${lived}`)
      assert.equal(await state.getOrSet('t', 'k', () => assert.fail('it is fresh'), options), 'first')
      await state.touch('t', 'k', 1800)
      const { load, started, release, calls } = heldLoad('second')
      const values = await Promise.all(Array.from({ length: 20 }, () => state.getOrSet('t', 'k', load, options)))
      await started
      assert.deepEqual([new Set(values), calls()], [new Set(['first']), 1])
      release(undefined)
      await until(async () => (await other.get('t', 'k')) === 'second')
      assert.ok(Number(await other.ttl('t', 'k')) > 3600)
      assert.equal(await state.getOrSet('t', 'k', load, options), 'second')
    })

    it('keeps a value that was written, or a deletion, during the load behind a stale value', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const options = /** @type {const} */ ({ ttl: 600, staleWhileRevalidate: 3600 })
      for (const [key, change] of /** @type {const} */ ([
        ['written', () => other.set('t', 'written', 'newer')],
        ['deleted', () => other.delete('t', 'deleted')],
      ])) {
        await state.set('t', key, 'old', { ttl: 1800 })
        const { load, started, release } = heldLoad()
        assert.equal(await state.getOrSet('t', key, load, options), 'old')
        await started
        await change()
        // It waits for the load behind the stale value where the entry is missing.
        const waiting = state.getOrSet('t', key, () => assert.fail('a second load'), options)
        await joined(state, key)
        release(undefined)
        assert.equal(await waiting, key === 'written' ? 'newer' : 'loaded')
        assert.equal(await other.get('t', key), key === 'written' ? 'newer' : null)
      }
    })

    it('keeps a stale value if the load behind it fails, and remembers that', async (t) => {
      const state = openFresh(store, t)
      const options = /** @type {const} */ ({ ttl: 600, staleWhileRevalidate: 3600, failureTtl: 600_000 })
      await state.set('t', 'k', 'old', { ttl: 1800 })
      let calls = 0
      const load = async (/** @type {{ signal: AbortSignal }} */ { signal }) => {
        calls += 1
        assert.equal(signal.aborted, false)
        throw new Error('mine')
      }
      assert.equal(await state.getOrSet('t', 'k', load, options), 'old')
      await state.ping()
      assert.equal(await state.getOrSet('t', 'k', load, options), 'old')
      assert.equal(calls, 1)
    })

    it('passes the signal of the adapter on to no load, and ends with its calls', async (t) => {
      const state = openFresh(store, t)
      const aborted = state.getOrSet('t', 'k', () => assert.fail('called'), { signal: AbortSignal.abort() })
      await assertFails(aborted, 'ERR_ABORTED', { ...OF_ENTRY, applied: 'no' })
      const { load, started, release } = heldLoad()
      const loading = state.getOrSet('t', 'k', load)
      await started
      await state.cleanup()
      release(undefined)
      await assertFails(loading, 'ERR_CLOSED', { ...OF_ENTRY, applied: 'no' })
    })

    it('aborts the work of a load through its signal', async (t) => {
      const state = openFresh(store, t)
      const caller = new AbortController()
      const loading = state.getOrSet(
        't',
        'k',
        async ({ signal }) => {
          caller.abort()
          if (!signal.aborted) await once(signal, 'abort')
        },
        { signal: caller.signal },
      )
      await assertFails(loading, 'ERR_ABORTED', { ...OF_ENTRY, applied: 'unknown' })
    })

    it('validates what a group loads', async (t) => {
      const { open } = workspace(store, t)
      const state = open()
      const group = state.group('t', { schema: /** @type {any} */ (SHOUTED) })
      assert.equal(await group.getOrSet('k', () => 'text'), 'TEXT')
      assert.equal(await state.get('t', 'k'), 'TEXT')
      const wrong = group.getOrSet('wrong', () => 5)
      await assertFails(wrong, 'ERR_INVALID_VALUE', { traceId: 't', key: 'wrong', applied: 'no' })
    })

    it('rejects invalid options, and calls nothing', async (t) => {
      const state = openFresh(store, t)
      const expected = /** @type {const} */ ({ ...OF_ENTRY, applied: 'no' })
      for (const options of /** @type {any[]} */ ([
        null,
        { ttl: 1.5 },
        { jitter: 0.1 },
        { ttl: 0, jitter: 0.1 },
        { ttl: 5, jitter: 1.1 },
        { staleWhileRevalidate: 5 },
        { ttl: -1, staleWhileRevalidate: 5 },
        { ttl: 5, staleWhileRevalidate: 0 },
        { ttl: 4294967295, staleWhileRevalidate: 1 },
        { failureTtl: 0 },
        { failureTtl: '1' },
        { lock: 1 },
        { lock: { ttl: 5 } },
        { lock: { ttl: '2d' } },
        { lock: { timeout: -1 } },
        { lock: { wait: '1s' } },
        { whatever: 1 },
      ])) {
        const refused = state.getOrSet('t', 'k', () => assert.fail('called'), options)
        await assertFails(refused, 'ERR_INVALID_ARGUMENT', expected)
      }
      for (const load of /** @type {any[]} */ ([undefined, null, 1, Promise.resolve(1)])) {
        await assertFails(state.getOrSet('t', 'k', load), 'ERR_INVALID_ARGUMENT', expected)
      }
    })
  })
}

const SHOUTED = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (/** @type {unknown} */ value) =>
      typeof value === 'string' ? { value: value.toUpperCase() } : { issues: [{ message: 'no text' }] },
  },
}
