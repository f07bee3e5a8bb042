// @ts-check
'use strict'

const { callFailure, failure: failureOf } = require('../../errors.js')
const { callNameOf } = require('../call.js')
const { corruptSubject } = require('./corrupt-text.js')

/**
 * @typedef {import('../../../index.js').RedisStateErrorCode} Code
 * @typedef {import('../../../index.js').RedisStateErrorDetails} Details
 * @typedef {import('../../../native.js').NativeFailure} Failure
 * @typedef {import('../call.js').StateCall} StateCall
 */

/**
 * The caller's functions by their names in `Failure.origin`, each with the error that it failed with.
 *
 * @typedef {Record<string, { reason: unknown } | undefined>} UserFunctions
 */

/**
 * Returns a function that makes the error of a call. Calls with the same failure share its cause.
 *
 * @param {Failure} failure as native code reports it
 * @param {UserFunctions} [userFunctions]
 * @param {string} [server] of the failures that do not name theirs
 * @returns {(call: StateCall) => import('../../../index.js').RedisStateError}
 */
function errorFactory(failure, userFunctions, server) {
  const cause = reasonOf(failure, userFunctions)
  const { applied = 'unknown', traceId, key, reply, remedy } = failure
  return (call) => {
    const outcome = call.operation.writes ? /** @type {Details['applied']} */ (applied) : undefined
    const problem = { server: failure.server ?? server, traceId, key, applied: outcome, reply, remedy, cause }
    return callFailure(callNameOf(call), codeOf(failure), whatOf(failure, call), problem)
  }
}

/**
 * Makes the error of an event of the connection.
 *
 * @param {Failure} failure as native code reports it
 * @param {UserFunctions} [userFunctions]
 * @param {string} [server] if the failure does not name its own
 */
function eventError(failure, userFunctions, server) {
  const { message, reply, remedy } = failure
  const problem = { server: failure.server ?? server, reply, remedy, cause: reasonOf(failure, userFunctions) }
  return failureOf(codeOf(failure), message, problem)
}

/** @param {Failure} failure @param {StateCall} call */
function whatOf({ code, message, traceId, key, step }, call) {
  if (step !== undefined)
    return message.replace(/^command \d+ of \d+/, (number) => `${number} (${nameAt(call.input, step)})`)
  return code === 'ERR_CORRUPT_VALUE' ? `${corruptSubject({ traceId, key }, call)} ${message}` : message
}

/** The name of a command of a unit. @param {import('../call.js').CommandInput} input @param {number} step */
function nameAt({ args, ends = [] }, step) {
  return args[step === 0 ? 0 : ends[step - 1]]
}

/** @param {Failure} failure @param {UserFunctions} [userFunctions] */
function reasonOf(failure, userFunctions = {}) {
  const { origin } = failure
  return (origin === undefined ? undefined : userFunctions[origin]?.reason) ?? causeOf(failure)
}

/**
 * Makes a RedisStateError of an error that a native method threw.
 *
 * @param {unknown} error
 * @returns {unknown} the same error, if it is not one of this package's codes
 */
function errorFromThrown(error) {
  const { code, message } = /** @type {Error & { code?: unknown }} */ (error)
  if (typeof code !== 'string' || !code.startsWith('ERR_')) return error
  return failureOf(codeOf({ code }), message)
}

/** @param {Failure} failure */
function causeOf({ cause }) {
  if (cause === undefined) return undefined
  const { message, remedy, server } = cause
  return failureOf(codeOf(cause), message, { remedy, server })
}

/** @param {{ code: string }} failure */
function codeOf({ code }) {
  return /** @type {Code} */ (code)
}

module.exports = { errorFactory, errorFromThrown, eventError }
