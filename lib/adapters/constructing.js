// @ts-check
'use strict'

const { captureSite, locate } = require('../call-site.js')
const { RedisStateError, makeError, ofCall, ofOuterCall } = require('../errors.js')

/** @typedef {InstanceType<typeof RedisStateError>} StateError */

/**
 * Runs a part of the constructor of an adapter for another library. Its errors, also those of the state that it opens, name this
 * constructor and its arguments, and have the stack of its caller.
 *
 * @template T
 * @param {Function} Class
 * @param {() => T} run
 * @param {string} [connection] the argument or option that is the first argument of the state
 * @returns {T}
 */
function constructing(Class, run, connection = 'connection') {
  const call = { operation: `new ${Class.name}` }
  try {
    return run()
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    throw locate(error.operation === undefined ? ofCall(asConfig(error), call) : ofState(error), captureSite(Class))
  }

  /** @param {StateError} error */
  function ofState(error) {
    const { code, message, cause, ...details } = ofOuterCall(error, call)
    const { operation } = call
    const named = message.replace(`${operation}: connection: `, `${operation}: ${connection}: `)
    return makeError(code, named, { ...details, cause })
  }
}

/** Reads options that are given to a constructor. @template T @param {() => T} read @returns {T} */
function readingConfig(read) {
  try {
    return read()
  } catch (error) {
    throw error instanceof RedisStateError ? asConfig(error) : error
  }
}

/** Options of constructors have another code than those of methods. @param {StateError} error */
function asConfig({ message, cause }) {
  return makeError('ERR_INVALID_CONFIG', message, { cause })
}

module.exports = { constructing, readingConfig }
