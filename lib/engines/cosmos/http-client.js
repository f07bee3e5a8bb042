// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const http = require('node:http')
const https = require('node:https')
const { failure } = require('../../errors.js')
const { MAX_TIMER_MS, clearTimeout, parseDate, setTimeout } = require('../../time.js')
const { isKnown, isOfService, isRefusedForNow, isWrite, read, responseOf, substatusOf } = require('./answers.js')
const { Endings } = require('./endings.js')
const { current } = require('./exchange.js')
const { openAgent } = require('./sockets.js')

/**
 * @typedef {import('./answers.js').Answer} Answer
 * @typedef {import('./exchange.js').Exchange} Exchange
 *
 * @typedef {object} Request a request of the SDK
 * @property {string} url
 * @property {string} method
 * @property {{ get(name: string): string | undefined, toJSON(): Record<string, string>, constructor: any }} headers
 * @property {any} [body]
 * @property {AbortSignal} [abortSignal]
 *
 * @typedef {{ answer?: Answer, error?: any, isInDoubt: boolean }} Outcome
 *   of an attempt; `isInDoubt`: it is a write that may have been executed
 */

const DEFAULT_PAUSE_MS = 20
const MAX_PAUSE_MS = 1000
/** How often a region is tried that cannot be reached, before the SDK tries another one. */
const MAX_ATTEMPTS = 3
/** For the SDK: the region cannot be reached, and the request was not executed. */
const UNREACHABLE = 'REQUEST_SEND_ERROR'

/**
 * The HTTP client of the SDK. It repeats what the server has certainly not executed (requests that it refused for now, and those
 * that could not be sent) and reads, and notes in the `Exchange` of the call what became of each request.
 */
class HttpClient {
  #agent
  #hasRegions
  #endings = new Endings()
  bytesSent = 0
  bytesReceived = 0
  charge = 0

  /** @param {{ isSecure: boolean, hasRegions: boolean, tls?: object, agent?: any }} options `hasRegions`: the SDK knows other regions */
  constructor({ isSecure, hasRegions, tls, agent }) {
    this.isSecure = isSecure
    this.#hasRegions = hasRegions
    this.ownAgent = agent === undefined
    this.#agent = agent ?? openAgent(isSecure, tls)
  }

  /** @param {Request} request */
  async sendRequest(request) {
    const exchange = current.getStore()
    // The SDK reads the account again by itself, with a signal of its own.
    const signals = [request.abortSignal, exchange?.signal].filter((signal) => signal !== undefined)
    for (let attempt = 1; ; attempt += 1) {
      const { answer, error, isInDoubt } = await this.#send(request, exchange, signals)
      if (answer === undefined) {
        const isRepeated = !isInDoubt && exchange?.isPatient === true
        if (this.#endings.hasEnded(signals) || !isRepeated) throw forSdk(error, request)
        if (this.#hasRegions && attempt >= MAX_ATTEMPTS)
          throw Object.assign(new Error(error.message), { code: UNREACHABLE })
      } else if (!isRefusedForNow(answer, attempt)) return used(request, answer, exchange)
      await this.#pause(pauseOf(answer, attempt), signals)
    }
  }

  /** Ends all requests, also those that the SDK makes by itself. */
  close() {
    this.#endings.close()
    if (this.ownAgent) this.#agent.destroy()
  }

  /** @param {Request} request @param {Exchange | undefined} exchange @param {AbortSignal[]} signals @returns {Promise<Outcome>} */
  #send(request, exchange, signals) {
    return new Promise((resolve) => {
      if (this.#endings.hasEnded(signals)) return resolve({ error: abortError(), isInDoubt: false })
      const { url, method, headers, body } = request
      const { request: start } = this.isSecure ? https : http
      const outgoing = start(url, { method, headers: headers.toJSON(), agent: this.#agent })
      const ignore = this.#endings.onEnd(signals, () => outgoing.destroy(abortError()))
      let isInDoubt = false
      const fail = (/** @type {unknown} */ error) => {
        ignore()
        if (exchange) Object.assign(exchange, { status: undefined, error })
        resolve({ error, isInDoubt })
      }
      if (exchange) exchange.requests += 1
      if (isWrite(request)) {
        onSent(outgoing, this.isSecure, () => {
          isInDoubt = true
          if (exchange) exchange.inDoubt += 1
        })
      }
      outgoing.on('error', fail)
      outgoing.on('response', (incoming) => {
        read(incoming).then((answer) => {
          ignore()
          this.#note(request, answer, exchange)
          resolve({ answer, isInDoubt: false })
        }, fail)
      })
      this.bytesSent += Buffer.byteLength(body ?? '')
      outgoing.end(body)
    })
  }

  /** @param {number} milliseconds @param {AbortSignal[]} signals @returns {Promise<void>} */
  #pause(milliseconds, signals) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        ignore()
        resolve()
      }
      // A longer one would end at once.
      const timer = setTimeout(end, Math.min(milliseconds, MAX_TIMER_MS))
      const ignore = this.#endings.onEnd(signals, end)
      if (this.#endings.hasEnded(signals)) end()
    })
  }

  /** @param {Request} request @param {Answer} answer @param {Exchange | undefined} exchange */
  #note(request, answer, exchange) {
    const { status, headers, text } = answer
    const charge = Number(headers['x-ms-request-charge'] ?? 0) || 0
    this.charge += charge
    this.bytesReceived += Buffer.byteLength(text)
    if (exchange === undefined) return
    const serverTime = parseDate(headers.date)
    Object.assign(exchange, { status, substatus: substatusOf(headers), error: undefined })
    if (serverTime !== undefined) exchange.serverTime = serverTime
    exchange.charge += charge
    if (!isWrite(request) || !isOfService(request, answer)) return
    if (status < 300) exchange.hasWritten = true
    if (isKnown(answer)) exchange.inDoubt -= 1
  }
}

/** @param {Request} request @param {Answer} answer @param {Exchange | undefined} exchange */
function used(request, answer, exchange) {
  if (isOfService(request, answer)) return responseOf(request, answer)
  const reply = String(answer.status)
  const foreign = failure('ERR_REPLY', `the answer to a request (${reply}) is not one of Azure Cosmos DB`, { reply })
  // The SDK makes errors of its own of those of batches.
  if (exchange) exchange.foreign = foreign
  throw foreign
}

/**
 * The error of an attempt, such that the SDK does not repeat it.
 *
 * @param {any} error
 * @param {Request} request
 */
function forSdk(error, { abortSignal }) {
  if (abortSignal?.aborted) return abortError()
  return Object.assign(new Error(error.message), { code: 'ERR_CONNECTION' })
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

/** @param {Answer | undefined} answer @param {number} attempt */
function pauseOf(answer, attempt) {
  const asked = Number(answer?.headers['x-ms-retry-after-ms'] ?? Number.NaN)
  if (Number.isFinite(asked) && asked >= 0) return asked
  return Math.min(DEFAULT_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS) * (0.5 + Math.random() / 2)
}

/** An error that the SDK takes for an abort. */
function abortError() {
  return Object.assign(new Error('aborted'), { name: 'AbortError' })
}

module.exports = { HttpClient }
