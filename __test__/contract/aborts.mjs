// @ts-check
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { until } from '../support/until.mjs'
import { openFresh, rawIt } from '../support/workspace.mjs'

/** @import { RedisStateAdapter } from 'redis-state-adapter' */
/** @import { GetStore } from '../support/workspace.mjs' */

/**
 * Methods that may take a long time.
 *
 * @type {{ name: string, writes?: true, make: (state: RedisStateAdapter, signal: AbortSignal) => Promise<unknown> }[]}
 */
const LONG = [
  { name: 'getGroup', make: (state, signal) => state.getGroup('t', { signal }) },
  { name: 'getByPrefix', make: (state, signal) => state.getByPrefix('t', 'k', { signal }) },
  { name: 'keys', make: (state, signal) => state.keys('t', { signal }) },
  { name: 'count', make: (state, signal) => state.count('t', 'k', { signal }) },
  { name: 'traceIds', make: (state, signal) => state.traceIds({ signal }) },
  { name: 'items', make: (state, signal) => state.items({ groupId: 't' }, { signal }) },
  { name: 'items of all', make: (state, signal) => state.items({}, { signal }) },
  { name: 'query', make: (state, signal) => state.query({ groupId: 't' }, { signal }) },
  { name: 'scan', make: async (state, signal) => state.scan('t', { signal })[Symbol.asyncIterator]().next() },
  { name: 'clear', writes: true, make: (state, signal) => state.clear('t', 'k', { signal }) },
]

/** @param {GetStore} store */
export function aborts(store) {
  describe('an AbortSignal', () => {
    it('that is already aborted prevents the call', async (t) => {
      const state = openFresh(store, t)
      const reason = new Error('mine')
      const options = { signal: AbortSignal.abort(reason) }
      const about = { traceId: 't', key: 'k' }
      const failures = [
        await assertFails(state.get('t', 'k', options), 'ERR_ABORTED', about),
        await assertFails(state.set('t', 'k', 1, options), 'ERR_ABORTED', { ...about, applied: 'no' }),
        await assertFails(state.increment('t', 'k', 1, options), 'ERR_ABORTED', { ...about, applied: 'no' }),
        await assertFails(state.setMany('t', { k: 1 }, options), 'ERR_ABORTED', { traceId: 't', applied: 'no' }),
      ]
      for (const { cause } of failures) assert.equal(cause, reason)
      assert.equal(await state.has('t', 'k'), false)
    })

    it('rejects calls in flight, writes with applied: unknown', async (t) => {
      const state = openFresh(store, t)
      const controller = new AbortController()
      const { signal } = controller
      const about = { traceId: 't', key: 'k' }
      const calls = [
        assertFails(state.get('t', 'k', { signal }), 'ERR_ABORTED', about),
        assertFails(state.set('t', 'k', 1, { signal }), 'ERR_ABORTED', { ...about, applied: 'unknown' }),
        assertFails(state.update('t', 'k', [], { signal }), 'ERR_ABORTED', { ...about, applied: 'unknown' }),
        assertFails(state.getMany('t', ['k'], { signal }), 'ERR_ABORTED', { traceId: 't' }),
      ]
      controller.abort()
      await Promise.all(calls)
      // The writes were sent before.
      assert.equal(await state.get('t', 'k'), 1)
    })

    it('can be shared by many calls, with one listener', async (t) => {
      const state = openFresh(store, t)
      const controller = new AbortController()
      const { signal } = controller
      const calls = Array.from({ length: 20 }, () => assertFails(state.get('t', 'k', { signal }), 'ERR_ABORTED'))
      assert.equal(getEventListeners(signal, 'abort').length, 1)
      controller.abort()
      await Promise.all(calls)
    })

    it('ends a bulk call after the part in flight', async (t) => {
      const state = openFresh(store, t)
      const controller = new AbortController()
      const entries = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`k${index}`, index]))
      const writing = state.setMany('t', entries, { signal: controller.signal })
      controller.abort()
      await assertFails(writing, 'ERR_ABORTED', { traceId: 't', applied: 'unknown' })
      // After the first part. In a cluster each node executes its share at another time.
      await until(() => state.stats().inFlight === 0)
      assert.equal((await state.keys('t')).length, 10_000)
    })

    it('either rejects a call or not, and the statistics agree, at any step of its settlement', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      /** @type {Record<string, number>} */
      const seen = {}
      for (const steps of range(12)) {
        for (const isAfter of [false, true]) {
          const code = await codeOfAborted(state, steps, isAfter)
          if (code) seen[code] = (seen[code] ?? 0) + 1
          assert.deepEqual(state.stats().errors, seen, `${steps} steps, ${isAfter}`)
        }
      }
    })

    it('that is aborted before a failure arrives hides no other failure', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      const check = /** @type {const} */ ([{ op: 'check', key: 'k', ifAbsent: true }])
      const sets = [{ key: 'k', value: 1, ifAbsent: true }]
      for (const make of [
        (/** @type {AbortSignal} */ signal) => state.transaction('t', [...check], { signal }),
        (/** @type {AbortSignal} */ signal) => state.setMany('t', sets, { signal }),
      ]) {
        const controller = new AbortController()
        const call = assertFails(make(controller.signal), 'ERR_ABORTED', { traceId: 't', applied: 'unknown' })
        controller.abort()
        await call
        await until(() => state.stats().inFlight === 0)
        await new Promise(setImmediate)
      }
      await assertFails(state.transaction('t', [...check]), 'ERR_CONFLICT', { traceId: 't', key: 'k', applied: 'no' })
      // The statistics also count the failed entry of the bulk call.
      assert.deepEqual(state.stats().errors, { ERR_ABORTED: 2, ERR_CONFLICT: 2 })
    })

    for (const { name, writes, make } of LONG) {
      it(`rejects ${name}, which is counted once`, async (t) => {
        const state = openFresh(store, t)
        await state.set('t', 'k', 1)
        const reason = new Error('mine')
        const about = name === 'traceIds' || name === 'items of all' ? {} : { traceId: 't' }
        const early = await assertFails(
          make(state, AbortSignal.abort(reason)),
          'ERR_ABORTED',
          writes && { applied: 'no' },
        )
        const controller = new AbortController()
        const late = assertFails(make(state, controller.signal), 'ERR_ABORTED', {
          ...about,
          applied: writes ? 'unknown' : undefined,
        })
        controller.abort(reason)
        assert.equal((await late).cause, reason)
        assert.equal(early.cause, reason)
        await until(() => state.stats().inFlight === 0)
        assert.deepEqual(state.stats().errors, { ERR_ABORTED: 2 })
        assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
      })
    }

    // The embedded store finishes before the signal can be aborted.
    rawIt(store, 'stops a clear, whose deletions so far remain', async ({ open }) => {
      const state = open()
      await state.setMany('t', Object.fromEntries(range(20_000).map((index) => [`k${index}`, index])))
      const controller = new AbortController()
      const clearing = state.clear('t', '', { signal: controller.signal })
      controller.abort()
      await assertFails(clearing, 'ERR_ABORTED', { traceId: 't', applied: 'unknown' })
      await until(() => state.stats().inFlight === 0)
      const left = await state.count('t')
      assert.ok(left > 0, 'nothing is left')
      assert.equal(await state.count('t'), left)
    })

    it('ends a scan at the next step', async (t) => {
      const state = openFresh(store, t)
      await state.setMany('t', Object.fromEntries(range(10).map((index) => [`k${index}`, index])))
      const controller = new AbortController()
      const scan = state.scan('t', { pageSize: 2, signal: controller.signal })[Symbol.asyncIterator]()
      assert.equal((await scan.next()).done, false)
      controller.abort()
      await scan.next()
      await assertFails(Promise.resolve(scan.next()), 'ERR_ABORTED', { traceId: 't' })
      assert.equal((await scan.next()).done, true)
    })

    it('of another realm is accepted', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      const target = new EventTarget()
      const foreign = Object.assign(Object.create(null), {
        aborted: false,
        reason: new Error('mine'),
        addEventListener: target.addEventListener.bind(target),
        removeEventListener: target.removeEventListener.bind(target),
      })
      assert.equal(await state.get('t', 'k', { signal: foreign }), 1)
      assert.deepEqual(await state.keys('t', { signal: foreign }), ['k'])
      const reading = assertFails(state.get('t', 'k', { signal: foreign }), 'ERR_ABORTED', { traceId: 't', key: 'k' })
      target.dispatchEvent(new Event('abort'))
      assert.equal((await reading).cause, foreign.reason)
    })

    it('has no listener after the call has settled', async (t) => {
      const state = openFresh(store, t)
      const { signal } = new AbortController()
      assert.equal(await state.set('t', 'k', 1, { signal }), 1)
      assert.equal(await state.get('t', 'k', { signal }), 1)
      await state.deleteMany('t', ['k'], { signal })
      await new Promise(setImmediate)
      assert.equal(getEventListeners(signal, 'abort').length, 0)
    })
  })
}

/**
 * The error code of a call with a conflict that is aborted some microtasks after another call of the same tick has
 * settled.
 *
 * @param {RedisStateAdapter} state
 * @param {number} steps
 * @param {boolean} isAfter whether the call is made after the other one
 * @returns {Promise<string | undefined>}
 */
async function codeOfAborted(state, steps, isAfter) {
  const controller = new AbortController()
  const abortLater = async () => {
    await state.get('t', 'k')
    for (const _ of range(steps)) await undefined
    controller.abort()
  }
  const aborting = isAfter ? abortLater() : undefined
  const call = state.set('t', 'k', 2, { ifAbsent: true, signal: controller.signal })
  const [result] = await Promise.allSettled([call, aborting ?? abortLater()])
  await until(() => state.stats().inFlight === 0)
  await new Promise(setImmediate)
  return result.status === 'rejected' ? result.reason.code : undefined
}
