// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')
const { abortError } = require('../input/abort.js')
const { invalidArgument, unsupported, unsupportedText } = require('../errors.js')
const { MAX_TTL_SECONDS } = require('../input/option-kinds.js')
const { kindOf } = require('../input/received.js')
const { Flights } = require('./flights.js')
const { Loading } = require('./loading.js')

/**
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('./lock-waiters.js').LockWaiters} LockWaiters
 *
 * @typedef {object} Plan a checked call
 * @property {string} traceId
 * @property {string} key
 * @property {(context: { signal: AbortSignal }) => unknown} load
 * @property {number} [ttl] in milliseconds, 0 for an entry that does not expire; omitted: the default of the store
 * @property {number} stale milliseconds of its time to live during which the entry is stale
 * @property {number} jitter
 * @property {number} [failureTtl] in milliseconds
 * @property {{ ttl: number, timeout: number }} [lock] in milliseconds
 * @property {import('../../index.js').WaitReplicas} [waitReplicas]
 * @property {AbortSignal} [signal]
 */

/**
 * @param {Dispatcher} dispatcher
 * @param {LockWaiters} waiters
 * @param {{ traceId: string, key: string, load: any, options: unknown }} input
 * @returns {Promise<any>}
 */
function getOrSet(dispatcher, waiters, { traceId, key, load, options }) {
  return dispatcher.guard.rejectOnThrow({ operation: 'getOrSet', traceId, key, writes: true }, () => {
    if (typeof load !== 'function') throw invalidArgument(`load: expected a function, got ${kindOf(load)}`)
    const plan = { traceId, key, load, ...planOf(dispatcher.options('getOrSet', options)) }
    checkSupported(dispatcher, plan)
    return readOrLoad(dispatcher, waiters, plan)
  })
}

/** @param {import('../input/call-options.js').CheckedOptions} checked */
function planOf({ ttl, waitReplicas, signal, all: { staleWhileRevalidate: stale = 0, jitter = 0, lock, failureTtl } }) {
  if (!ttl && (stale > 0 || jitter > 0)) {
    throw invalidArgument(`ttl: ${stale > 0 ? 'staleWhileRevalidate' : 'jitter'} needs a ttl`)
  }
  if (ttl && ttl + stale > MAX_TTL_SECONDS * 1000) {
    throw invalidArgument(`staleWhileRevalidate: together with ttl it is more than ${MAX_TTL_SECONDS} seconds`)
  }
  return { ttl, stale, jitter, lock, failureTtl, waitReplicas, signal }
}

/** Rejects before a load what could not be written after it. @param {Dispatcher} dispatcher @param {Plan} plan */
function checkSupported({ engine: { capabilities } }, { ttl, lock }) {
  const { operations, conditions, expiry, reasons } = capabilities
  if (!conditions || !operations.has('getWithMetadata')) throw unsupported(unsupportedText('getOrSet', reasons))
  if (ttl !== undefined && !expiry) throw unsupported(unsupportedText('ttl', reasons))
  if (lock && !operations.has('lock')) throw unsupported(unsupportedText('lock', reasons))
}

/** @param {Dispatcher} dispatcher @param {LockWaiters} waiters @param {Plan} plan */
async function readOrLoad(dispatcher, waiters, plan) {
  const { traceId, key } = plan
  dispatcher.flights ??= new Flights()
  const { flights } = dispatcher
  for (;;) {
    const found = await read(dispatcher, plan)
    if (found !== null) {
      if (isStale(found, plan)) refresh(flights, new Loading(dispatcher, waiters, plan), plan, found)
      return found.value
    }
    const flight = flights.find(traceId, key) ?? start(flights, new Loading(dispatcher, waiters, plan), plan)
    const outcome = await outcomeOf(flight, dispatcher, plan)
    if (outcome === undefined) continue
    if ('error' in outcome) throw outcome.error
    return outcome.make()
  }
}

/**
 * Waits for a flight until the caller's signal is aborted.
 *
 * @param {import('./flights.js').Flight} flight
 * @param {Dispatcher} dispatcher
 * @param {Plan} plan
 */
function outcomeOf(flight, { guard }, { traceId, key, signal }) {
  const target = { operation: 'getOrSet', traceId, key, writes: true }
  flight.join()
  const leave = () => flight.leave(signal?.reason)
  if (!signal?.aborted) return guard.interruptible(target, { signal, stop: leave }, () => flight.outcome)
  leave()
  return guard.reject(abortError(signal), target)
}

/**
 * Reads the entry; with its time to live only if that matters, as this takes a script. `null`: it is missing, or its value is null.
 *
 * @param {Dispatcher} dispatcher
 * @param {Plan} plan
 * @returns {Promise<{ value: any, etag?: string, ttl?: number } | null>}
 */
async function read(dispatcher, { traceId, key, stale, signal }) {
  const call = { method: /** @type {const} */ ('getOrSet'), traceId, key, checked: { signal, all: {} } }
  if (stale > 0) return dispatcher.call({ operation: OPERATIONS.getWithMetadata, ...call })
  const value = await dispatcher.call({ operation: OPERATIONS.get, ...call })
  return value === null ? null : { value }
}

/** @param {{ ttl?: number }} found @param {Plan} plan */
function isStale({ ttl = -1 }, { stale }) {
  return ttl !== -1 && ttl * 1000 <= stale
}

/** @param {Flights} flights @param {Loading} loading @param {Plan} plan */
function start(flights, loading, { traceId, key }) {
  return flights.start(traceId, key, (flight) => loading.missing(flight, flights.failureOf(traceId, key)))
}

/**
 * Loads a new value behind a stale one, unless that is under way or has just failed.
 *
 * @param {Flights} flights
 * @param {Loading} loading
 * @param {Plan} plan
 * @param {{ etag?: string }} found
 */
function refresh(flights, loading, { traceId, key }, { etag = '' }) {
  if (flights.find(traceId, key) || flights.failureOf(traceId, key)) return
  // Joined for good: it goes on when callers that wait for it leave.
  flights.start(traceId, key, (flight) => loading.stale(flight, etag)).join()
}

module.exports = { getOrSet }
