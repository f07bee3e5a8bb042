// @ts-check
'use strict'

const { callFailure } = require('../../errors.js')
const { shownId } = require('../../error-message.js')
const { received } = require('../../input/received.js')

/** The largest expiry of every server, in milliseconds. */
const MAX_TTL_MS = 2 ** 32 * 1000

/**
 * The checks of arguments. `call` is the method.
 *
 * @param {string} call
 * @param {string} name
 * @param {unknown} value
 * @returns {string}
 */
function text(call, name, value) {
  if (typeof value === 'string') return value
  throw invalid(call, `${name}: expected a string, got ${received(value)}`)
}

/**
 * A time to live. As in the package that is replaced, `undefined` and 0 mean none.
 *
 * @param {string} call
 * @param {unknown} value
 * @returns {number | undefined} whole milliseconds
 */
function optionalTtl(call, value) {
  return value === undefined || value === 0 ? undefined : ttl(call, value)
}

/** @param {string} call @param {unknown} value @returns {number} whole milliseconds */
function ttl(call, value) {
  if (typeof value === 'number' && value > 0 && value <= MAX_TTL_MS) return Math.ceil(value)
  throw invalid(call, `ttlMs: expected milliseconds, more than 0 and at most ${MAX_TTL_MS}, got ${received(value)}`)
}

/**
 * A length that a list is trimmed to. As in the package that is replaced, 0 means any length.
 *
 * @param {string} call
 * @param {string} name
 * @param {unknown} value
 */
function length(call, name, value) {
  if (value === undefined) return 0
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value)
  throw invalid(call, `${name}: expected a whole number, 0 for any length, got ${received(value)}`)
}

/**
 * @param {string} call
 * @param {unknown} lock plain data, such as those that another process has sent
 * @returns {{ threadId: string, token: string }}
 */
function heldLock(call, lock) {
  const { threadId, token } = /** @type {any} */ (lock ?? {})
  return { threadId: text(call, 'lock.threadId', threadId), token: text(call, 'lock.token', token) }
}

/** The JSON text of a value. @param {string} call @param {unknown} value */
function jsonOf(call, value) {
  const json = stringify(call, value)
  if (json !== undefined) return json
  throw invalid(call, `the value is not JSON-serializable: it is ${received(value)}`)
}

/** @param {string} call @param {unknown} value @returns {string | undefined} */
function stringify(call, value) {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw invalid(call, 'the value is not JSON-serializable', { cause })
  }
}

/** The value of a JSON text from a list. @param {string} call @param {string} key @param {string} json */
function parsed(call, key, json) {
  try {
    return JSON.parse(json)
  } catch (cause) {
    const what = `an element of ${shownId(key)} is not JSON: it was written by another client`
    throw callFailure({ operation: call }, 'ERR_CORRUPT_VALUE', what, { cause })
  }
}

/** @param {string} call @param {string} what @param {{ cause?: unknown }} [problem] */
function invalid(call, what, problem) {
  return callFailure({ operation: call }, 'ERR_INVALID_ARGUMENT', what, problem)
}

module.exports = { heldLock, jsonOf, length, optionalTtl, parsed, text, ttl }
