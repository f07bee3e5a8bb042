// @ts-check
'use strict'

const { inspect, types } = require('node:util')
const { MAX_TIMER_MS } = require('../../time.js')
const { warn } = require('../../warning.js')
const { eventError } = require('./failures.js')

/**
 * @typedef {import('../../../native.js').NativeFailure} Failure
 * @typedef {import('../../../native.js').NativeStrategyAnswer} Answer
 */

/** Wraps the caller's reconnect strategy: whatever it does, native code gets an answer. */
class SafeStrategy {
  /** The Error that the strategy returned to stop reconnecting, if it did. @type {Error | undefined} */
  reason = undefined
  #strategy
  #hasWarned = false

  /** @param {Function} strategy */
  constructor(strategy) {
    this.#strategy = strategy
  }

  /**
   * @param {number} retries
   * @param {Failure} failure
   * @returns {Answer}
   */
  decide(retries, failure) {
    try {
      return this.#answer(this.#strategy(retries, eventError(failure)))
    } catch (error) {
      return this.#useDefault(`threw ${inspect(error, { depth: 0, customInspect: false })}`)
    }
  }

  /**
   * @param {unknown} decision
   * @returns {Answer}
   */
  #answer(decision) {
    if (decision === false) return { giveUp: true }
    if (decision instanceof Error || types.isNativeError(decision)) {
      this.reason = decision
      return { giveUp: true }
    }
    if (typeof decision === 'number' && decision >= 0 && decision <= MAX_TIMER_MS) return { delay: decision }
    // If it rejects, the process must not end with an unhandled rejection.
    if (decision instanceof Promise) decision.catch(() => {})
    return this.#useDefault(`returned ${typeof decision === 'number' ? decision : `a ${typeof decision}`}`)
  }

  /** Warns once of an unusable strategy. @param {string} mistake */
  #useDefault(mistake) {
    if (!this.#hasWarned) {
      this.#hasWarned = true
      warn(`socket.reconnectStrategy ${mistake} in place of a delay, false or an Error; the default delay is used`)
    }
    return {}
  }
}

module.exports = { SafeStrategy }
