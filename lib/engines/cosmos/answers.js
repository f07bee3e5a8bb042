// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const {
  CONFLICT,
  GONE,
  NOT_FOUND,
  PRECONDITION_FAILED,
  READ_SESSION_NOT_AVAILABLE,
  REQUEST_TIMEOUT,
  RETRY_WITH,
  TOO_MANY_REQUESTS,
} = require('./statuses.js')

/**
 * Answers of the server, as the SDK and the engine need them. A proxy can give others.
 *
 * @typedef {import('./http-client.js').Request} Request
 * @typedef {{ status: number, headers: import('node:http').IncomingHttpHeaders, text: string }} Answer
 */

/** What a page of a proxy must not be taken for: that there is no entry, or that it is another one. */
const MEANINGFUL = new Set([NOT_FOUND, CONFLICT, PRECONDITION_FAILED])
/** How often a replica that lags behind is asked again, before the SDK asks another region. */
const MAX_LAGS = 8

/** @param {import('node:http').IncomingMessage} incoming @returns {Promise<Answer>} */
function read(incoming) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const chunks = []
    incoming.on('data', (chunk) => chunks.push(chunk))
    incoming.on('error', reject)
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text })
    })
  })
}

/** More than the status says; 0 if there is none. @param {Answer['headers']} headers */
function substatusOf(headers) {
  return Number(headers['x-ms-substatus'] ?? 0)
}

/** @param {Request} request */
function isWrite({ method, headers }) {
  if (method === 'GET' || method === 'HEAD') return false
  return !isQuery(headers) && !isSet(headers, 'x-ms-cosmos-is-query-plan-request')
}

/** @param {Request['headers']} headers */
function isQuery(headers) {
  return isSet(headers, 'x-ms-documentdb-isquery')
}

/** @param {Request['headers']} headers @param {string} name */
function isSet(headers, name) {
  return String(headers.get(name)).toLowerCase() === 'true'
}

/** Whether the server has answered what became of a write. After other answers it may have been executed. @param {Answer} answer */
function isKnown({ status }) {
  return status < 500 && status !== REQUEST_TIMEOUT && status !== GONE
}

/** Whether to repeat a request that the server has not executed. @param {Answer} answer @param {number} attempt */
function isRefusedForNow({ status, headers }, attempt) {
  if (status === TOO_MANY_REQUESTS || status === RETRY_WITH) return true
  return status === NOT_FOUND && substatusOf(headers) === READ_SESSION_NOT_AVAILABLE && attempt < MAX_LAGS
}

/**
 * Whether the answer has the form of one to the request. The SDK takes others for success, or fails with errors of its own.
 *
 * @param {Request} request
 * @param {Answer} answer
 */
function isOfService({ method, headers: asked }, { status, headers, text }) {
  if (MEANINGFUL.has(status)) return /^\s*\{/.test(text) || headers['x-ms-activity-id'] !== undefined
  if (status >= 400) return true
  if (status < 200 || status >= 300) return false
  if (method === 'DELETE') return true
  if (isSet(asked, 'x-ms-cosmos-is-batch-request')) return /^\s*\[/.test(text)
  return /^\s*\{/.test(text) && (!isQuery(asked) || text.includes('"Documents"'))
}

/** @param {Request} request @param {Answer} answer */
function responseOf(request, { status, headers, text }) {
  // The SDK gives no access to the class of its headers.
  const { constructor: Headers } = request.headers
  return { request, status, headers: new Headers(headers), bodyAsText: status >= 400 ? errorBody(text) : text }
}

/** The SDK reads the message of every error body, also of one that a proxy made. @param {string} text */
function errorBody(text) {
  try {
    const body = JSON.parse(text)
    if (typeof body === 'object' && body !== null) return text
  } catch {
    // Replaced below.
  }
  return '{"message":""}'
}

module.exports = { isKnown, isOfService, isRefusedForNow, isWrite, read, responseOf, substatusOf }
