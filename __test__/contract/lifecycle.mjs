// @ts-check
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { assertAllFail } from '../support/assert-fails.mjs'
import { lacksAsyncDispose } from '../support/async-dispose.mjs'
import { allCalls } from '../support/calls.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** @param {RedisStateAdapter} state */
function assertClosed(state) {
  return assertAllFail(allCalls(state), 'ERR_CLOSED')
}

/** @param {GetStore} store */
export function lifecycle(store) {
  describe('lifecycle', () => {
    it('serves every method right after construction', async (t) => {
      const { open } = workspace(store, t)
      await open().set('t', 'k', 1)
      assert.equal(await open().get('t', 'k'), 1)
      assert.deepEqual(await open().getGroup('t'), [1])
      assert.deepEqual(await open().keys('t'), ['k'])
      assert.deepEqual(await open().traceIds(), ['t'])
      assert.equal((await open().items()).length, 1)
      assert.equal(await open().delete('t', 'k'), 1)
      assert.equal(await open().clear('t'), undefined)
    })

    it('closes at once if nothing was ever called', async (t) => {
      assert.equal(await openFresh(store, t).cleanup(), undefined)
    })

    it('can be closed twice, in sequence and concurrently', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      await Promise.all([state.cleanup(), state.cleanup()])
      assert.equal(await state.cleanup(), undefined)
    })

    it('rejects every call after cleanup', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      await state.cleanup()
      await assertClosed(state)
    })

    it('rejects every call made after cleanup was called', async (t) => {
      const { open } = workspace(store, t)
      const state = open()
      const closing = state.cleanup()
      await assertClosed(state)
      await closing
      assert.deepEqual(await open().keys('t'), [])
    })

    it('lets calls in flight finish', async (t) => {
      const { open } = workspace(store, t)
      const [state, reader] = [open(), open()]
      await fill(state, 'old', 100)
      const reads = Promise.all([state.getGroup('old'), state.get('old', 'k7')])
      const writes = Promise.all([fill(state, 'new', 100), state.delete('old', 'k0')])
      const closing = state.cleanup()
      const [group, value] = await reads
      await Promise.all([writes, closing])
      assert.ok(group.length >= 99)
      assert.equal(value, 7)
      assertSameMembers(await reader.getGroup('new'), range(100))
      assert.equal(await reader.get('old', 'k0'), null)
    })

    it('settles all calls before cleanup resolves', async (t) => {
      const state = openFresh(store, t)
      let settled = 0
      const calls = range(100).map((index) => state.set('t', `k${index}`, index).then(() => settled++))
      await state.cleanup()
      assert.equal(settled, 100)
      await Promise.all(calls)
    })

    it('does not affect entries or other adapters', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      await state.set('t', 'k', 1)
      await state.cleanup()
      assert.equal(await other.get('t', 'k'), 1)
      assert.equal(await open().get('t', 'k'), 1)
    })

    it('is closed by Symbol.asyncDispose', { skip: lacksAsyncDispose }, async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      assert.equal(await state[Symbol.asyncDispose](), undefined)
      await assertClosed(state)
    })

    it('emits ready and end', async (t) => {
      const state = openFresh(store, t)
      // An idle adapter does not keep the process alive, but a call does.
      await Promise.all([once(state, 'ready'), state.get('t', 'k')])
      let ends = 0
      state.on('end', () => ends++)
      await Promise.all([once(state, 'end'), state.cleanup()])
      await state.cleanup()
      assert.equal(ends, 1)
    })
  })
}
