// @ts-check
'use strict'

const { openView } = require('../../adapter/adapter.js')
const { nextTick } = require('../../time.js')
const { isCluster } = require('../raw-keys.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {(event: 'update' | 'remove', key: string) => unknown} Listener
 */

/** Items are the entries of a trace without a prefix: its id is the base, which may have colons. */
const NAMING = { keyPrefix: /** @type {const} */ (false), hashTags: false, strictTraceIds: false, index: false }

/** A view connects to nothing: of a cluster it only has to know that it is one. */
const SOME_NODES = { cluster: { nodes: [{ host: '127.0.0.1', port: 6379 }] } }

/**
 * Reports the changes of all items below a base, made by any client.
 *
 * @param {State} state
 * @param {string} base
 * @param {{ configure: boolean, onChange: Listener }} watching
 */
async function watchItems(state, base, { configure, onChange }) {
  // A watch waits for its server without end.
  await state.connect()
  const view = openView(/** @type {any} */ (state), { ...NAMING, ...(isCluster(state) ? SOME_NODES : {}) })
  const changes = view.watch(base, undefined, { configure, keepAlive: false })
  const done = deliver(changes, onChange)
  try {
    await changes.ready
  } catch (error) {
    await view.cleanup()
    throw error
  }
  return async () => {
    await view.cleanup()
    await done
  }
}

/**
 * What the listener throws is an uncaught exception, as of any listener of Node.js, and does not end the watch.
 *
 * @param {import('../../../index.js').StateWatch} changes
 * @param {Listener} onChange
 */
async function deliver(changes, onChange) {
  try {
    for await (const change of changes) {
      if (change.type === 'gap') continue
      const isThere = change.type === 'created' || change.type === 'updated'
      nextTick(() => onChange(isThere ? 'update' : 'remove', change.key))
    }
  } catch {
    // The watch has failed for good: the state is closed, or the server does not notify any more.
  }
}

module.exports = { watchItems }
