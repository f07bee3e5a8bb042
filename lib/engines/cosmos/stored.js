// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { failure } = require('../../errors.js')
const { unfit } = require('./checks.js')

/** @typedef {import('./item.js').Item} Item */

/** Never expires, as Azure Cosmos DB has it. */
const NEVER = -1
/** In seconds: more than this after the end that a rewrite kept, another program has set the time to live. */
const LATEST_END = 60

/** Whether an item is an entry; leases and the items of other programs have no value. @param {Item} item */
function isEntry(item) {
  return Object.hasOwn(item, 'value')
}

/**
 * The value of an item. Dapr's sidecars write what is no JSON object as base64.
 *
 * @param {Item} item
 * @param {{ traceId?: string, key?: string }} entry for the error
 */
function storedValueOf({ value, isBinary }, { traceId, key }) {
  if (isBinary !== true) return value
  try {
    return JSON.parse(Buffer.from(String(value), 'base64').toString())
  } catch {
    throw failure('ERR_CORRUPT_VALUE', 'the stored value is binary, and not JSON', { traceId, key })
  }
}

/**
 * The second in which an item expires, `undefined` if it does not.
 *
 * @param {Item} item
 * @param {number | undefined} containerTtl the default of the container
 */
function endOf({ ttl, _ts, expiresAt }, containerTtl) {
  const seconds = ttl ?? containerTtl
  if (containerTtl === undefined || !(seconds > 0)) return undefined
  if (!Number.isFinite(_ts)) throw unfit('has an item without the time of its last change')
  const end = _ts + seconds
  const isKept = Number.isFinite(expiresAt) && expiresAt <= end && end - expiresAt <= LATEST_END
  return isKept ? expiresAt : end
}

/**
 * The seconds until an item expires, `-1` if it does not, `0` if it has expired.
 *
 * @param {Item} item
 * @param {number | undefined} containerTtl the default of the container
 * @param {number | undefined} serverTime in seconds
 */
function remainingOf(item, containerTtl, serverTime) {
  const end = endOf(item, containerTtl)
  return end === undefined ? NEVER : Math.max(end - (serverTime ?? item._ts), 0)
}

module.exports = { NEVER, endOf, isEntry, remainingOf, storedValueOf }
