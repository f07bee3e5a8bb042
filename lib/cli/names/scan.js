// @ts-check
'use strict'

const { isUtf8 } = require('node:buffer')
const { dispatcherOf } = require('../../adapter/state-adapter.js')
const { failure, RedisStateError } = require('../../errors.js')
const { now } = require('../../time.js')

/**
 * @typedef {import('../command.js').StateStore} StateStore
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
 * Yields the Redis keys of strings that start with a text, in the pages of SCAN, without memory of those that it has yielded: one
 * can be yielded several times. A cursor is valid on one connection, so a scan whose connection was lost starts again.
 *
 * @param {StateStore} state
 * @param {{ start: string, node?: string, signal: AbortSignal }} wanted `node`: a key of the node of a cluster that is scanned
 * @returns {AsyncGenerator<string[]>}
 */
async function* scanServer(state, { start, node, signal }) {
  const search = ['MATCH', `${start.replace(GLOB, '\\$&')}*`, 'TYPE', 'string']
  const options = { ...(node !== undefined && { key: node }), encoding: /** @type {const} */ ('bytes'), signal }
  let [restarts, count] = [0, FIRST_COUNT]
  for (let cursor = '0', connection = reconnectsOf(state); ; ) {
    const sentAt = now()
    const page = await step(state, ['SCAN', cursor, ...search, 'COUNT', count], options)
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
 * @param {import('../../../index.js').CommandOptions & { encoding: 'bytes' }} options
 * @returns {Promise<Page | Error>} an error: the connection was lost
 */
async function step(state, command, options) {
  try {
    // Not repeated after a lost connection, and not sent to a replica: both have other cursors.
    const reply = await state.command(command, options)
    const [cursor, keys] = /** @type {[Buffer, Buffer[]]} */ (reply)
    // The names of entries are UTF-8; keys of other programs need not be.
    return { cursor: String(cursor), keys: keys.filter((key) => isUtf8(key)).map(String) }
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
