// @ts-check
'use strict'

const { createHash } = require('node:crypto')
const { RedisStateError } = require('../errors.js')
const { hasInexactNumber } = require('./inexact-numbers.js')
const values = require('./value-reader.js')
const { MAX_SHOWN, SHOWN_START, isSendable, parsed, startOfText, typeOf, typeOfStored } = require('./stored-text.js')

/**
 * @typedef {import('./inspected-store.js').InspectedStore} InspectedStore
 * @typedef {import('./entry-reader.js').Overview} Overview
 * @typedef {import('./entry-reader.js').Shown} Shown
 */

/** What the type of an entry is read from. */
const TYPE_START = 64
const BYTES = /** @type {const} */ ({ encoding: 'bytes', retry: 'read' })

/** @param {InspectedStore} store @param {string} traceId @param {string} key @param {AbortSignal} signal @returns {Promise<Overview | undefined>} */
async function overview(store, traceId, key, signal) {
  try {
    const stored = await Promise.all(
      partsOf(store, traceId, key, TYPE_START).map((one) => store.state.command(one, { ...BYTES, signal })),
    )
    const [size, milliseconds, start] = /** @type {[number, number, Buffer]} */ (stored)
    if (milliseconds === -2) return undefined
    if (store.hasCodec) return values.overviewOfCodec(store, { traceId, key, size, ttl: ttlOf(milliseconds) }, signal)
    return { key, type: typeOfStored(start, size), size, ttl: ttlOf(milliseconds) }
  } catch (error) {
    // Since it was listed, it was replaced by a key of another type.
    if (error instanceof RedisStateError && error.code === 'ERR_WRONG_TYPE') return undefined
    throw error
  }
}

/** @param {InspectedStore} store @param {string} traceId @param {string} key @param {AbortSignal} signal @returns {Promise<Shown | undefined>} */
async function entry(store, traceId, key, signal) {
  // In one transaction, so that size, expiry and text are those of the same version.
  const stored = await store.state.commands(partsOf(store, traceId, key, MAX_SHOWN), { ...BYTES, signal })
  const [size, milliseconds, bytes] = /** @type {[number, number, Buffer]} */ (stored)
  if (milliseconds === -2) return undefined
  if (size > MAX_SHOWN) return startOf(store, bytes, { size, ttl: ttlOf(milliseconds) })
  if (store.hasCodec) return values.entry(store, traceId, key, signal)
  return whole(bytes, { size, ttl: ttlOf(milliseconds) })
}

/** @param {InspectedStore} store @param {string} traceId @param {string} key @param {number} length of the start @returns {(string | number)[][]} */
function partsOf({ rules }, traceId, key, length) {
  const name = rules?.entryKey?.(traceId, key) ?? ''
  return [
    ['STRLEN', name],
    ['PTTL', name],
    ['GETRANGE', name, 0, length - 1],
  ]
}

/** @param {InspectedStore} store @param {Buffer} bytes @param {{ size: number, ttl: number }} known @returns {Shown} */
function startOf({ hasCodec }, bytes, known) {
  const type = hasCodec ? 'unknown' : typeOfStored(bytes.subarray(0, TYPE_START), known.size)
  return { type, text: startOfText(bytes.subarray(0, SHOWN_START)), etag: null, truncated: true, ...known }
}

/** @param {Buffer} bytes @param {{ size: number, ttl: number }} known @returns {Shown} */
function whole(bytes, known) {
  // The etag of an entry is that of its stored bytes.
  const etag = createHash('sha1').update(bytes).digest('hex')
  const { text, value } = parsed(bytes)
  const common = { etag, truncated: false, ...known }
  if (value === undefined) return { type: 'not-json', text, ...common }
  const inexact = hasInexactNumber(text)
  const shown = isSendable(value, inexact) ? { value } : { text }
  return { type: typeOf(value), ...shown, ...common, ...(inexact && { inexact }) }
}

/** @param {number} milliseconds */
function ttlOf(milliseconds) {
  return milliseconds === -1 ? -1 : milliseconds / 1000
}

module.exports = { entry, overview }
