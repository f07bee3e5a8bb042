// @ts-check
'use strict'

const { RedisStateError } = require('../errors.js')

/** HTTP statuses of the errors of a store. @type {Partial<Record<string, number>>} */
const STATUSES = {
  ERR_INVALID_ARGUMENT: 400,
  ERR_CONFLICT: 409,
  ERR_TOO_LARGE: 413,
  ERR_CORRUPT_VALUE: 422,
  ERR_WRONG_TYPE: 422,
  ERR_INVALID_VALUE: 422,
  ERR_UNSUPPORTED: 501,
  ERR_REPLY: 502,
  ERR_NOT_REPLICATED: 502,
  ERR_AUTH: 503,
  ERR_BACKPRESSURE: 503,
  ERR_CLOSED: 503,
  ERR_CONNECTION: 503,
  ERR_INVALID_CONFIG: 503,
  ERR_COMMAND_TIMEOUT: 504,
}

/** A request that is answered with an error. */
class Refusal extends Error {
  /** @param {number} status @param {string} code @param {string} message @param {Record<string, string>} [headers] */
  constructor(status, code, message, headers = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/**
 * The answer to an error. Errors of this package name no secrets and no values; the text of any other error is not shown.
 *
 * @param {unknown} error
 * @returns {{ status: number, code: string, message: string, headers: Record<string, string> }}
 */
function refusalOf(error) {
  if (error instanceof Refusal) return error
  if (!(error instanceof RedisStateError)) return internal('the request failed')
  const { code, message } = error
  return { status: STATUSES[code] ?? 500, code, message, headers: {} }
}

/** @param {string} message */
function internal(message) {
  return new Refusal(500, 'ERR_INTERNAL', message)
}

/** @param {string} message */
function badRequest(message) {
  return new Refusal(400, 'ERR_INVALID_ARGUMENT', message)
}

/** @param {string} message */
function forbidden(message) {
  return new Refusal(403, 'ERR_FORBIDDEN', message)
}

/** @param {string} message */
function notFound(message) {
  return new Refusal(404, 'ERR_NOT_FOUND', message)
}

/** @param {string[]} methods */
function wrongMethod(methods) {
  const allow = methods.join(', ')
  return new Refusal(405, 'ERR_METHOD', `this address accepts ${allow}`, { allow })
}

module.exports = { Refusal, badRequest, forbidden, internal, notFound, refusalOf, wrongMethod }
