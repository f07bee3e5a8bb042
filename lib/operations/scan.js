// @ts-check
'use strict'

const { checkNotAborted } = require('../input/abort.js')
const { checkId } = require('../input/entry.js')
const { isBehind, scanIndex } = require('./scan-index.js')

/** @typedef {import('./dispatcher.js').Dispatcher} Dispatcher */

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {unknown} [options]
 */
async function* scan(dispatcher, traceId, options) {
  if (dispatcher.engine.listPage === undefined) return yield* scanKeys(dispatcher, traceId, options)
  const rest = yield* scanIndex(dispatcher, traceId, options)
  if (rest !== undefined) yield* scanKeys(dispatcher, traceId, options, rest.after)
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {unknown} options
 * @param {string} [after] the position behind which it starts, see `isBehind`
 */
async function* scanKeys(dispatcher, traceId, options, after) {
  const { keys: all, pageSize, ...reading } = await listKeys(dispatcher, traceId, options)
  const keys = after === undefined ? all : all.filter((key) => isBehind(key, after))
  const read = (/** @type {string[]} */ page) => readPage(dispatcher, { traceId, keys: page, ...reading })
  yield* readPages(keys, pageSize, read)
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {unknown} options
 * @returns {Promise<{ keys: string[], pageSize: number, signal?: AbortSignal, consistency?: string }>}
 */
function listKeys(dispatcher, traceId, options) {
  return dispatcher.onScope(
    { method: 'scan', traceId, options },
    ({ signal, all: { pageSize, keyPrefix, consistency } }) => {
      dispatcher.checkTraceId(traceId)
      checkId('keyPrefix', keyPrefix)
      return {
        traceId,
        start: (engine, cancellation) =>
          engine
            .list({ traceId, keyPrefix, consistency }, 'keys', cancellation)
            .then((keys) => ({ keys, pageSize, signal, consistency })),
      }
    },
  )
}

/**
 * @param {Dispatcher} dispatcher
 * @param {{ traceId: string, keys: string[], signal?: AbortSignal, consistency?: string }} page
 * @returns {Promise<import('../../index.js').StateItem[]>}
 */
function readPage(dispatcher, { traceId, keys, signal, consistency }) {
  return dispatcher.onScope({ method: 'scan', traceId, checked: { signal, all: {} } }, () => {
    checkNotAborted(signal)
    return {
      traceId,
      start: (engine, cancellation) => engine.list({ traceId, keys, consistency }, 'items', cancellation),
    }
  })
}

/**
 * Yields the items of the keys. While a page is consumed, the next one is read, and no other.
 *
 * @template T
 * @param {string[]} keys
 * @param {number} pageSize
 * @param {(keys: string[]) => Promise<T[]>} read
 */
async function* readPages(keys, pageSize, read) {
  const readFrom = (/** @type {number} */ start) => {
    const page = read(keys.slice(start, start + pageSize))
    // If the caller breaks out of the loop, this page is never awaited; its failure must not be an unhandled rejection.
    page.catch(() => {})
    return page
  }
  if (keys.length === 0) return
  let next = readFrom(0)
  for (let start = 0; start < keys.length; start += pageSize) {
    const page = await next
    if (start + pageSize < keys.length) next = readFrom(start + pageSize)
    yield* page
  }
}

module.exports = { scan }
