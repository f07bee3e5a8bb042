// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { until } from '../support/until.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

const LOCK = 'getOrSet:k'

/** @param {GetStore} store */
export function getOrSetLocked(store) {
  describe('getOrSet with a lock', { concurrency: true }, () => {
    it('loads once for all adapters', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open(), open(), open()]
      let calls = 0
      const load = async () => {
        calls += 1
        // Until all have begun to wait, as far as one can know.
        await Promise.all(states.map((state) => state.get('t', 'other')))
        return { calls }
      }
      const loading = Array.from({ length: 100 }, (_, index) =>
        states[index % 4].getOrSet('t', 'k', load, { ttl: 600, lock: true }),
      )
      assert.deepEqual(
        await Promise.all(loading),
        loading.map(() => ({ calls: 1 })),
      )
      assert.equal(calls, 1)
      // The lock is free again.
      await until(async () => (await states[0].lock('t', LOCK, { ttl: '60s' })) !== null)
    })

    it('waits for the release of the lock, and then reads', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const lock = await other.lock('t', LOCK, { ttl: '60s' })
      const loading = state.getOrSet('t', 'k', () => assert.fail('a second load'), { lock: true })
      await other.set('t', 'k', 'of another process')
      await lock?.release()
      assert.equal(await loading, 'of another process')
    })

    it('loads if the holder of the lock has died', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      await other.lock('t', LOCK, { ttl: '300ms' })
      const loading = state.getOrSet('t', 'k', () => 'loaded', { lock: { timeout: '60s' } })
      assert.equal(await loading, 'loaded')
    })

    it('loads without the lock after the timeout, and keeps the value that is there first', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const lock = await other.lock('t', LOCK, { ttl: '60s' })
      assert.equal(await state.getOrSet('t', 'k', () => 'loaded', { lock: { timeout: '20ms' } }), 'loaded')
      assert.equal(await other.get('t', 'k'), 'loaded')
      assert.equal(await lock?.release(), true)
    })

    it('holds the lock for longer than its ttl while it loads', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const loading = state.getOrSet(
        't',
        'k',
        async () => {
          assert.equal(await other.lock('t', LOCK, { ttl: '1s', timeout: '4s' }), null)
          return 'loaded'
        },
        { lock: { ttl: '2s' } },
      )
      assert.equal(await loading, 'loaded')
    })

    it('releases the lock after a failure, which is passed on unchanged', async (t) => {
      const state = openFresh(store, t)
      const mine = new Error('mine')
      const failing = state.getOrSet('t', 'k', () => Promise.reject(mine), { lock: true })
      assert.equal(await failing.catch((error) => error), mine)
      assert.ok(await state.lock('t', LOCK, { ttl: '60s', timeout: '60s' }))
    })

    it('leaves a stale value to the process that loads, and does not wait for it', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const options = /** @type {const} */ ({ ttl: 600, staleWhileRevalidate: 3600, lock: true })
      await state.set('t', 'k', 'old', { ttl: 1800 })
      const lock = await other.lock('t', LOCK, { ttl: '60s' })
      assert.equal(await state.getOrSet('t', 'k', () => assert.fail('a second load'), options), 'old')
      // Behind the attempt of the refresh.
      await state.ping()
      await lock?.release()
      assert.equal(await state.getOrSet('t', 'k', () => 'new', options), 'old')
      await until(async () => (await other.get('t', 'k')) === 'new')
    })

    it('can be left while it waits for the lock', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      await other.lock('t', LOCK, { ttl: '60s' })
      const caller = new AbortController()
      const load = () => assert.fail('called')
      const waiting = state.getOrSet('t', 'k', load, { lock: true, signal: caller.signal })
      // Behind its attempt.
      await state.getOrSet('t', 'other', () => 1)
      caller.abort()
      await assertFails(waiting, 'ERR_ABORTED', { traceId: 't', key: 'k', applied: 'unknown' })
    })
  })
}
