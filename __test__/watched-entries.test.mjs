// @ts-check
// The changes that a watch derives from the events of an engine, without a server.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'

const { WatchedEntries } = createRequire(import.meta.url)('../lib/watch/watched-entries.js')

describe('an entry that may have moved to another server', () => {
  it('is reported by a gap, not as deleted, if it is not known whether it exists', async () => {
    const changes = await changesOf(() => Promise.reject(new Error('too many calls are pending')))
    assert.deepEqual(changes, [{ type: 'gap' }])
  })

  it('is not reported if it exists', async () => {
    assert.deepEqual(await changesOf(async () => [0]), [])
  })

  it('is reported as deleted if it does not exist', async () => {
    assert.deepEqual(await changesOf(async () => []), [{ type: 'deleted', traceId: 't', key: 'k' }])
  })
})

/**
 * The changes after the removal of a watched entry.
 *
 * @param {() => Promise<number[]>} present
 */
async function changesOf(present) {
  /** @type {any[]} */
  const changes = []
  const reader = { names: async () => ['t', 'k'], get: async () => null, present }
  const entries = await new Promise((resolve, reject) => {
    const watched = new WatchedEntries({ traceId: 't', key: undefined, values: false }, reader, {
      onChange: (/** @type {any} */ change) => changes.push(change),
      onReady: () => resolve(watched),
      onFailure: reject,
    })
    watched.recv({ kind: 'started', traceId: '', key: '' })
  })
  entries.recv({ kind: 'removed', traceId: 't', key: 'k' })
  await new Promise((resolve) => setImmediate(resolve))
  return changes
}
