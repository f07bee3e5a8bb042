// @ts-check
'use strict'

const { dispatcherOf } = require('../adapter/state-adapter.js')
const { READ } = require('../input/command-options.js')

/**
 * Redis keys as they are, without the prefix and the names of entries.
 *
 * @typedef {import('../../index.js').RedisStateAdapter} State
 */

/** Keys in one command. */
const KEYS_PER_COMMAND = 1_000

/** Commands of one tick, of one call. */
const COMMANDS_AT_ONCE = 5_000

/** Whether the keys of one command may be on several servers. @param {State} state */
function isCluster(state) {
  return dispatcherOf(/** @type {any} */ (state)).engine.capabilities.movesEntries
}

/**
 * The values of keys, of one batch; null where there is none, and where a key has another type.
 *
 * @param {State} state
 * @param {string[]} keys
 * @returns {Promise<(string | null)[]>}
 */
async function readStrings(state, keys) {
  if (isCluster(state)) return inPortions(state, keys, (key) => readString(state, key))
  const pages = portionsOf(keys, KEYS_PER_COMMAND)
  const values = await inPortions(state, pages, (page) => state.command(['MGET', ...page], READ))
  return pages.length === 1 ? values[0] : values.flat()
}

/** @param {State} state @param {string} key */
async function readString(state, key) {
  try {
    return await state.command(['GET', key], READ)
  } catch (error) {
    if (/** @type {any} */ (error).code === 'ERR_WRONG_TYPE') return null
    throw error
  }
}

/**
 * Runs a function for each item: for as many at once as may be pending, then for the next ones.
 *
 * @template T
 * @param {State} state
 * @param {T[]} items
 * @param {(item: T) => Promise<any>} run
 * @param {number} [commandsEach] that it makes at once
 * @returns {Promise<any[]>}
 */
async function inPortions(state, items, run, commandsEach = 1) {
  const size = Math.max(1, Math.floor(commandsAtOnce(state) / commandsEach))
  if (items.length <= size) return Promise.all(items.map(run))
  const results = []
  for (const portion of portionsOf(items, size)) results.push(...(await Promise.all(portion.map(run))))
  return results
}

/** @param {State} state */
function commandsAtOnce(state) {
  return Math.min(COMMANDS_AT_ONCE, dispatcherOf(/** @type {any} */ (state)).engine.rules.maxPending.calls)
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
    ? await inPortions(state, keys, (key) => state.command([command, key]))
    : await inPortions(state, portionsOf(keys, KEYS_PER_COMMAND), (page) => state.command([command, ...page]))
  return /** @type {number[]} */ (counts).reduce((sum, count) => sum + count, 0)
}

/** @template T @param {T[]} items @param {number} size */
function portionsOf(items, size) {
  if (items.length <= size) return items.length === 0 ? [] : [items]
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

module.exports = { inPortions, isCluster, portionsOf, readStrings, removeKeys }
