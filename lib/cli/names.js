// @ts-check
'use strict'

const { dispatcherOf } = require('../adapter/state-adapter.js')

/**
 * @typedef {import('./command.js').StateStore} StateStore
 * @typedef {import('../adapter/state-adapter.js').StateAdapter} StateAdapter
 */

/**
 * Lists the names of all entries with one scan, without their values: trace ids and keys, one after the other.
 *
 * @param {StateStore} state
 * @param {AbortSignal} signal
 * @returns {Promise<string[]>}
 */
function listNames(state, signal) {
  const dispatcher = dispatcherOf(/** @type {StateAdapter} */ (/** @type {unknown} */ (state)))
  return dispatcher.onScope({ method: 'items', options: { signal } }, () => ({
    start: (engine, cancellation) => engine.list({}, 'names', cancellation),
  }))
}

/**
 * Counts the entries of each trace.
 *
 * @param {StateStore} state
 * @param {AbortSignal} signal
 * @returns {Promise<Map<string, number>>}
 */
async function nameCounts(state, signal) {
  const names = await listNames(state, signal)
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (let index = 0; index < names.length; index += 2) counts.set(names[index], (counts.get(names[index]) ?? 0) + 1)
  return counts
}

module.exports = { listNames, nameCounts }
