// @ts-check
'use strict'

const { isUtf8 } = require('node:buffer')
const { dispatcherOf } = require('../adapter/state-adapter.js')
const { failure, RedisStateError } = require('../errors.js')
const { now } = require('../time.js')

/**
 * @typedef {import('../../index.js').StateStore} StateStore
 * @typedef {{ cursor: string, keys: string[] }} Page
 */

const GLOB = /[\\*?[\]]/g
const FIRST_COUNT = 1000
const MIN_COUNT = 100
const MAX_COUNT = 16_000
/** A step that takes longer blocks other clients of the server. */
const MAX_STEP_MS = 5
const MAX_RESTARTS = 10

/**
 * Yields the Redis keys of a type that start with a text, in the pages of SCAN, without memory of those that it has yielded: one
 * can be yielded several times. A cursor is valid on one connection, so a scan whose connection was lost starts again.
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
  let [restarts, count] = [0, FIRST_COUNT]
  for (let cursor = '0', connection = reconnectsOf(state); ; ) {
    const sentAt = now()
    const page = await step(state, ['SCAN', cursor, ...search, 'COUNT', count], options, onNoText)
    if (page instanceof Error || reconnectsOf(state) !== connection) {
      restarts += 1
      if (restarts > MAX_RESTARTS) throw page instanceof Error ? page : lostTooOften()
      // A lost connection that is not replaced yet counts when it is: then the scan starts once more.
      cursor = '0'
      connection = reconnectsOf(state)
      continue
    }
    cursor = page.cursor
    count = adapted(count, now() - sentAt)
    if (page.keys.length > 0) yield page.keys
    if (cursor === '0') return
  }
}

/**
 * @param {StateStore} state
 * @param {(string | number)[]} command
 * @param {import('../../index.js').CommandOptions & { encoding: 'bytes' }} options
 * @param {(key: Buffer) => void} onNoText
 * @returns {Promise<Page | Error>} an error: the connection was lost
 */
async function step(state, command, options, onNoText) {
  try {
    // Not repeated after a lost connection, and not sent to a replica: both have other cursors.
    const reply = await state.command(command, options)
    const [cursor, keys] = /** @type {[Buffer, Buffer[]]} */ (reply)
    // The names of entries are UTF-8; keys of other programs need not be.
    const texts = keys.filter((key) => isUtf8(key) || onNoText(key))
    return { cursor: String(cursor), keys: texts.map(String) }
  } catch (error) {
    if (error instanceof RedisStateError && error.code === 'ERR_CONNECTION') return error
    throw error
  }
}

/** @param {StateStore} state */
function reconnectsOf(state) {
  return dispatcherOf(/** @type {any} */ (state)).engine.stats().reconnects
}

/** @param {number} count @param {number} took */
function adapted(count, took) {
  if (took > MAX_STEP_MS) return Math.max(MIN_COUNT, count >> 1)
  return took < MAX_STEP_MS / 2 ? Math.min(MAX_COUNT, count * 2) : count
}

function lostTooOften() {
  const what = `the connection was lost ${MAX_RESTARTS + 1} times while the names of entries were listed`
  return failure('ERR_CONNECTION', what, { remedy: 'Look at the log of the server, and repeat the command.' })
}

module.exports = { scanServer }
