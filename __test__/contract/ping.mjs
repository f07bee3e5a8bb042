// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @param {import('../support/workspace.mjs').GetStore} store */
export function pings(store) {
  describe('ping', () => {
    it('tells how long an answer takes', async (t) => {
      const took = await openFresh(store, t).ping()
      assert.ok(took > 0 && took < 10_000, `${took} ms`)
    })

    it('travels with the other calls of its tick', async (t) => {
      const state = openFresh(store, t)
      const [written, took, read] = await Promise.all([state.set('t', 'k', 1), state.ping(), state.get('t', 'k')])
      assert.deepEqual([written, typeof took, read], [1, 'number', 1])
    })

    it('rejects when the adapter is closed', async (t) => {
      const state = openFresh(store, t)
      await state.cleanup()
      await assertFails(state.ping(), 'ERR_CLOSED')
    })
  })
}
