// @ts-check
'use strict'

/**
 * @typedef {import('../index.js').RedisStateErrorCode} Code
 * @typedef {import('../index.js').RedisStateErrorDetails} Details
 * @typedef {import('../native.js').Failure} Failure
 */

class RedisStateError extends Error {
  /**
   * @param {Code} code
   * @param {string} message
   * @param {Details} [details]
   */
  constructor(code, message, { cause, applied, traceId, key, reply, errors } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    if (applied !== undefined) this.applied = applied
    if (traceId !== undefined) this.traceId = traceId
    if (key !== undefined) this.key = key
    if (reply !== undefined) this.reply = reply
    if (errors !== undefined) this.errors = errors
  }
}
Object.defineProperty(RedisStateError.prototype, 'name', { value: 'RedisStateError' })

/**
 * What a function of the user's failed with, by its name.
 *
 * @typedef {Record<string, { reason: unknown } | undefined>} Origins
 */

/**
 * Makes the errors of calls that failed alike.
 *
 * @param {Failure} failure what the native side reports
 * @param {Origins} [origins]
 * @returns {(call?: { traceId?: string, key?: string, writes?: boolean }) => RedisStateError}
 */
function failureOf(failure, origins = {}) {
  const { code, message, applied = 'unknown', traceId, key, reply, origin } = failure
  const cause = (origin === undefined ? undefined : origins[origin]?.reason) ?? causeOf(failure)
  return (call = {}) =>
    withoutStack(
      () =>
        new RedisStateError(codeOf({ code }), message, {
          // Of a write nothing else is known than what the failure tells.
          applied: call.writes ? /** @type {Details['applied']} */ (applied) : undefined,
          traceId: traceId ?? call.traceId,
          key: key ?? call.key,
          reply,
          cause,
        }),
    )
}

/**
 * A native failure has no stack of the user's, and to capture one for each of many calls takes longer than all else.
 *
 * @template T
 * @param {() => T} make
 * @returns {T}
 */
function withoutStack(make) {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * @param {unknown} error what a native method threw
 * @returns {unknown} ours, unless it is a fault of the binding itself
 */
function fromThrown(error) {
  const { code, message } = /** @type {Error & { code?: unknown }} */ (error)
  if (typeof code !== 'string' || !code.startsWith('ERR_')) return error
  return new RedisStateError(codeOf({ code }), message)
}

/** @param {Failure} failure */
function causeOf({ cause }) {
  return cause && withoutStack(() => new RedisStateError(codeOf(cause), cause.message))
}

/** @param {{ code: string }} failure */
function codeOf({ code }) {
  return /** @type {Code} */ (code)
}

/**
 * @param {string} message
 * @param {Details} [details]
 */
function invalidArgument(message, details) {
  return new RedisStateError('ERR_INVALID_ARGUMENT', message, details)
}

/** @param {string} message */
function invalidConfig(message) {
  return new RedisStateError('ERR_INVALID_CONFIG', message)
}

/** @satisfies {typeof import('../index.js').RedisStateError} the types that users see hold */
const published = RedisStateError

module.exports = { RedisStateError: published, failureOf, fromThrown, invalidArgument, invalidConfig }
