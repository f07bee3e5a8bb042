// @ts-check
'use strict'

const { isUtf8 } = require('node:buffer')
const { now } = require('../time.js')
const { followCursor } = require('./follow-cursor.js')

/** @typedef {import('../../index.js').StateStore} StateStore */

const GLOB = /[\\*?[\]]/g
const FIRST_COUNT = 1000
const MIN_COUNT = 100
const MAX_COUNT = 16_000
/** A step that takes longer blocks other clients of the server. */
const MAX_STEP_MS = 5

/**
 * Yields the Redis keys of a type that start with a text, in the pages of SCAN, without memory of those that it has yielded: one
 * can be yielded several times.
 *
 * @typedef {object} Wanted
 * @property {string} start
 * @property {string} [node] a key of the node of a cluster that is scanned
 * @property {AbortSignal} signal
 * @property {string} [type] default: string; an empty text: any
 * @property {(key: Buffer) => void} [onNoText] called for keys that are not UTF-8, which are left out
 *
 * @param {StateStore} state
 * @param {Wanted} wanted
 * @returns {AsyncGenerator<string[]>}
 */
async function* scanServer(state, { start, node, signal, type = 'string', onNoText = () => {} }) {
  const search = ['MATCH', `${start.replace(GLOB, '\\$&')}*`, ...(type === '' ? [] : ['TYPE', type])]
  const options = { ...(node !== undefined && { key: node }), encoding: /** @type {const} */ ('bytes'), signal }
  let count = FIRST_COUNT
  const readPage = async (/** @type {string} */ cursor) => {
    const sentAt = now()
    // Not repeated after a lost connection, and not sent to a replica: both have other cursors.
    const reply = await state.command(['SCAN', cursor, ...search, 'COUNT', count], options)
    count = adapted(count, now() - sentAt)
    return /** @type {[Buffer, Buffer[]]} */ (reply)
  }
  for await (const keys of followCursor(state, readPage)) {
    // The names of entries are UTF-8; keys of other programs need not be.
    const texts = keys.filter((key) => isUtf8(key) || onNoText(key))
    if (texts.length > 0) yield texts.map(String)
  }
}

/** @param {number} count @param {number} took */
function adapted(count, took) {
  if (took > MAX_STEP_MS) return Math.max(MIN_COUNT, count >> 1)
  return took < MAX_STEP_MS / 2 ? Math.min(MAX_COUNT, count * 2) : count
}

module.exports = { scanServer }
