// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const http = require('node:http')
const https = require('node:https')
const { clearTimeout, parseDate, setTimeout } = require('../../time.js')
const { current } = require('./exchange.js')

/**
 * @typedef {import('./exchange.js').Exchange} Exchange
 *
 * @typedef {object} Request a request of the SDK
 * @property {string} url
 * @property {string} method
 * @property {{ toJSON(): Record<string, string>, constructor: any }} headers
 * @property {any} [body]
 * @property {AbortSignal} [abortSignal]
 *
 * @typedef {{ status: number, headers: import('node:http').IncomingHttpHeaders, text: string }} Answer
 */

/** Requests beyond these wait for a free socket. */
const MAX_SOCKETS = 64
const TOO_MANY_REQUESTS = 429
const RETRY_WITH = 449
const DEFAULT_PAUSE_MS = 20
const MAX_PAUSE_MS = 1000

/**
 * The HTTP client of the SDK. It repeats requests that the server refused for now (429, 449), and notes in the `Exchange` of the
 * call what became of each request.
 */
class HttpClient {
  #agent
  bytesSent = 0
  bytesReceived = 0
  charge = 0

  /** @param {{ isSecure: boolean, tls?: object, agent?: any }} options */
  constructor({ isSecure, tls, agent }) {
    this.isSecure = isSecure
    const { Agent } = isSecure ? https : http
    this.ownAgent = agent === undefined
    this.#agent = agent ?? new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, ...tls })
  }

  /** @param {Request} request */
  async sendRequest(request) {
    const exchange = current.getStore()
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#send(request, exchange)
      this.#note(request, answer, exchange)
      if (!isRefusedForNow(answer.status)) return responseOf(request, answer)
      await pause(pauseOf(answer, attempt), request.abortSignal)
    }
  }

  /** Closes the sockets that are kept open. */
  close() {
    if (this.ownAgent) this.#agent.destroy()
  }

  /** @param {Request} request @param {Exchange | undefined} exchange @returns {Promise<Answer>} */
  #send(request, exchange) {
    return new Promise((resolve, reject) => {
      const { abortSignal, method } = request
      if (abortSignal?.aborted) return reject(abortError())
      const fail = (/** @type {unknown} */ error) => {
        abortSignal?.removeEventListener('abort', abort)
        if (exchange) Object.assign(exchange, { status: undefined, error })
        reject(error)
      }
      const { request: start } = this.isSecure ? https : http
      const outgoing = start(request.url, { method, headers: request.headers.toJSON(), agent: this.#agent })
      const abort = () => outgoing.destroy(abortError())
      abortSignal?.addEventListener('abort', abort)
      if (exchange) {
        exchange.requests += 1
        if (isWrite(request)) onSent(outgoing, this.isSecure, () => Object.assign(exchange, { isInDoubt: true }))
      }
      outgoing.on('error', fail)
      outgoing.on('response', (incoming) => {
        read(incoming).then((answer) => {
          abortSignal?.removeEventListener('abort', abort)
          resolve(answer)
        }, fail)
      })
      this.bytesSent += Buffer.byteLength(request.body ?? '')
      outgoing.end(request.body)
    })
  }

  /** @param {Request} request @param {Answer} answer @param {Exchange | undefined} exchange */
  #note(request, { status, headers, text }, exchange) {
    const charge = Number(headers['x-ms-request-charge'] ?? 0) || 0
    this.charge += charge
    this.bytesReceived += Buffer.byteLength(text)
    if (exchange === undefined) return
    const serverTime = parseDate(headers.date)
    Object.assign(exchange, { status, substatus: Number(headers['x-ms-substatus'] ?? 0), error: undefined })
    if (serverTime !== undefined) exchange.serverTime = serverTime
    exchange.charge += charge
    if (!isWrite(request)) return
    if (status < 300) exchange.hasWritten = true
    if (isKnown(status)) exchange.isInDoubt = false
  }
}

/** Whether the server has answered what became of a write. After other answers it may have been executed. @param {number} status */
function isKnown(status) {
  return status < 500 && status !== 408 && status !== 410
}

/** @param {number} status */
function isRefusedForNow(status) {
  return status === TOO_MANY_REQUESTS || status === RETRY_WITH
}

/** @param {Request} request */
function isWrite({ method, headers }) {
  if (method === 'GET' || method === 'HEAD') return false
  const { 'x-ms-documentdb-isquery': isQuery, 'x-ms-cosmos-is-query-plan-request': isPlan } = headers.toJSON()
  return String(isQuery).toLowerCase() !== 'true' && String(isPlan).toLowerCase() !== 'true'
}

/**
 * Calls back when the request begins to leave this process.
 *
 * @param {import('node:http').ClientRequest} outgoing
 * @param {boolean} isSecure
 * @param {() => void} callback
 */
function onSent(outgoing, isSecure, callback) {
  outgoing.once('socket', (/** @type {any} */ socket) => {
    if (!socket.connecting && !(isSecure && socket.secureConnecting)) return callback()
    socket.once(isSecure ? 'secureConnect' : 'connect', callback)
  })
}

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

/** @param {Answer} answer @param {number} attempt */
function pauseOf({ headers }, attempt) {
  const asked = Number(headers['x-ms-retry-after-ms'] ?? Number.NaN)
  if (Number.isFinite(asked) && asked >= 0) return asked
  return Math.min(DEFAULT_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS) * (0.5 + Math.random() / 2)
}

/** @param {number} milliseconds @param {AbortSignal} [signal] @returns {Promise<void>} */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      if (signal?.aborted) reject(abortError())
      else resolve()
    }
    const timer = setTimeout(end, milliseconds)
    if (signal?.aborted) return end()
    signal?.addEventListener('abort', end)
  })
}

/** An error that the SDK takes for an abort. */
function abortError() {
  return Object.assign(new Error('aborted'), { name: 'AbortError' })
}

module.exports = { HttpClient }
