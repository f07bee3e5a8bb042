// @ts-check
'use strict'

const { AsyncLocalStorage } = require('node:async_hooks')
const { setMaxListeners } = require('node:events')

/** The call whose requests are being made. The SDK passes no more to its HTTP client. @type {AsyncLocalStorage<Exchange>} */
const current = new AsyncLocalStorage()

/** The requests of one call, and what is known of them. */
class Exchange {
  #controller = new AbortController()
  /** Request units. */
  charge = 0
  requests = 0
  /** Status of the last answer, if the last request got one. @type {number | undefined} */
  status = undefined
  /** @type {number} */
  substatus = 0
  /** Why the last request got no answer. @type {unknown} */
  error = undefined
  /** The server's time at the last answer, in seconds. @type {number | undefined} */
  serverTime = undefined
  /** Number of requests that write, may have reached the server and whose effect is unknown. */
  inDoubt = 0
  /** Whether a request has written something. */
  hasWritten = false
  /** The error of an answer that is not one of the service. @type {Error | undefined} */
  foreign = undefined

  /** @param {{ isPatient?: boolean }} [options] `isPatient`: requests that cannot be sent are sent later */
  constructor({ isPatient = true } = {}) {
    this.isPatient = isPatient
    // Each request of a call listens to it.
    setMaxListeners(0, this.#controller.signal)
  }

  get signal() {
    return this.#controller.signal
  }

  /** Ends its request, and lets it make no others. */
  abort() {
    this.#controller.abort()
  }

  /** What a failed write has done. @returns {'no' | 'unknown'} */
  get applied() {
    return this.inDoubt > 0 || this.hasWritten ? 'unknown' : 'no'
  }

  /** @template T @param {() => Promise<T>} run */
  run(run) {
    return current.run(this, run)
  }
}

module.exports = { Exchange, current }
