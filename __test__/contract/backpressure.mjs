// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertAllFail, assertFails } from '../support/assert-fails.mjs'
import { allCalls } from '../support/calls.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** @param {RedisStateAdapter} state @param {number} count */
function setSome(state, count = 10) {
  return range(count).map((index) => state.set('t', `k${index}`, index))
}

/** @param {GetStore} store */
export function backpressure(store) {
  describe('maxPendingCommands', () => {
    it('rejects only the call beyond it, and accepts calls again later', async (t) => {
      const state = openFresh(store, t, { maxPendingCommands: 10 })
      const accepted = setSome(state)
      await assertAllFail(allCalls(state), 'ERR_BACKPRESSURE')
      assert.deepEqual(await Promise.all(accepted), range(10))
      assertSameMembers(await state.getGroup('t'), range(10))
      assert.deepEqual(await Promise.all(setSome(state)), range(10))
    })

    it('counts a listing as one call', async (t) => {
      const { open } = workspace(store, t)
      await fill(open(), 't', 1025)
      const state = open({ maxPendingCommands: 10 })
      const accepted = [...range(9).map((index) => state.get('t', `k${index}`)), state.getGroup('t')]
      await assertFails(state.get('t', 'k0'), 'ERR_BACKPRESSURE')
      const answers = await Promise.all(accepted)
      assert.deepEqual(answers.slice(0, 9), range(9))
      assert.equal(/** @type {unknown[]} */ (answers[9]).length, 1025)
    })

    it('of 1 allows sequential calls, also listings and clear', async (t) => {
      const { open } = workspace(store, t)
      await fill(open(), 't', 1025)
      const state = open({ maxPendingCommands: 1 })
      assert.equal((await state.keys('t')).length, 1025)
      assert.equal((await state.items()).length, 1025)
      await state.clear('t')
      assert.deepEqual(await state.traceIds(), [])
    })

    it('does not count rejected calls', async (t) => {
      const state = openFresh(store, t, { maxPendingCommands: 10 })
      const refused = range(20).map(() =>
        assertFails(state.set('t', 'k', undefined), 'ERR_INVALID_ARGUMENT', { applied: 'no' }),
      )
      const accepted = setSome(state)
      await Promise.all(refused)
      assert.deepEqual(await Promise.all(accepted), range(10))
    })

    it('is available again after the calls have settled, repeatedly', async (t) => {
      const state = openFresh(store, t, { maxPendingCommands: 10 })
      for (const round of range(5)) {
        const accepted = setSome(state)
        await assertFails(state.get('t', `${round}`), 'ERR_BACKPRESSURE')
        await Promise.all(accepted)
      }
      assert.equal((await state.keys('t')).length, 10)
    })
  })

  describe('maxPendingBytes', () => {
    it('rejects only the call beyond it, and accepts calls again later', async (t) => {
      const state = openFresh(store, t, { maxPendingBytes: 1000 })
      const first = state.set('t', 'k', 'x'.repeat(600))
      const beyond = state.set('t', 'k2', 'x'.repeat(600))
      const small = state.set('t', 'k3', 'x'.repeat(100))
      await assertFails(beyond, 'ERR_BACKPRESSURE', { applied: 'no' })
      await Promise.all([first, small])
      assertSameMembers(await state.keys('t'), ['k', 'k3'])
      assert.equal(await state.set('t', 'k2', 'x'.repeat(600)), 'x'.repeat(600))
    })

    it('rejects a call that alone exceeds it, with its size in the message', async (t) => {
      const state = openFresh(store, t, { maxPendingBytes: 1000 })
      const call = state.set('t', 'k', 'x'.repeat(2000))
      const { message } = await assertFails(call, 'ERR_BACKPRESSURE', { applied: 'no', traceId: 't', key: 'k' })
      assert.match(message, /\b20[0-4]\d bytes\b/)
      assert.match(message, /maxPendingBytes \(1000\)/)
      assert.deepEqual(await state.keys('t'), [])
    })

    it('counts bytes of UTF-8, not characters', async (t) => {
      const state = openFresh(store, t, { maxPendingBytes: 1000 })
      await assertFails(state.set('t', 'k', '文'.repeat(400)), 'ERR_BACKPRESSURE', { applied: 'no' })
      assert.equal(await state.set('t', 'k', '文'.repeat(300)), '文'.repeat(300))
    })

    it('counts trace ids and keys', async (t) => {
      const state = openFresh(store, t, { maxPendingBytes: 1000 })
      await assertFails(state.get('t'.repeat(1001), 'k'), 'ERR_BACKPRESSURE')
      await assertFails(state.delete('t', 'k'.repeat(1001)), 'ERR_BACKPRESSURE', { applied: 'no' })
      await assertFails(state.keys('t'.repeat(1001)), 'ERR_BACKPRESSURE')
      assert.equal(await state.get('t'.repeat(900), 'k'), null)
    })

    it('does not count the values that are read', async (t) => {
      const { open } = workspace(store, t)
      const large = 'x'.repeat(100_000)
      await open().set('t', 'k', large)
      assert.equal(await open({ maxPendingBytes: 1000 }).get('t', 'k'), large)
    })
  })
}
