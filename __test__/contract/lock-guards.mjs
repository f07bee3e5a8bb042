// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { until } from '../support/until.mjs'
import { openFresh, withColons } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function lockGuards(store) {
  describe('transactions with tx.holds: locks', { concurrency: true }, () => {
    it('that another caller holds by now reject a transaction (conformance 18)', async (t) => {
      if (!store.hasTransactions) return t.skip('needs transactions on several entries')
      const state = openFresh(store, t)
      // Shorter than the pauses between two checks, each of which extends it.
      const early = await state.lock('t', 'lock', { ttl: '1ms' })
      assert.ok(early)
      // It has expired, but has no new holder, so it still protects its entries.
      await until(async () => !(await early.extend()))
      await state.transaction('t', (tx) => tx.holds(early).set('k', 'early'))
      const late = await state.lock('t', 'lock', { ttl: '60s' })
      assert.ok(late)
      const stale = state.transaction('t', (tx) => tx.holds(early).set('k', 'stale'))
      await assertFails(stale, 'ERR_CONFLICT', { traceId: 't', key: 'lock', applied: 'no' })
      await state.transaction('t', (tx) => tx.holds(late).set('k', 'late'))
      assert.equal(await state.get('t', 'k'), 'late')
      assert.ok(Object.isFrozen(late))
    })

    it('that are forged objects are rejected by a transaction', async (t) => {
      const state = openFresh(store, t)
      const lock = await state.lock('t', 'lock', { ttl: '60s' })
      assert.ok(lock)
      const forged = Object.assign(Object.create(Object.getPrototypeOf(lock)), lock, { token: '\0' })
      for (const one of [forged, { ...lock }]) {
        const about = { traceId: 't', applied: /** @type {const} */ ('no') }
        await assertFails(state.transaction('t', [{ op: 'holds', lock: one }]), 'ERR_INVALID_ARGUMENT', about)
      }
      for (const one of [lock, new Proxy(lock, {})]) {
        assert.equal(await state.transaction('t', [{ op: 'holds', lock: one }]), undefined)
      }
    })

    it('that were released reject a transaction, also one without other checks', async (t) => {
      const state = openFresh(store, t)
      const lock = await state.lock('t', 'lock', { ttl: '60s' })
      assert.ok(lock)
      await state.transaction('t', (tx) => tx.holds(lock))
      await lock.release()
      const checked = state.transaction('t', (tx) => tx.holds(lock))
      await assertFails(checked, 'ERR_CONFLICT', { traceId: 't', key: 'lock', applied: 'no' })
    })

    it('guard the entry with the same key, which is in the same slot', async (t) => {
      const state = openFresh(store, t, withColons(store))
      const lock = await state.lock('order:1', 'ключ', { ttl: '60s' })
      assert.ok(lock)
      await state.transaction('order:1', (tx) => tx.holds(lock).set('ключ', 1))
      await lock.release()
      const stale = state.transaction('order:1', (tx) => tx.set('ключ', 2).holds(lock))
      await assertFails(stale, 'ERR_CONFLICT', { traceId: 'order:1', key: 'ключ', applied: 'no' })
      assert.equal(await state.get('order:1', 'ключ'), 1)
    })
  })
}
