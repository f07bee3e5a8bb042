// @ts-check
'use strict'

const { hasInexactNumber } = require('./inexact-numbers.js')
const { Refusal, badRequest } = require('./refusal.js')

/** @typedef {import('node:http').IncomingMessage & { body?: unknown }} Request */

const MAX_BYTES = 16 * 1024 * 1024

/**
 * Reads the JSON object in the body of a request.
 *
 * @param {Request} request
 * @param {AbortSignal} signal ends it, if the sender is slow
 * @returns {Promise<Record<string, unknown>>}
 */
async function readBody(request, signal) {
  if (isParsed(request)) return /** @type {Record<string, unknown>} */ (request.body)
  const text = await textOf(request, signal)
  /** @type {unknown} */
  let body
  try {
    body = JSON.parse(text)
  } catch {
    throw badRequest('the body is not JSON')
  }
  if (!isObject(body)) throw badRequest('the body is not a JSON object')
  // It would be stored as another number.
  if (hasInexactNumber(text)) throw inexact()
  return body
}

/**
 * Whether another handler, such as that of express.json(), has parsed it. Parsers of Express 4 also set an empty object for types
 * that they do not read.
 *
 * @param {Request} request
 */
function isParsed({ body, readableDidRead }) {
  return isObject(body) && !Buffer.isBuffer(body) && (readableDidRead || Object.keys(body).length > 0)
}

/** The text of a body, which another handler may have read. @param {Request} request @param {AbortSignal} signal @returns {Promise<string>} */
async function textOf(request, signal) {
  const { body } = request
  if (typeof body === 'string') return body
  if (Buffer.isBuffer(body)) return decoded(body)
  // It would never end again.
  if (request.readableEnded) throw badRequest('the body is not a JSON object, or was read by another handler')
  return decoded(await readBytes(request, signal))
}

/** @param {Buffer} bytes */
function decoded(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // A name would become that of another entry.
    throw badRequest('the body is not UTF-8')
  }
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param {Request} request @param {AbortSignal} signal @returns {Promise<Buffer>} */
function readBytes(request, signal) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const pieces = []
    let size = 0
    const onData = (/** @type {Buffer} */ piece) => {
      size += piece.length
      if (size > MAX_BYTES) fail(tooLarge())
      else pieces.push(piece)
    }
    const onEnd = () => settle(() => resolve(Buffer.concat(pieces)))
    const onClosed = () => fail(badRequest('the body is incomplete'))
    const onAbort = () => fail(new Refusal(408, 'ERR_TIMEOUT', 'the body took too long'))
    const fail = (/** @type {Error} */ error) => settle(() => reject(error))
    const settle = (/** @type {() => void} */ done) => {
      request.off('data', onData).off('end', onEnd).off('error', onClosed).off('close', onClosed)
      signal.removeEventListener('abort', onAbort)
      done()
    }
    request.on('data', onData).on('end', onEnd).on('error', onClosed).on('close', onClosed)
    signal.addEventListener('abort', onAbort)
  })
}

function inexact() {
  const what = 'the body has a number that JavaScript rounds. Write it as a string, or with fewer digits'
  return new Refusal(422, 'ERR_INVALID_VALUE', what)
}

function tooLarge() {
  return new Refusal(413, 'ERR_TOO_LARGE', `the body has more than ${MAX_BYTES} bytes`)
}

module.exports = { readBody }
