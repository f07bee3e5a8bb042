// @ts-check
'use strict'

const { namePages } = require('../names/pages.js')
const { RedisStateError } = require('../errors.js')

/** @typedef {import('./inspected-store.js').InspectedStore} InspectedStore */

/** Keys of a database whose names are listed at once, which is faster. Of more, the names would need too much memory. */
const MAX_AT_ONCE = 1_000_000

/**
 * Yields the trace ids of a store, in pages and in no order. One can be yielded several times.
 *
 * @param {InspectedStore} store
 * @param {AbortSignal} signal
 * @param {number} [maxAtOnce]
 * @returns {AsyncGenerator<string[], void>}
 */
async function* traceIdPages(store, signal, maxAtOnce = MAX_AT_ONCE) {
  const { state } = store
  if (!(await isLarge(store, signal, maxAtOnce))) return yield await state.traceIds({ signal })
  for await (const names of namePages(state, { traceId: undefined, signal }))
    yield names.filter((_, index) => index % 2 === 0)
}

/**
 * Yields the keys of a trace in the same way.
 *
 * @param {InspectedStore} store
 * @param {string} traceId
 * @param {AbortSignal} signal
 * @param {number} [maxAtOnce]
 * @returns {AsyncGenerator<string[], void>}
 */
async function* keyPages(store, traceId, signal, maxAtOnce = MAX_AT_ONCE) {
  const { state } = store
  if (!(await isLarge(store, signal, maxAtOnce))) return yield await state.keys(traceId, { signal })
  for await (const names of namePages(state, { traceId, signal })) yield names.filter((_, index) => index % 2 === 1)
}

/**
 * Whether the database has many keys; of a cluster, a node of it.
 *
 * @param {InspectedStore} store
 * @param {AbortSignal} signal
 * @param {number} maxAtOnce
 */
async function isLarge({ state, rules, isEmbedded }, signal, maxAtOnce) {
  if (rules?.entryKey === undefined || isEmbedded) return false
  try {
    return Number(await state.command(['DBSIZE'], { key: '0', retry: 'read', signal })) > maxAtOnce
  } catch (error) {
    // Without permission it is unknown.
    if (error instanceof RedisStateError && error.code === 'ERR_REPLY') return false
    throw error
  }
}

module.exports = { keyPages, traceIdPages }
