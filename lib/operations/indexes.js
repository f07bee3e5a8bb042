// @ts-check
'use strict'

const { unsupported, unsupportedText } = require('../errors.js')

/** @typedef {import('./dispatcher.js').Dispatcher} Dispatcher */

/**
 * Adds the entries of a trace, or all entries, to their indexes.
 *
 * @param {Dispatcher} dispatcher
 * @param {unknown} options
 */
function reindex(dispatcher, options) {
  return dispatcher.onScope({ method: 'reindex', options }, ({ all: { traceId, onProgress } }) => {
    if (traceId !== undefined) dispatcher.checkTraceId(traceId)
    checkIndexed(dispatcher, 'reindex')
    return {
      traceId,
      start: (engine, cancellation) => engine.reindex?.({ traceId, onProgress }, cancellation) ?? Promise.reject(),
    }
  })
}

/**
 * Compares the indexes with the entries.
 *
 * @param {Dispatcher} dispatcher
 * @param {unknown} options
 */
function checkIndex(dispatcher, options) {
  return dispatcher.onScope({ method: 'checkIndex', options }, () => {
    checkIndexed(dispatcher, 'checkIndex')
    return { start: (engine, cancellation) => engine.checkIndex?.(cancellation) ?? Promise.reject() }
  })
}

/** @param {Dispatcher} dispatcher @param {string} method */
function checkIndexed({ engine: { capabilities } }, method) {
  if (capabilities.index !== true) throw unsupported(unsupportedText(method, capabilities.reasons))
}

module.exports = { checkIndex, reindex }
