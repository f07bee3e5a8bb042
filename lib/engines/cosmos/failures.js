// @ts-check
'use strict'

const { RedisStateError, callFailure, ofCall } = require('../../errors.js')
const { READ_SESSION_NOT_AVAILABLE } = require('./statuses.js')

/**
 * @typedef {import('../../../index.js').RedisStateError} Failure
 * @typedef {import('./exchange.js').Exchange} Exchange
 * @typedef {import('../../error-message.js').CallName} CallName
 * @typedef {import('../../../index.js').RedisStateErrorCode} Code
 *
 * @typedef {{ code: Code, what: string, remedy?: string }} Explanation
 */

const MAX_TEXT = 200

/** What the answers of the server mean that no operation expects. @type {Record<number, Explanation>} */
const BY_STATUS = {
  401: {
    code: 'ERR_AUTH',
    what: 'Azure Cosmos DB rejected the credentials (401)',
    remedy: 'Check the key, or the role of the identity, and the clock of this machine.',
  },
  403: {
    code: 'ERR_AUTH',
    what: 'Azure Cosmos DB denied the access (403)',
    remedy: 'Check the role of the identity, and the firewall of the account.',
  },
  404: {
    code: 'ERR_INVALID_CONFIG',
    what: 'the database or the container does not exist any more (404)',
  },
  413: { code: 'ERR_TOO_LARGE', what: 'Azure Cosmos DB rejected the size of the request (413)' },
}

/**
 * Makes the error of a call from what its requests failed with.
 *
 * @param {unknown} error
 * @param {Exchange} exchange
 * @param {{ name: CallName, writes: boolean, server: string }} call
 */
function errorOf(error, exchange, { name, writes, server }) {
  const applied = writes ? exchange.applied : undefined
  if (exchange.foreign !== undefined) return completed(exchange.foreign, name, applied)
  if (error instanceof RedisStateError) return completed(error, name, applied)
  const { code, what, remedy } = explanationOf(error, exchange)
  const reply = isOfAnswer(/** @type {any} */ (error), exchange) ? String(exchange.status) : undefined
  return callFailure(name, code, what, { applied, remedy, server, reply, cause: causeOf(error, exchange) })
}

/**
 * @param {any} error
 * @param {CallName} name
 * @param {'no' | 'unknown' | undefined} applied
 */
function completed(error, name, applied) {
  if (error.operation !== undefined) return error
  if (applied === undefined || error.applied !== undefined)
    return name.operation === undefined ? error : ofCall(error, name)
  const { code, message, traceId, key, reply, cause } = error
  const what = message.replace(/\.$/, '')
  return callFailure(name, code, what, { traceId, key, reply, cause, applied })
}

/** @param {any} error @param {Exchange} exchange @returns {Explanation} */
function explanationOf(error, exchange) {
  const { status, substatus, error: lost } = exchange
  if (lost !== undefined) {
    const { code = '', message = '' } = /** @type {any} */ (lost)
    return { code: 'ERR_CONNECTION', what: `the connection failed: ${code || message}` }
  }
  if (status !== undefined && isOfAnswer(error, exchange)) {
    const known = substatus === READ_SESSION_NOT_AVAILABLE ? undefined : BY_STATUS[status]
    if (known !== undefined) return known
    const detail = substatus === 0 ? String(status) : `${status}, substatus ${substatus}`
    return { code: 'ERR_REPLY', what: `Azure Cosmos DB answered with an error (${detail})` }
  }
  if (error instanceof SyntaxError) return { code: 'ERR_REPLY', what: 'the answer of the server is not JSON' }
  return { code: 'ERR_INTERNAL', what: `a bug in this package: ${firstLine(error)}`, remedy: 'Please report it.' }
}

/** Whether an error is that of the last answer. The SDK gives those of batches no code. @param {any} error @param {Exchange} exchange */
function isOfAnswer({ code, message }, { status = 0 }) {
  return status >= 400 && (code === status || String(message).startsWith('Batch request error'))
}

/**
 * A cause without what the SDK adds to its errors: headers, diagnostics and texts of any length.
 *
 * @param {any} error
 * @param {Exchange} exchange
 */
function causeOf(error, exchange) {
  // Its message has a part of the text, and so of a value.
  return lastFailureOf(exchange) ?? (error instanceof SyntaxError ? undefined : copyOf(error))
}

/** Why the last request got no answer, if that is so. @param {Exchange} exchange */
function lastFailureOf({ error }) {
  return error === undefined ? undefined : copyOf(error)
}

/** @param {any} source */
function copyOf(source) {
  const { name, code } = source
  const cause = new Error(firstLine(source))
  cause.stack = `${name}: ${cause.message}`
  return Object.assign(cause, { name: String(name), ...(code === undefined ? {} : { code: String(code) }) })
}

/** @param {any} error */
function firstLine(error) {
  return String(error?.message ?? '')
    .split('\n')[0]
    .slice(0, MAX_TEXT)
}

module.exports = { errorOf, firstLine, lastFailureOf }
