// @ts-check
'use strict'

const { failure } = require('../../errors.js')
const { clearTimeout, setTimeout } = require('../../time.js')

/**
 * @typedef {import('../../../index.js').RedisStateError} Failure
 * @typedef {import('../engine.js').ConnectionEvent} ConnectionEvent
 * @typedef {import('../engine.js').Unready} Unready
 */

const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 30_000
/** Codes of failures that no repetition changes. */
const PERMANENT = new Set(['ERR_INVALID_CONFIG', 'ERR_AUTH', 'ERR_UNSUPPORTED', 'ERR_INVALID_ARGUMENT'])

/**
 * Opens something that may not be available yet: once in the background, again after a while if that failed, and for each call that
 * needs it.
 *
 * @template T
 */
class Opening {
  #open
  #onEvent
  /** @type {T | undefined} */
  #opened = undefined
  /** @type {Promise<T> | undefined} */
  #attempt = undefined
  /** @type {Failure | undefined} */
  #reason = undefined
  /** @type {NodeJS.Timeout | undefined} */
  #timer = undefined
  #retries = 0
  #isClosed = false

  /**
   * @param {() => Promise<T>} open rejects with a `RedisStateError`
   * @param {(event: ConnectionEvent) => void} onEvent
   */
  constructor(open, onEvent) {
    this.#open = open
    this.#onEvent = onEvent
  }

  /** What was opened, if it is. */
  get opened() {
    return this.#opened
  }

  /** Resolves when it is open. @returns {Promise<T>} */
  ready() {
    this.#attempt ??= this.#start()
    return this.#attempt
  }

  /**
   * Resolves when it is open, however many attempts that takes. Rejects if no attempt helps, or after an attempt when the signal is
   * aborted.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<T>}
   */
  async usable(signal) {
    for (;;) {
      try {
        return await this.ready()
      } catch (error) {
        if (signal.aborted || PERMANENT.has(/** @type {Failure} */ (error).code)) throw error
        await pause(FIRST_DELAY_MS, signal)
      }
    }
  }

  /** @param {number} [waited] @returns {Unready | undefined} */
  unready(waited) {
    if (this.#isClosed) return { isPermanent: true, makeError: closed }
    if (this.#opened !== undefined) return undefined
    const reason = this.#reason
    if (reason !== undefined)
      return { isPermanent: PERMANENT.has(reason.code), makeError: () => copyOf(reason, waited) }
    return { isPermanent: false, makeError: () => timedOut(waited) }
  }

  close() {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #start() {
    clearTimeout(this.#timer)
    this.#emit('connecting')
    try {
      const opened = await this.#open()
      this.#opened = opened
      this.#reason = undefined
      this.#emit('connect')
      this.#emit('ready')
      return opened
    } catch (error) {
      this.#fail(/** @type {Failure} */ (error))
      throw error
    }
  }

  /** @param {Failure} reason */
  #fail(reason) {
    this.#attempt = undefined
    if (this.#isClosed) return
    this.#reason = reason
    const makeError = () => copyOf(reason)
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.#retries, MAX_DELAY_MS)
    this.#retries += 1
    this.#timer = setTimeout(() => this.ready().catch(() => {}), delay)
    this.#timer.unref()
    this.#emit('error', makeError)
    this.#emit('reconnecting', makeError, { retries: this.#retries, delay })
  }

  /**
   * @param {ConnectionEvent['name']} name
   * @param {ConnectionEvent['makeError']} [makeError]
   * @param {{ retries: number, delay: number }} [retry]
   */
  #emit(name, makeError, { retries, delay } = { retries: 0, delay: 0 }) {
    // What began before `cleanup` ends after it.
    if (!this.#isClosed) this.#onEvent({ name, makeError, retries, delay })
  }
}

function closed() {
  return failure('ERR_CLOSED', 'the adapter was closed with cleanup()')
}

/** @param {Failure} reason @param {number} [waited] */
function copyOf({ code, message, server, reply, cause }, waited) {
  const what = message.replace(/\.$/, '')
  if (waited === undefined || PERMANENT.has(code)) return failure(code, what, { server, reply, cause })
  return failure('ERR_COMMAND_TIMEOUT', `not ready after ${waited} ms: ${what}`, { server, reply, cause })
}

/** @param {number} [waited] */
function timedOut(waited) {
  const what = waited === undefined ? 'the container was not read yet' : `not ready after ${waited} ms`
  return failure('ERR_COMMAND_TIMEOUT', what)
}

/** @param {number} milliseconds @param {AbortSignal} signal @returns {Promise<void>} */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
  })
}

module.exports = { Opening }
