// @ts-check
'use strict'

const { dispatcherOf } = require('../adapter/state-adapter.js')

/**
 * How a store names its entries on a Redis server; src/keyspace.rs has the same rules.
 *
 * @typedef {object} Naming
 * @property {string} prefix
 * @property {boolean} hashTags the trace id is in braces
 */

/** The prefix of locks, rate limits and indexes. Only with an empty key prefix a scan of entries finds these keys. */
const RESERVED = '__state__:'

/** @param {import('../../index.js').StateStore} state @returns {Naming} */
function namingOf(state) {
  const { rules } = dispatcherOf(/** @type {any} */ (state)).engine
  const { keyPrefix } = /** @type {{ keyPrefix?: string | false }} */ (rules.inspectedFields)
  return { prefix: keyPrefix || '', hashTags: rules.hashTags === true }
}

/** What the keys of a trace, or of all, start with. @param {Naming} naming @param {string | undefined} traceId */
function startOf({ prefix, hashTags }, traceId) {
  if (traceId === undefined) return prefix
  return hashTags ? `${prefix}{${traceId}}:` : `${prefix}${traceId}:`
}

/**
 * The trace id and the key of an entry, by its Redis key; undefined if it is no entry of the trace, or of any.
 *
 * @param {Naming} naming
 * @param {string | undefined} traceId
 * @param {string} redisKey
 * @returns {[traceId: string, key: string] | undefined}
 */
function nameOf(naming, traceId, redisKey) {
  const { prefix, hashTags } = naming
  const start = startOf(naming, traceId)
  if (!redisKey.startsWith(start) || (prefix === '' && redisKey.startsWith(RESERVED))) return undefined
  if (traceId !== undefined) return [traceId, redisKey.slice(start.length)]
  const [open, close] = hashTags ? ['{', '}:'] : ['', ':']
  const from = prefix.length + open.length
  const to = redisKey.startsWith(open, prefix.length) ? redisKey.indexOf(close, from) : -1
  return to === -1 ? undefined : [redisKey.slice(from, to), redisKey.slice(to + close.length)]
}

module.exports = { nameOf, namingOf, startOf }
