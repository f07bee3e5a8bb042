// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @param {import('../support/workspace.mjs').GetStore} store */
export function pings(store) {
  describe('ping', () => {
    it('resolves to the round-trip time', async (t) => {
      const took = await openFresh(store, t).ping()
      assert.ok(took > 0 && took < 10_000, `${took} ms`)
    })

    it('is in the batch of its tick', async (t) => {
      const state = openFresh(store, t)
      const [written, took, read] = await Promise.all([state.set('t', 'k', 1), state.ping(), state.get('t', 'k')])
      assert.deepEqual([written, typeof took, read], [1, 'number', 1])
    })

    it('rejects if its signal is aborted, or its timeout expires', async (t) => {
      const state = openFresh(store, t)
      const controller = new AbortController()
      const calls = [
        assertFails(state.ping({ signal: controller.signal }), 'ERR_ABORTED'),
        assertFails(state.ping({ signal: AbortSignal.abort() }), 'ERR_ABORTED'),
      ]
      controller.abort()
      await Promise.all(calls)
      assert.ok((await state.ping({ timeout: 60_000, signal: new AbortController().signal })) > 0)
      assert.deepEqual(state.stats().errors, { ERR_ABORTED: 2 })
    })

    it('rejects if the adapter is closed', async (t) => {
      const state = openFresh(store, t)
      await state.cleanup()
      await assertFails(state.ping(), 'ERR_CLOSED')
    })
  })
}
