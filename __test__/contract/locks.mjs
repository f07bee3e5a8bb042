// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { until } from '../support/until.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function locks(store) {
  describe('locks', { concurrency: true }, () => {
    it('are held by one at a time (conformance 18)', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open()]
      const racing = Array.from({ length: 20 }, (_, index) => states[index % 2].lock('t', 'lock', { ttl: 60 }))
      const held = (await Promise.all(racing)).filter((lock) => lock !== null)
      assert.equal(held.length, 1)
      const [lock] = held
      assert.deepEqual([lock.traceId, lock.key, lock.fence], ['t', 'lock', 1])
      assert.equal(await states[1].lock('t', 'lock', { ttl: 60 }), null)
      assert.equal(await lock.release(), true)
      assert.equal(await lock.release(), false)
      assert.equal((await states[1].lock('t', 'lock', { ttl: 60 }))?.fence, 2)
    })

    it('have numbers that only grow, also after they have expired (conformance 18)', async (t) => {
      const state = openFresh(store, t)
      for (let fence = 1; fence <= 5; fence++) {
        const lock = await state.lock('t', 'lock', { ttl: fence % 2 ? 0.05 : 60, timeout: 5000 })
        assert.equal(lock?.fence, fence)
        if (fence % 2 === 0) await lock?.release()
      }
    })

    it('are released and extended by their holder only (conformance 18)', async (t) => {
      const state = openFresh(store, t)
      const early = await state.lock('t', 'lock', { ttl: 0.02 })
      const late = await state.lock('t', 'lock', { ttl: 60, timeout: 5000 })
      assert.ok(early && late)
      assert.equal(await early.extend(), false)
      assert.equal(await early.release(), false)
      assert.equal(await late.extend(100), true)
      assert.equal(await state.lock('t', 'lock', { ttl: 60 }), null)
      assert.equal(await late.release(), true)
    })

    it('are waited for, and given when they are free (conformance 18)', async (t) => {
      const { open } = workspace(store, t)
      const [one, other] = [open(), open()]
      const lock = await one.lock('t', 'lock', { ttl: 60 })
      const waiting = other.lock('t', 'lock', { ttl: 60, timeout: 20_000 })
      await other.get('t', 'lock')
      await lock?.release()
      assert.equal((await waiting)?.fence, 2)
    })

    it('are given up after the time to wait', async (t) => {
      const state = openFresh(store, t)
      await state.lock('t', 'lock', { ttl: 60 })
      const start = performance.now()
      assert.equal(await state.lock('t', 'lock', { ttl: 60, timeout: 60 }), null)
      assert.ok(performance.now() - start >= 59)
    })

    it('are not taken by who was stopped by a signal', async (t) => {
      const state = openFresh(store, t)
      const controller = new AbortController()
      const { signal } = controller
      const taking = state.lock('t', 'lock', { ttl: 60, signal })
      controller.abort()
      await assertFails(taking, 'ERR_ABORTED', { traceId: 't', key: 'lock', applied: 'unknown' })
      const lock = await state.lock('t', 'lock', { ttl: 60 })
      assert.equal(lock?.fence, 2)

      const waiting = state.lock('t', 'lock', { ttl: 60, timeout: 60_000, signal: AbortSignal.timeout(30) })
      await assert.rejects(waiting, { code: 'ERR_ABORTED' })
      await lock?.release()
      assert.equal((await state.lock('t', 'lock', { ttl: 60 }))?.fence, 3)
    })

    it('protect a section: a counter that is read and written is exact (conformance 18)', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open(), open()]
      const work = async (/** @type {number} */ index) => {
        const state = states[index % 3]
        const lock = await state.lock('t', 'lock', { ttl: 60, timeout: 60_000 })
        assert.ok(lock)
        await state.set('t', 'n', (await state.get('t', 'n')) + 1)
        await lock.release()
      }
      await Promise.all(Array.from({ length: 15 }, (_, index) => work(index)))
      assert.equal(await states[0].get('t', 'n'), 15)
    })

    it('of another holder by now refuse a transaction (conformance 18)', async (t) => {
      if (!store.hasTransactions) return t.skip('needs transactions on several entries')
      const state = openFresh(store, t)
      const early = await state.lock('t', 'lock', { ttl: 0.02 })
      assert.ok(early)
      // Nobody else has it: what it protects is still its own.
      await until(async () => (await state.get('t', 'lock')).expires < Date.now())
      await state.transaction('t', (tx) => tx.holds(early).set('k', 'early'))
      const late = await state.lock('t', 'lock', { ttl: 60 })
      assert.ok(late)
      const stale = state.transaction('t', (tx) => tx.holds(early).set('k', 'stale'))
      await assertFails(stale, 'ERR_CONFLICT', { traceId: 't', key: 'lock', applied: 'no' })
      await state.transaction('t', (tx) => tx.holds(late).set('k', 'late'))
      await late.release()
      await state.transaction('t', (tx) => tx.holds(late).set('l', 'nobody else'))
      assert.deepEqual(await state.getMany('t', ['k', 'l']), ['late', 'nobody else'])
      assert.ok(Object.isFrozen(late))
    })

    it('whose entry was removed meanwhile are not taken for those of who has the same number now', async (t) => {
      if (!store.hasTransactions) return t.skip('needs transactions on several entries')
      const state = openFresh(store, t)
      const early = await state.lock('t', 'lock', { ttl: 60 })
      await state.clear('t')
      const late = await state.lock('t', 'lock', { ttl: 60 })
      assert.ok(early && late && early.fence === late.fence)
      const stale = state.transaction('t', (tx) => tx.holds(early).set('k', 'stale'))
      await assertFails(stale, 'ERR_CONFLICT', { traceId: 't', key: 'lock', applied: 'no' })
      await state.transaction('t', (tx) => tx.holds(late).set('k', 'late'))
      assert.equal(await state.get('t', 'k'), 'late')
    })

    it('are plain entries, and other entries are no locks', async (t) => {
      const state = openFresh(store, t)
      const lock = await state.lock('t', 'lock', { ttl: 60 })
      const value = await state.get('t', 'lock')
      assert.equal(value.token, lock?.token)
      assert.equal(value.fence, 1)
      assert.ok(Math.abs(value.expires - Date.now() - 60_000) < 5000)
      for (const other of [1, 'text', null, [], {}, { fence: 'x', expires: 1 }]) {
        await state.set('t', 'k', other)
        await assertFails(state.lock('t', 'k', { ttl: 1 }), 'ERR_WRONG_TYPE', { traceId: 't', key: 'k', applied: 'no' })
      }
    })

    it('refuse options that make no sense', async (t) => {
      const state = openFresh(store, t)
      const expected = /** @type {const} */ ({ traceId: 't', key: 'lock', applied: 'no' })
      for (const options of /** @type {any[]} */ ([
        undefined,
        null,
        {},
        { ttl: 0 },
        { ttl: '1' },
        { ttl: Infinity },
        { ttl: 1, timeout: -1 },
        { ttl: 1, timeout: NaN },
        { ttl: 1, whatever: 1 },
      ])) {
        await assertFails(state.lock('t', 'lock', options), 'ERR_INVALID_ARGUMENT', expected)
      }
      assert.equal(await state.has('t', 'lock'), false)
    })
  })
}
