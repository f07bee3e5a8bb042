// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')

/** @typedef {import('./dispatcher.js').Dispatcher} Dispatcher */

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {string} key
 * @param {unknown} value
 * @param {unknown} options
 */
function set(dispatcher, traceId, key, value, options) {
  return dispatcher.call({ operation: OPERATIONS.set, traceId, key, options }, () => valueFields(dispatcher, value))
}

/**
 * Prepares a set that is one of several.
 *
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {string} key
 * @param {unknown} value
 * @param {import('../input/call-options.js').CheckedOptions} checked
 */
function prepareSet(dispatcher, traceId, key, value, checked) {
  return dispatcher.prepare(OPERATIONS.set, traceId, key, checked, () => valueFields(dispatcher, value))
}

/** @param {Dispatcher} dispatcher @param {unknown} value */
function valueFields(dispatcher, value) {
  return { json: dispatcher.jsonText(value), value }
}

module.exports = { prepareSet, set }
