// @ts-check
'use strict'

const { checkId, checkTraceId } = require('../input/entry.js')
const { invalidArgument } = require('../errors.js')
const { readOptions } = require('../input/method-options.js')

/**
 * @typedef {object} WatchInput
 * @property {string | undefined} traceId
 * @property {string | undefined} key
 * @property {boolean} values
 * @property {boolean} configure
 * @property {boolean | undefined} keepAlive
 * @property {AbortSignal | undefined} signal
 */

/**
 * Checks the arguments of `watch`.
 *
 * @param {unknown} traceId
 * @param {unknown} key
 * @param {unknown} options
 * @param {import('../input/entry.js').Naming} naming
 * @returns {WatchInput}
 */
function watchInput(traceId, key, options, naming) {
  if (traceId !== undefined) checkTraceId(traceId, naming)
  if (key !== undefined) checkId('key', key)
  if (key !== undefined && traceId === undefined) throw invalidArgument('key: expected a traceId with it')
  const { values, configure, keepAlive, signal } = readOptions('watch', options)
  return { traceId: /** @type {string | undefined} */ (traceId), key, values, configure, keepAlive, signal }
}

module.exports = { watchInput }
