// @ts-check
'use strict'

const { sentences, titled, untitled } = require('./error-message.js')

/**
 * @typedef {import('../index.js').RedisStateErrorCode} Code
 * @typedef {import('../index.js').RedisStateErrorDetails} Details
 * @typedef {import('./error-message.js').CallName} CallName
 *
 * @typedef {Details & { remedy?: string }} Problem details of a failure; `remedy`: what to do about it, as a sentence
 */

class RedisStateError extends Error {
  /**
   * @param {Code} code
   * @param {string} message
   * @param {Details} [details]
   */
  constructor(code, message, { cause, operation, server, traceId, key, applied, reply, errors } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    if (operation !== undefined) this.operation = operation
    if (server !== undefined) this.server = server
    if (traceId !== undefined) this.traceId = traceId
    if (key !== undefined) this.key = key
    if (applied !== undefined) this.applied = applied
    if (reply !== undefined) this.reply = reply
    if (errors !== undefined) this.errors = errors
  }

  toJSON() {
    const { code, operation, server, traceId, key, applied, reply } = this
    const { name, message, cause, errors } = this
    return defined({
      ...{ name, message, code, operation, server, traceId, key, applied, reply },
      errors: errors?.map((error) => error.toJSON()),
      cause: cause instanceof Error ? summaryOf(cause) : undefined,
    })
  }
}
Object.defineProperty(RedisStateError.prototype, 'name', { value: 'RedisStateError' })

/** @param {Error & { code?: unknown }} error */
function summaryOf({ name, message, code }) {
  return typeof code === 'string' ? { name, message, code } : { name, message }
}

/**
 * Makes an error without frames: those of the caller are added where its call is known, see `call-site.js`. Where the error is
 * made the stack rarely has them, and capturing it is the largest cost of a call that fails.
 *
 * @param {Code} code
 * @param {string} message
 * @param {Details} details
 */
function makeError(code, message, details) {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return new RedisStateError(code, message, details)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * Makes the error of a failure where the call is not known. `ofCall` completes it.
 *
 * @param {Code} code
 * @param {string} what happened and why, without the full stop
 * @param {Problem} [problem]
 */
function failure(code, what, { remedy, ...details } = {}) {
  return makeError(code, sentences(what, { code, applied: details.applied, remedy }), details)
}

/**
 * Makes the error of a call. `problem` can name another entry than the call does. Without an operation, `ofCall` completes it.
 *
 * @param {CallName} call
 * @param {Code} code
 * @param {string} what happened and why, without the full stop
 * @param {Problem} [problem]
 */
function callFailure(call, code, what, problem = {}) {
  const { traceId = call.traceId, key = call.key, server, applied, reply, cause, errors, remedy } = problem
  const operation = call.operation || undefined
  const text = sentences(what, { code, applied, remedy })
  const message = operation === undefined ? text : titled(call, text)
  return makeError(code, message, { operation, server, traceId, key, applied, reply, cause, errors })
}

/**
 * Completes an error with the call that it is of: its message gets the title, and the error the fields of the call that it lacks.
 *
 * @param {RedisStateError} error returned as it is if it has a call already
 * @param {CallName & { applied?: Details['applied'] }} call
 */
function ofCall(error, call) {
  if (error.operation !== undefined) return error
  const { code, message, cause, ...details } = error
  return makeError(code, titled(call, message), { ...defined(call), ...details, cause })
}

/**
 * Makes an error of one call that of another, which made it.
 *
 * @param {RedisStateError} error
 * @param {CallName} call
 */
function ofOuterCall(error, call) {
  const { code, cause, operation: _, ...details } = error
  return makeError(code, titled(call, untitled(error)), { ...details, ...defined(call), cause })
}

/**
 * Runs a function; an error of this package that it throws is completed with the call.
 *
 * @template T
 * @param {CallName} call
 * @param {() => T} run
 * @returns {T}
 */
function inCall(call, run) {
  try {
    return run()
  } catch (error) {
    throw error instanceof RedisStateError ? ofCall(error, call) : error
  }
}

/**
 * @param {string} what
 * @param {Problem} [problem]
 */
function invalidArgument(what, problem) {
  return failure('ERR_INVALID_ARGUMENT', what, problem)
}

/** The error of a feature that the engine, the server or this version lacks. @param {string} what */
function unsupported(what) {
  return failure('ERR_UNSUPPORTED', what)
}

/** @param {string} what @param {Record<string, string>} [reasons] */
function unsupportedText(what, reasons = {}) {
  const reason = Object.hasOwn(reasons, what) ? `: ${reasons[what]}` : ''
  return `this store does not support ${what}${reason}`
}

/**
 * @param {string} what
 * @param {Problem} [problem]
 */
function invalidConfig(what, problem) {
  return failure('ERR_INVALID_CONFIG', what, problem)
}

/**
 * Runs a check, and prefixes the message of an error that it throws with a path.
 *
 * @template T
 * @param {string} path
 * @param {() => T} check
 * @returns {T}
 */
function withPath(path, check) {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    const { code, message, ...details } = error
    throw makeError(code, `${path}: ${message}`, { ...details, cause: error.cause })
  }
}

/**
 * Copies an object without its undefined fields, which would override others.
 *
 * @template {object} T
 * @param {T} object
 * @returns {T}
 */
function defined(object) {
  return /** @type {T} */ (Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)))
}

/** @satisfies {typeof import('../index.js').RedisStateError} checks the public types */
const published = RedisStateError

module.exports = {
  RedisStateError: published,
  callFailure,
  failure,
  inCall,
  invalidArgument,
  invalidConfig,
  makeError,
  ofCall,
  ofOuterCall,
  unsupported,
  unsupportedText,
  withPath,
}
