// @ts-check
'use strict'

const { dispatcherOf } = require('../adapter/state-adapter.js')

/**
 * Redis keys as they are, without the prefix and the names of entries.
 *
 * @typedef {import('../../index.js').RedisStateAdapter} State
 */

/** Keys in one command. */
const KEYS_PER_COMMAND = 1_000

/** Commands of one tick, of one call: fewer than may be pending. */
const COMMANDS_AT_ONCE = 5_000

const READ = Object.freeze({ retry: /** @type {const} */ ('read') })

/** Whether the keys of one command may be on several servers. @param {State} state */
function isCluster(state) {
  return dispatcherOf(/** @type {any} */ (state)).engine.capabilities.movesEntries
}

/**
 * The values of keys, of one batch.
 *
 * @param {State} state
 * @param {string[]} keys
 * @returns {Promise<(string | null)[]>}
 */
async function readStrings(state, keys) {
  if (isCluster(state)) return inTurn(keys, (key) => state.command(['GET', key], READ))
  const pages = portionsOf(keys, KEYS_PER_COMMAND)
  const values = /** @type {string[][]} */ (
    await Promise.all(pages.map((page) => state.command(['MGET', ...page], READ)))
  )
  return pages.length === 1 ? values[0] : values.flat()
}

/**
 * Runs a command on each key, as many at a time as may be pending.
 *
 * @template T
 * @param {T[]} items
 * @param {(item: T) => Promise<any>} run
 * @returns {Promise<any[]>}
 */
async function inTurn(items, run) {
  if (items.length <= COMMANDS_AT_ONCE) return Promise.all(items.map(run))
  const results = []
  for (const portion of portionsOf(items, COMMANDS_AT_ONCE)) results.push(...(await Promise.all(portion.map(run))))
  return results
}

/**
 * Removes keys, and returns how many there were.
 *
 * @param {State} state
 * @param {string[]} keys
 * @param {'UNLINK' | 'DEL'} [command]
 */
async function removeKeys(state, keys, command = 'UNLINK') {
  const counts = isCluster(state)
    ? await inTurn(keys, (key) => state.command([command, key]))
    : await Promise.all(portionsOf(keys, KEYS_PER_COMMAND).map((page) => state.command([command, ...page])))
  return /** @type {number[]} */ (counts).reduce((sum, count) => sum + count, 0)
}

/** @template T @param {T[]} items @param {number} size */
function portionsOf(items, size) {
  if (items.length <= size) return items.length === 0 ? [] : [items]
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

module.exports = { READ, inTurn, isCluster, portionsOf, readStrings, removeKeys }
