// @ts-check
'use strict'

const { RedisStateError } = require('../errors.js')
const commands = require('./command-reader.js')
const values = require('./value-reader.js')

/**
 * Reads entries for the page: with commands, which leave large values on the server, or where there are none, by their values.
 *
 * @typedef {import('./inspected-store.js').InspectedStore} InspectedStore
 *
 * @typedef {{ key: string, type: string, size: number, ttl: number }} Overview `ttl`: seconds, -1 without an expiry
 *
 * @typedef {object} Shown an entry; `value` is absent if it is not JSON, or too large
 * @property {string} type
 * @property {unknown} [value]
 * @property {string} [text] of an entry without a value: what is stored, or its start
 * @property {string | null} etag
 * @property {number} ttl
 * @property {number} size in bytes
 * @property {boolean} truncated `text` is only the start
 * @property {boolean} [inexact] the value has numbers that JavaScript rounds
 */

/** Entries that are read at a time. */
const PORTION = 64

/**
 * @param {InspectedStore} store
 * @param {string} traceId
 * @param {string[]} keys
 * @param {AbortSignal} signal
 * @returns {Promise<Overview[]>} without those that have no entry any more
 */
async function overviewsOf(store, traceId, keys, signal) {
  const found = []
  for (let start = 0; start < keys.length; start += PORTION) {
    const portion = keys.slice(start, start + PORTION)
    found.push(
      ...(await read(store, ({ overview }) => overviews(portion, (key) => overview(store, traceId, key, signal)))),
    )
  }
  return found
}

/** @param {string[]} keys @param {(key: string) => Promise<Overview | undefined>} overview */
async function overviews(keys, overview) {
  const rows = await Promise.all(keys.map(overview))
  return rows.filter((row) => row !== undefined)
}

/**
 * @param {InspectedStore} store
 * @param {{ traceId: string, key: string }} entry
 * @param {AbortSignal} signal
 * @returns {Promise<Shown | undefined>} undefined: there is no such entry
 */
function entryOf(store, { traceId, key }, signal) {
  return read(store, (reader) => reader.entry(store, traceId, key, signal))
}

/**
 * @template T
 * @param {InspectedStore} store
 * @param {(reader: typeof commands | typeof values) => Promise<T>} run
 * @returns {Promise<T>}
 */
async function read(store, run) {
  if (!store.hasCommands) return run(values)
  try {
    return await run(commands)
  } catch (error) {
    if (isRefused(error)) return run(values)
    throw error
  }
}

/** Whether the user may not run a command, or the server does not have it. @param {unknown} error */
function isRefused(error) {
  return error instanceof RedisStateError && ['ERR_REPLY', 'ERR_UNSUPPORTED'].includes(error.code)
}

module.exports = { entryOf, overviewsOf }
