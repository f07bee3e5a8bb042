// @ts-check
'use strict'

const { dispatcherOf } = require('../adapter/state-adapter.js')
const { slotOf } = require('./slot.js')

/**
 * @typedef {import('../../index.js').RedisStateAdapter} State
 * @typedef {import('../adapter/state-adapter.js').StateAdapter} StateAdapter
 */

/** Any glob character of a prefix is meant as it is. */
const GLOB = /[\\*?[\]]/g

/**
 * Yields the Redis keys that start with a prefix, in the pages of SCAN: one command at a time, none of which visits many more keys
 * than `count`. In a cluster, the primaries one after the other. A key that exists all the time is yielded at least once, unless
 * its slot moves to another node meanwhile; it can be yielded twice.
 *
 * @param {State} state
 * @param {string} prefix
 * @param {number} count
 * @param {string} [type] only keys of this type
 * @returns {AsyncGenerator<string[], void>}
 */
async function* scanKeys(state, prefix, count, type) {
  const search = [
    'MATCH',
    `${prefix.replace(GLOB, '\\$&')}*`,
    'COUNT',
    count,
    ...(type === undefined ? [] : ['TYPE', type]),
  ]
  for (const node of await nodesOf(state)) {
    let cursor = '0'
    do {
      const [next, keys] = await pageAt(state, ['SCAN', cursor, ...search], node)
      cursor = next
      if (keys.length > 0) yield keys
    } while (cursor !== '0')
  }
}

/**
 * Sent once: a replica that takes over has other cursors.
 *
 * @param {State} state
 * @param {(string | number)[]} command
 * @param {string | undefined} node
 * @returns {Promise<[next: string, keys: string[]]>}
 */
async function pageAt(state, command, node) {
  try {
    return /** @type {[string, string[]]} */ (await state.command(command, { key: node }))
  } catch (error) {
    // A key of another client need not be text. Bytes take longer, so they are only read if there is one.
    if (/** @type {any} */ (error).code !== 'ERR_REPLY') throw error
    const [next, keys] = /** @type {[Buffer, Buffer[]]} */ (
      await state.command(command, { key: node, encoding: 'bytes' })
    )
    return [String(next), keys.map(String)]
  }
}

/**
 * Returns a key for each server that has keys, by which commands are sent to it.
 *
 * @param {State} state
 * @returns {Promise<(string | undefined)[]>}
 */
async function nodesOf(state) {
  const { capabilities } = dispatcherOf(/** @type {StateAdapter} */ (/** @type {unknown} */ (state))).engine
  if (!capabilities.movesEntries) return [undefined]
  const ranges = await state.command(['CLUSTER', 'SLOTS'], { key: '0', retry: 'read' })
  return keysOfNodes(/** @type {[first: number, last: number, primary: [host: string, port: number]][]} */ (ranges))
}

/** @param {[first: number, last: number, primary: [host: string, port: number, ...unknown[]], ...unknown[]][]} ranges */
function keysOfNodes(ranges) {
  const nameOf = (/** @type {typeof ranges[0] | undefined} */ range) => range && `${range[2][0]}:${range[2][1]}`
  const nodes = new Set(ranges.map(nameOf))
  /** @type {Map<string | undefined, string>} */
  const keys = new Map()
  for (let number = 0; keys.size < nodes.size; number += 1) {
    const slot = slotOf(String(number))
    const node = nameOf(ranges.find(([first, last]) => slot >= first && slot <= last))
    if (node !== undefined && !keys.has(node)) keys.set(node, String(number))
  }
  return [...keys.values()]
}

module.exports = { nodesOf, scanKeys }
