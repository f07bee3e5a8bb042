// @ts-check
'use strict'

const { inspect, types } = require('node:util')
const { failureOf } = require('./errors.js')
const { warn } = require('./warning.js')

/**
 * @typedef {import('../native.js').Failure} Failure
 * @typedef {import('../native.js').StrategyAnswer} Answer
 */

const LONGEST_DELAY = 2 ** 31 - 1

/** The user's reconnect strategy, made safe: whatever it does, the native side gets an answer. */
class SafeStrategy {
  /** The Error with which the strategy gave up, if it gave one. @type {Error | undefined} */
  reason = undefined
  #strategy
  #warned = false

  /** @param {Function} strategy */
  constructor(strategy) {
    this.#strategy = strategy
  }

  /**
   * @param {number} retries
   * @param {Failure} failure
   * @returns {Answer}
   */
  ask(retries, failure) {
    try {
      return this.#answer(this.#strategy(retries, failureOf(failure)()))
    } catch (error) {
      return this.#mistake(`threw ${inspect(error, { depth: 0, customInspect: false })}`)
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
    if (typeof decision === 'number' && decision >= 0 && decision <= LONGEST_DELAY) return { delay: decision }
    // Its rejection would otherwise end the process as one that nobody handles.
    if (decision instanceof Promise) decision.catch(() => {})
    return this.#mistake(`returned ${typeof decision === 'number' ? decision : `a ${typeof decision}`}`)
  }

  /** @param {string} what */
  #mistake(what) {
    if (!this.#warned) {
      this.#warned = true
      warn(`socket.reconnectStrategy ${what} in place of a delay, false or an Error; the default delay is used`)
    }
    return {}
  }
}

module.exports = { SafeStrategy }
