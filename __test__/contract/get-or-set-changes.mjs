// @ts-check
// What happens to the entry and the calls during a load.

import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { heldLoad, joined } from '../support/held-load.mjs'
import { it } from '../support/it.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

const OF_ENTRY = { traceId: 't', key: 'k' }

/** @param {import('../support/workspace.mjs').GetStore} store */
export function changesDuringLoads(store) {
  describe('getOrSet', { concurrency: true }, () => {
    it('does not overwrite a value that was written during the load, and returns it', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      for (const writer of [state, other]) {
        const { load, started, release } = heldLoad()
        const loading = state.getOrSet('t', 'k', load)
        await started
        await writer.set('t', 'k', 'newer')
        release(undefined)
        assert.deepEqual([await loading, await state.get('t', 'k')], ['newer', 'newer'])
        await state.delete('t', 'k')
      }
    })

    it('does not write after a deletion of its adapter during the load, and loads again', async (t) => {
      const state = openFresh(store, t)
      await deleteDuringLoad(state, [
        (key) => state.delete('t', key),
        (key) => state.delete('t', key, {}),
        (key) => state.deleteMany('t', ['other', key]),
        (key) => state.clear('t', key),
        () => state.clear('t'),
        (key) => state.update('t', key, [{ op: 'remove' }]),
        (key) => state.group('t', { schema: /** @type {any} */ (ANY) }).delete(key),
      ])
    })

    it('does not write after a transaction that deletes the entry during the load, and loads again', async (t) => {
      const state = openFresh(store, t)
      await deleteDuringLoad(state, [(key) => state.transaction('t', [{ op: 'delete', key }])])
    })

    it('aborts the wait of a call, and the load only when all have left', async (t) => {
      const state = openFresh(store, t)
      const { load, started, release, signal } = heldLoad()
      const callers = [new AbortController(), new AbortController(), new AbortController()]
      const calls = callers.map(({ signal }) => state.getOrSet('t', 'k', load, { signal }))
      await started
      await joined(state, 'k')
      callers[0].abort()
      await assertFails(calls[0], 'ERR_ABORTED', { ...OF_ENTRY, applied: 'unknown' })
      assert.equal(signal().aborted, false)
      callers[1].abort()
      await assertFails(calls[1], 'ERR_ABORTED', { ...OF_ENTRY, applied: 'unknown' })
      const reason = new Error('mine')
      callers[2].abort(reason)
      await assertFails(calls[2], 'ERR_ABORTED', { ...OF_ENTRY, applied: 'unknown' })
      assert.equal(signal().reason, reason)
      // A new call does not join the load that nobody waited for, whose value is not written.
      assert.equal(await state.getOrSet('t', 'k', () => 'again'), 'again')
      await state.delete('t', 'k')
      release(undefined)
      await state.ping()
      assert.equal(await state.get('t', 'k'), null)
    })

    it('goes on with a load whose first caller has left', async (t) => {
      const state = openFresh(store, t)
      const { load, started, release } = heldLoad()
      const first = new AbortController()
      const leaving = state.getOrSet('t', 'k', load, { signal: first.signal })
      await started
      const second = state.getOrSet('t', 'k', () => assert.fail('a second load'))
      await joined(state, 'k')
      first.abort()
      await assertFails(leaving, 'ERR_ABORTED', { ...OF_ENTRY, applied: 'unknown' })
      release(undefined)
      assert.deepEqual([await second, await state.get('t', 'k')], ['loaded', 'loaded'])
    })
  })
}

/**
 * @param {import('redis-state-adapter').StateStore} state
 * @param {((key: string) => Promise<unknown>)[]} deletions
 */
async function deleteDuringLoad(state, deletions) {
  for (const [index, deletion] of deletions.entries()) {
    const key = `k${index}`
    const { load, started, release } = heldLoad('old')
    const loading = state.getOrSet('t', key, load)
    await started
    await deletion(key)
    assert.equal(await state.getOrSet('t', key, () => 'new', { ttl: 600 }), 'new', `${deletion}`)
    await state.delete('t', key)
    release(undefined)
    assert.deepEqual([await loading, await state.get('t', key)], ['old', null], `${deletion}`)
  }
}

const ANY = { '~standard': { version: 1, vendor: 'test', validate: (/** @type {unknown} */ value) => ({ value }) } }
