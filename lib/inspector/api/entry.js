// @ts-check
'use strict'

const { createHash } = require('node:crypto')
const { RedisStateError } = require('../../errors.js')
const { entryOf } = require('../entry-reader.js')
const { badRequest, notFound } = require('../refusal.js')

/**
 * @typedef {import('./route.js').Call} Call
 * @typedef {import('../inspected-store.js').InspectedStore} InspectedStore
 */

/** @param {Call} call */
async function read(call) {
  const { store, traceId, key } = namedBy(call)
  const found = await entryOf(store, { traceId, key }, call.signal)
  if (found === undefined) throw missing()
  return { traceId, key, ...found }
}

/** @param {Call} call */
async function write(call) {
  const { store, traceId, key } = namedBy(call)
  const { state } = store
  const { parameters, signal } = call
  if (!parameters.has('value')) throw badRequest('value: is missing')
  const value = parameters.raw('value')
  const options = { ...conditionsOf(call), signal }
  if (parameters.has('ttl')) await state.set(traceId, key, value, { ...options, ttl: expiryOf(parameters.raw('ttl')) })
  // A new entry gets the ttl of the store.
  else if (options.ifAbsent) await state.set(traceId, key, value, options)
  else await setKeepingExpiry(state, { traceId, key, value }, options)
  return { etag: await etagOf(store, { traceId, key, value }, signal), ttl: await state.ttl(traceId, key, { signal }) }
}

/** @param {Call} call */
async function remove(call) {
  const { store, traceId, key } = namedBy(call)
  const { ifMatch } = conditionsOf(call)
  const options = {
    existence: /** @type {const} */ (true),
    signal: call.signal,
    ...(ifMatch !== undefined && { ifMatch }),
  }
  return { removed: await store.state.delete(traceId, key, options) }
}

/** @param {Call} call */
async function setTtl(call) {
  const { store, traceId, key } = namedBy(call)
  const { parameters, signal } = call
  if (!parameters.has('ttl')) throw badRequest('ttl: is missing. It is a number of seconds, or null for no expiry')
  const ttl = expiryOf(parameters.raw('ttl'))
  if (ttl === 0) await store.state.persist(traceId, key, { signal })
  else await store.state.touch(traceId, key, ttl, { signal })
  const left = await store.state.ttl(traceId, key, { signal })
  if (left === null) throw missing()
  return { ttl: left }
}

/** @param {Call} call */
function namedBy({ target, parameters }) {
  const store = target.get(parameters.optionalText('store'))
  return { store, traceId: parameters.text('trace'), key: parameters.text('key') }
}

/** @param {Call} call @returns {{ ifMatch?: string, ifAbsent?: boolean }} */
function conditionsOf({ parameters }) {
  const ifMatch = parameters.optionalText('ifMatch')
  return { ...(ifMatch !== undefined && { ifMatch }), ...(parameters.flag('ifAbsent') && { ifAbsent: true }) }
}

/**
 * Reads a time to live as the methods take it.
 *
 * @param {unknown} ttl
 * @returns {import('../../../index.js').TimeToLive} 0: none
 */
function expiryOf(ttl) {
  if (ttl === null || ttl === -1) return 0
  if (typeof ttl !== 'number' || !(ttl > 0))
    throw badRequest('ttl: expected a number of seconds greater than 0, or null')
  return Number.isInteger(ttl) ? ttl : /** @type {any} */ (`${Math.max(1, Math.round(ttl * 1000))}ms`)
}

/**
 * Replaces a value in one step that keeps the expiry.
 *
 * @param {import('../../../index.js').StateStore} state
 * @param {{ traceId: string, key: string, value: unknown }} entry
 * @param {{ ifMatch?: string, signal: AbortSignal }} options
 */
async function setKeepingExpiry(state, { traceId, key, value }, options) {
  try {
    await state.update(traceId, key, [{ op: 'set', value }], options)
  } catch (error) {
    if (!isNotUpdatable(error)) throw error
    // In two steps: an expiry that is set between them is lost.
    const ttl = await remaining(state, traceId, key, options.signal)
    await state.set(traceId, key, value, { ...options, ...(ttl !== undefined && { ttl }) })
  }
}

/** Whether the present text is one that `update` cannot read: not JSON, or more than 4 MiB. @param {unknown} error */
function isNotUpdatable(error) {
  return error instanceof RedisStateError && ['ERR_CORRUPT_VALUE', 'ERR_TOO_LARGE'].includes(error.code)
}

/**
 * @param {import('../../../index.js').StateStore} state
 * @param {string} traceId
 * @param {string} key
 * @param {AbortSignal} signal
 */
async function remaining(state, traceId, key, signal) {
  const ttl = await state.ttl(traceId, key, { signal })
  return ttl === null ? undefined : expiryOf(ttl === 0 ? 0.001 : ttl)
}

/**
 * The etag of the value that was written, and not of one that another client has written since.
 *
 * @param {InspectedStore} store
 * @param {{ traceId: string, key: string, value: unknown }} entry
 * @param {AbortSignal} signal
 */
async function etagOf({ state, rules, hasCommands, hasCodec }, { traceId, key, value }, signal) {
  const isHash = rules !== undefined && hasCommands && !hasCodec
  if (isHash) return createHash('sha1').update(JSON.stringify(value)).digest('hex')
  return (await state.getWithMetadata(traceId, key, { signal }))?.etag ?? null
}

function missing() {
  return notFound('there is no such entry')
}

module.exports = { read, remove, setTtl, write }
