// @ts-check
'use strict'

const { inspect } = require('node:util')
const { RedisStateError } = require('../errors.js')
const { MAX_SHOWN, SHOWN_START, typeOf } = require('./stored-text.js')

/**
 * Reads entries by their values, on stores without commands, and values of a codec.
 *
 * @typedef {import('./inspected-store.js').InspectedStore} InspectedStore
 * @typedef {import('./entry-reader.js').Overview} Overview
 * @typedef {import('./entry-reader.js').Shown} Shown
 */

/** Larger values of a codec are not decoded for a list. */
const MAX_DECODED = 64 * 1024

/** @param {InspectedStore} store @param {string} traceId @param {string} key @param {AbortSignal} signal @returns {Promise<Overview | undefined>} */
async function overview(store, traceId, key, signal) {
  const found = await entry(store, traceId, key, signal).catch(ignoreWrongType)
  return found && { key, type: found.type, size: found.size, ttl: found.ttl }
}

/**
 * @param {InspectedStore} store
 * @param {{ traceId: string, key: string, size: number, ttl: number }} known
 * @param {AbortSignal} signal
 * @returns {Promise<Overview | undefined>}
 */
async function overviewOfCodec(store, { traceId, key, size, ttl }, signal) {
  if (size > MAX_DECODED) return { key, type: 'unknown', size, ttl }
  const found = await overview(store, traceId, key, signal)
  return found && { ...found, size }
}

/** @param {InspectedStore} store @param {string} traceId @param {string} key @param {AbortSignal} signal @returns {Promise<Shown | undefined>} */
async function entry({ state }, traceId, key, signal) {
  try {
    const found = await state.getWithMetadata(traceId, key, { signal })
    return found === null ? undefined : shown(found)
  } catch (error) {
    if (!(error instanceof RedisStateError) || error.code !== 'ERR_CORRUPT_VALUE') throw error
    const ttl = await state.ttl(traceId, key, { signal })
    return { type: 'not-json', text: '', etag: null, ttl: ttl ?? -1, size: 0, truncated: true }
  }
}

/** @param {{ value: unknown, etag: string, ttl: number }} found @returns {Shown} */
function shown({ value, etag, ttl }) {
  const type = typeOf(value)
  const text = textOf(value)
  if (text === undefined) {
    // A value of a codec, such as a Map, is shown as a console shows it.
    const readable = inspect(value, { depth: 10 })
    return {
      type,
      text: readable.slice(0, SHOWN_START),
      etag,
      ttl,
      size: Buffer.byteLength(readable),
      truncated: readable.length > SHOWN_START,
    }
  }
  const size = Buffer.byteLength(text)
  if (size > MAX_SHOWN) return { type, text: text.slice(0, SHOWN_START), etag, ttl, size, truncated: true }
  return { type, value, etag, ttl, size, truncated: false }
}

/** The JSON text of a value, if JSON can represent it. @param {unknown} value */
function textOf(value) {
  try {
    const text = JSON.stringify(value)
    const isLossy = typeof value === 'object' && value !== null && !Array.isArray(value) && !isPlain(value)
    return isLossy ? undefined : text
  } catch {
    return undefined
  }
}

/** @param {object} value */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** @param {unknown} error */
function ignoreWrongType(error) {
  if (error instanceof RedisStateError && error.code === 'ERR_WRONG_TYPE') return undefined
  throw error
}

module.exports = { entry, overview, overviewOfCodec }
