// @ts-check
'use strict'

const { eventError } = require('./failures.js')

/**
 * @typedef {import('../engine.js').LockEvent} LockEvent
 * @typedef {import('../engine.js').WatchSink} WatchSink
 * @typedef {import('../../../native.js').NativeStore} NativeStore
 * @typedef {import('../../../native.js').NativeWatchFailure} WatchFailure
 */

/** Subscriptions by number. One native callback serves all watches, and another all locks. */
class Subscriptions {
  #native
  #userFunctions
  #server
  /** @type {Map<number, WatchSink>} */
  #watches = new Map()
  /** @type {Map<number, (event: LockEvent) => void>} */
  #locks = new Map()
  #lastNumber = 0

  /**
   * @param {NativeStore} native
   * @param {import('./failures.js').UserFunctions} userFunctions
   * @param {string} [server] of the failures that do not name theirs
   */
  constructor(native, userFunctions, server) {
    this.#native = native
    this.#userFunctions = userFunctions
    this.#server = server
  }

  /**
   * @param {import('../engine.js').WatchScope} scope
   * @param {WatchSink} sink
   * @returns {() => void}
   */
  open({ traceId, key, configure }, sink) {
    const number = this.#nextNumber()
    this.#watches.set(number, sink)
    this.#native.watch(number, traceId, key, configure, (events, failures) => this.#deliver(events, failures))
    return () => {
      if (this.#watches.delete(number)) this.#native.unwatch(number)
    }
  }

  /**
   * @param {{ traceId: string, key: string }} lock
   * @param {(event: LockEvent) => void} onEvent
   * @returns {() => void}
   */
  openForLock({ traceId, key }, onEvent) {
    const number = this.#nextNumber()
    this.#locks.set(number, onEvent)
    this.#native.awaitLock(number, traceId, key, (number, event) => this.#locks.get(number)?.(event))
    return () => {
      if (this.#locks.delete(number)) this.#native.forgetLock(number)
    }
  }

  /**
   * Delivers events and failures: the callback of native code. src/napi/events.rs writes the text.
   *
   * @param {string} events JSON array of `[number, kind, traceId?, key?]`
   * @param {WatchFailure[] | null} [failures]
   */
  #deliver(events, failures) {
    for (const [number, kind, traceId = '', key = ''] of JSON.parse(events)) {
      const sink = this.#watches.get(number)
      if (kind === 'unverified') sink?.onUnverified()
      else sink?.onEvent({ kind, traceId, key })
    }
    for (const { watch, failure } of failures ?? []) {
      this.#watches.get(watch)?.onFailure(eventError(failure, this.#userFunctions, this.#server))
    }
  }

  #nextNumber() {
    this.#lastNumber = (this.#lastNumber + 1) >>> 0
    return this.#lastNumber
  }
}

module.exports = { Subscriptions }
