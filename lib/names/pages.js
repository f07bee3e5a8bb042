// @ts-check
'use strict'

const { dispatcherOf } = require('../adapter/state-adapter.js')
const { inCall } = require('../errors.js')
const { nameOf, namingOf, startOf } = require('./redis-name.js')
const { scanServer } = require('./scan.js')
const { scanSettled } = require('./settled-scan.js')

/**
 * @typedef {import('../../index.js').StateStore} StateStore
 * @typedef {import('../adapter/state-adapter.js').StateAdapter} StateAdapter
 *
 * @typedef {object} Wanted
 * @property {string | undefined} traceId undefined: all traces
 * @property {AbortSignal} signal
 */

/** Keys of a trace that are read from its index at once. */
const MAX_INDEXED = 100_000

/**
 * Yields the names of the entries of a trace or of all, in pages: trace ids and keys, one after the other, in no order. A name
 * can be yielded several times; none is missed that exists all the time. Only one page is in memory, except if the slots of a
 * cluster move, and of engines without SCAN.
 *
 * @param {StateStore} state
 * @param {Wanted} wanted
 * @returns {AsyncGenerator<string[]>}
 */
async function* namePages(state, wanted) {
  const { engine, ...dispatcher } = partsOf(state)
  const { traceId } = wanted
  if (traceId !== undefined) inCall({ operation: 'keys', traceId }, () => dispatcher.checkTraceId(traceId))
  if (!engine.capabilities.operations.has('command') || (await isQuickByIndex(state, wanted)))
    return yield await listAtOnce(state, wanted)
  if (!engine.capabilities.movesEntries) return yield* scanNode(state, wanted)
  yield* scanCluster(state, wanted)
}

/** @param {StateStore} state */
function partsOf(state) {
  const dispatcher = dispatcherOf(/** @type {StateAdapter} */ (/** @type {unknown} */ (state)))
  return { engine: dispatcher.engine, checkTraceId: (/** @type {string} */ id) => dispatcher.checkTraceId(id) }
}

/** Whether the index of the trace has its keys: a scan visits all keys of the database. @param {StateStore} state @param {Wanted} wanted */
async function isQuickByIndex(state, { traceId, signal }) {
  if (traceId === undefined || partsOf(state).engine.listPage === undefined) return false
  return (await state.count(traceId, '', { signal })) <= MAX_INDEXED
}

/** @param {StateStore} state @param {Wanted} wanted @param {string} [node] */
async function* scanNode(state, { traceId, signal }, node) {
  const naming = namingOf(state)
  const start = startOf(naming, traceId)
  for await (const keys of scanServer(state, { start, node, signal })) {
    yield keys.flatMap((key) => nameOf(naming, traceId, key) ?? [])
  }
}

/** If slots move, the engine lists the names, which knows how to follow the slots. @param {StateStore} state @param {Wanted} wanted */
async function* scanCluster(state, wanted) {
  const scan = async function* (/** @type {string[]} */ nodes) {
    for (const node of nodes) yield* scanNode(state, wanted, node)
  }
  if (!(yield* scanSettled(state, wanted.signal, scan))) yield await listAtOnce(state, wanted)
}

/** @param {StateStore} state @param {Wanted} wanted @returns {Promise<string[]>} */
async function listAtOnce(state, { traceId, signal }) {
  if (traceId !== undefined) return (await state.keys(traceId, { signal })).flatMap((key) => [traceId, key])
  const dispatcher = dispatcherOf(/** @type {StateAdapter} */ (/** @type {unknown} */ (state)))
  return dispatcher.onScope({ method: 'items', options: { signal } }, () => ({
    start: (engine, cancellation) => engine.list({}, 'names', cancellation),
  }))
}

module.exports = { namePages }
