// @ts-check
'use strict'

const { OperationMeter, codeLabel } = require('./operations.js')

/**
 * @typedef {import('../../operations/dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('../../observability/histogram.js').Histogram} Histogram
 *
 * @typedef {{ counts: number[], sum: number }} Durations `counts`: by the ranges of `BOUNDS`; `sum` in seconds
 *
 * @typedef {object} Snapshot figures of an adapter, or the sum of those of several
 * @property {{ ready: number, not_ready: number, closed: number }} [adapters] number of adapters by status
 * @property {number} calls
 * @property {Record<string, number>} errors by code
 * @property {Durations} latency
 * @property {Record<string, { latency: Durations, errors: Record<string, number> }>} operations
 * @property {number} [inFlight]
 * @property {number} [waiting]
 * @property {number} [pendingBytes]
 * @property {{ calls: number, bytes: number }} [limits]
 * @property {number} [bytesSent]
 * @property {number} [bytesReceived]
 * @property {number} [reconnects]
 * @property {number} [requestCharge]
 * @property {{ hits: number, misses: number, invalidations: number, entries?: number, bytes?: number }} [cache]
 */

/** From 64 microseconds to 8.4 seconds: the default of `commandTimeout` is 5 seconds. */
const EXPONENTS = Array.from({ length: 18 }, (_, index) => index + 6)
/** The upper bounds of histograms, in seconds. */
const BOUNDS = EXPONENTS.map((exponent) => 2 ** exponent / 1_000_000)

/**
 * The largest number of failures that was exported, by code: a call that its signal aborts, and then fails in the engine too, is
 * counted twice for a moment.
 *
 * @type {WeakMap<object, Record<string, number>>}
 */
const exportedErrors = new WeakMap()

/**
 * Reads the figures of an adapter.
 *
 * @param {Dispatcher} dispatcher
 * @returns {Snapshot}
 */
function snapshotOf(dispatcher) {
  const { meter, rules } = dispatcher
  const { inFlight, pendingBytes, ...ofEngine } = dispatcher.engine.stats()
  const counts = {
    calls: meter.calls,
    errors: errorsOf(meter),
    latency: durationsOf(meter.durations),
    operations: operationsOf(meter.operations),
    inFlight,
    pendingBytes,
    limits: { ...rules.maxPending },
  }
  // The other figures of a view are those of the adapter whose connections it uses.
  return rules.isView ? counts : { ...counts, ...ofEngine, adapters: statusOf(dispatcher) }
}

/** Counts calls by operation from now on. @param {Dispatcher} dispatcher */
function countOperations({ meter }) {
  meter.operations ??= new OperationMeter()
}

/** Of the figures of an adapter that was closed, those that stay in sums. @param {Snapshot} snapshot @returns {Snapshot} */
function countersOf({
  calls,
  errors,
  latency,
  operations,
  bytesSent,
  bytesReceived,
  reconnects,
  requestCharge,
  cache,
}) {
  const ofCache = cache && { hits: cache.hits, misses: cache.misses, invalidations: cache.invalidations }
  return { calls, errors, latency, operations, bytesSent, bytesReceived, reconnects, requestCharge, cache: ofCache }
}

/**
 * Adds figures to others of the same form. What only one of them has is in the sum.
 *
 * @param {any} one
 * @param {any} other
 * @returns {any}
 */
function sum(one, other) {
  if (one === undefined || other === undefined) return one ?? other
  if (typeof one === 'number') return one + other
  if (Array.isArray(one)) return one.map((value, index) => value + other[index])
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries([...names].map((name) => [name, sum(one[name], other[name])]))
}

/** @param {Dispatcher} dispatcher */
function statusOf({ isClosed, engine }) {
  const isReady = !isClosed && engine.isReady()
  return { ready: Number(isReady), not_ready: Number(!isClosed && !isReady), closed: Number(isClosed) }
}

/** @param {Dispatcher['meter']} meter */
function errorsOf(meter) {
  const exported = exportedErrors.get(meter) ?? {}
  for (const [code, count] of Object.entries(failuresOf(meter))) exported[code] = Math.max(count, exported[code] ?? 0)
  exportedErrors.set(meter, exported)
  return { ...exported }
}

/** Failed calls by the label of their code. @param {Dispatcher['meter']} meter @returns {Record<string, number>} */
function failuresOf(meter) {
  /** @type {Record<string, number>} */
  const failures = {}
  for (const [code, count] of Object.entries(meter.errors)) {
    failures[codeLabel(code)] = (failures[codeLabel(code)] ?? 0) + count
  }
  return failures
}

/** @param {Dispatcher['meter']['operations']} operations @returns {Snapshot['operations']} */
function operationsOf(operations) {
  const { figures } = /** @type {OperationMeter | undefined} */ (operations) ?? { figures: [] }
  return Object.fromEntries(
    [...figures].map(([name, { latency, errors }]) => [name, { latency: durationsOf(latency), errors: { ...errors } }]),
  )
}

/** @param {Histogram} histogram @returns {Durations} */
function durationsOf(histogram) {
  return { counts: histogram.countsBetween(EXPONENTS), sum: histogram.sum / 1000 }
}

module.exports = { BOUNDS, countOperations, countersOf, snapshotOf, sum }
