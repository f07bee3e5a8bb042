// @ts-check
'use strict'

const { dispatcherOf } = require('../adapter/state-adapter.js')
const { failure, RedisStateError } = require('../errors.js')

/** @typedef {import('../../index.js').StateStore} StateStore */

const MAX_RESTARTS = 10

/**
 * Yields the pages of SCAN or HSCAN, without memory of what it has yielded: an item can be yielded several times. A cursor is valid
 * in one process of the server, so a scan whose connection was lost starts again.
 *
 * @template Item
 * @param {StateStore} state
 * @param {(cursor: string) => Promise<[next: unknown, items: Item[]]>} readPage sends a command that is neither repeated nor read
 *   from a replica
 * @returns {AsyncGenerator<Item[]>}
 */
async function* followCursor(state, readPage) {
  let restarts = 0
  for (let cursor = '0', connection = reconnectsOf(state); ; ) {
    const page = await orLost(readPage(cursor))
    if (page instanceof Error || reconnectsOf(state) !== connection) {
      restarts += 1
      if (restarts > MAX_RESTARTS) throw page instanceof Error ? page : lostTooOften()
      // A lost connection that is not replaced yet counts when it is: then the scan starts once more.
      cursor = '0'
      connection = reconnectsOf(state)
      continue
    }
    cursor = String(page[0])
    yield page[1]
    if (cursor === '0') return
  }
}

/** @template Page @param {Promise<Page>} reading @returns {Promise<Page | Error>} an error: the connection was lost */
async function orLost(reading) {
  try {
    return await reading
  } catch (error) {
    if (error instanceof RedisStateError && error.code === 'ERR_CONNECTION') return error
    throw error
  }
}

/** @param {StateStore} state */
function reconnectsOf(state) {
  return dispatcherOf(/** @type {any} */ (state)).engine.stats().reconnects
}

function lostTooOften() {
  const what = `the connection was lost ${MAX_RESTARTS + 1} times while the names of entries were listed`
  return failure('ERR_CONNECTION', what, { remedy: 'Look at the log of the server, and repeat the command.' })
}

module.exports = { followCursor }
