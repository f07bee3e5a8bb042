// @ts-check
'use strict'

const { checkId, checkTraceId } = require('./entry.js')
const { invalidArgument } = require('./errors.js')

/**
 * @typedef {object} WatchInput
 * @property {string | undefined} traceId
 * @property {string | undefined} key
 * @property {boolean} values
 * @property {boolean} configure
 * @property {boolean} keepAlive
 * @property {AbortSignal | undefined} signal
 */

/**
 * What is to be watched, checked.
 *
 * @param {unknown} traceId
 * @param {unknown} key
 * @param {unknown} options
 * @param {import('./entry.js').Naming} naming
 * @returns {WatchInput}
 */
function watchInput(traceId, key, options = {}, naming) {
  if (traceId !== undefined) checkTraceId(traceId, naming)
  if (key !== undefined) checkId('key', key)
  if (key !== undefined && traceId === undefined) throw invalidArgument('a key is watched with its trace id only')
  if (typeof options !== 'object' || options === null) throw invalidArgument('the options must be an object')
  const given = /** @type {Record<string, unknown>} */ (options)
  const { values = false, configure = false, keepAlive = false, signal, ...others } = given
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw invalidArgument(`there is no option ${unknown}`)
  if (typeof values !== 'boolean') throw invalidArgument('values must be true or false')
  if (typeof configure !== 'boolean') throw invalidArgument('configure must be true or false')
  if (typeof keepAlive !== 'boolean') throw invalidArgument('keepAlive must be true or false')
  if (signal !== undefined && !isSignal(signal)) throw invalidArgument('signal must be an AbortSignal')
  return { traceId: /** @type {string | undefined} */ (traceId), key, values, configure, keepAlive, signal }
}

/**
 * @param {any} signal perhaps of another realm
 * @returns {signal is AbortSignal}
 */
function isSignal(signal) {
  return (
    typeof signal === 'object' &&
    signal !== null &&
    typeof signal.aborted === 'boolean' &&
    typeof signal.addEventListener === 'function'
  )
}

module.exports = { watchInput }
