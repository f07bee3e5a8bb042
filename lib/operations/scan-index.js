// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { checkNotAborted } = require('../input/abort.js')
const { checkId } = require('../input/entry.js')

/**
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('../../index.js').StateItem} StateItem
 * @typedef {import('../engines/engine.js').ListedPage} ListedPage
 *
 * @typedef {object} Reading how the pages of a scan are read
 * @property {string} traceId
 * @property {string} keyPrefix
 * @property {number} pageSize
 * @property {AbortSignal} [signal]
 */

/**
 * Yields the entries of a trace by its index, without its other keys in memory. While a page is consumed, the next one is read,
 * and no other. Returns where a scan without the index has to continue, if the index can no longer be used: behind that key;
 * `undefined` at the end.
 *
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {unknown} options
 * @returns {AsyncGenerator<StateItem, { after: string | undefined } | undefined, void>}
 */
async function* scanIndex(dispatcher, traceId, options) {
  const reading = readingOf(dispatcher, traceId, options)
  /** @type {string | undefined} */
  let after
  let next = readPage(dispatcher, await reading, after)
  for (;;) {
    const page = await next
    if (page === undefined) return { after }
    const { items, position } = page
    if (position !== null) {
      after = position
      next = readPage(dispatcher, await reading, after)
      // If the caller breaks out of the loop, this page is never awaited; its failure must not be an unhandled rejection.
      next.catch(() => {})
    }
    yield* items
    if (position === null) return undefined
  }
}

/**
 * Whether a key is behind the last one of a page. Indexes are in the order of the bytes of the keys.
 *
 * @param {string} key
 * @param {string | undefined} position of the page
 */
function isBehind(key, position) {
  return position === undefined || Buffer.compare(Buffer.from(key), Buffer.from(position, 'hex')) > 0
}

/**
 * Checks the arguments; rejects as a call does.
 *
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {unknown} options
 * @returns {Promise<Reading>}
 */
function readingOf(dispatcher, traceId, options) {
  return dispatcher.guard.rejectOnThrow({ operation: 'scan', traceId }, () => {
    const { signal, all } = dispatcher.options('scan', options)
    dispatcher.checkTraceId(traceId)
    checkId('keyPrefix', all.keyPrefix)
    return Promise.resolve({ traceId, keyPrefix: all.keyPrefix, pageSize: all.pageSize, signal })
  })
}

/**
 * @param {Dispatcher} dispatcher
 * @param {Reading} reading
 * @param {string | undefined} after position of the page before
 * @returns {Promise<ListedPage | undefined>}
 */
function readPage(dispatcher, { traceId, keyPrefix, pageSize, signal }, after) {
  return dispatcher.onScope({ method: 'scan', traceId, checked: { signal, all: {} } }, () => {
    checkNotAborted(signal)
    return {
      traceId,
      start: (engine, cancellation) =>
        engine.listPage?.({ traceId, keyPrefix, limit: pageSize, after }, cancellation) ?? Promise.resolve(undefined),
    }
  })
}

module.exports = { isBehind, scanIndex }
