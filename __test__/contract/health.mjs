// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { openFresh } from '../support/workspace.mjs'

const ROLES = ['primary', 'cluster', 'memory', undefined]

/** @param {import('../support/workspace.mjs').GetStore} store */
export function healths(store) {
  describe('health', () => {
    it('connects, and resolves to status, latency and role', async (t) => {
      const state = openFresh(store, t)
      const { status, latency, role, error } = await state.health({ timeout: 60_000 })
      assert.ok(status === 'ok' || status === 'degraded', status)
      assert.ok(Number(latency) >= 0)
      assert.ok(ROLES.includes(role), role)
      assert.equal(error, undefined)
    })

    it('resolves to the error of a store that is closed', async (t) => {
      const state = openFresh(store, t)
      await state.cleanup()
      const { status, role, error } = await state.health()
      assert.deepEqual([status, role, error?.code], ['down', undefined, 'ERR_CLOSED'])
    })

    it('rejects options that are invalid', async (t) => {
      const state = openFresh(store, t)
      const { message } = await assertFails(state.health({ timeout: 0 }), 'ERR_INVALID_ARGUMENT')
      assert.match(message, /^health\(\): timeout: expected whole milliseconds from 1 to /)
    })
  })
}
