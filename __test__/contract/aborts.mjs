// @ts-check
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function aborts(store) {
  describe('an AbortSignal', () => {
    it('that is aborted has nothing sent', async (t) => {
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

    it('stops the waiting, and a write may be written', async (t) => {
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
      // They were sent with those before.
      assert.equal(await state.get('t', 'k'), 1)
    })

    it('may be one for many calls, and has one listener', async (t) => {
      const state = openFresh(store, t)
      const controller = new AbortController()
      const { signal } = controller
      const calls = Array.from({ length: 20 }, () => assertFails(state.get('t', 'k', { signal }), 'ERR_ABORTED'))
      assert.equal(getEventListeners(signal, 'abort').length, 1)
      controller.abort()
      await Promise.all(calls)
    })

    it('ends a bulk call behind the round that is on its way', async (t) => {
      const state = openFresh(store, t)
      const controller = new AbortController()
      const entries = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`k${index}`, index]))
      const writing = state.setMany('t', entries, { signal: controller.signal })
      controller.abort()
      await assertFails(writing, 'ERR_ABORTED', { traceId: 't', applied: 'unknown' })
      // Behind the first round, and then behind another if there is one.
      await state.get('t', 'k')
      await state.get('t', 'k')
      assert.equal((await state.keys('t')).length, 10_000)
    })

    it('is let go of when the call is settled', async (t) => {
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
