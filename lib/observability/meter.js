// @ts-check
'use strict'

const { Histogram } = require('./histogram.js')
const { now } = require('../time.js')

/**
 * @typedef {object} OperationMeter
 * @property {<T>(operation: string, run: () => Promise<T>) => Promise<T>} measure runs a call, and counts it when it settles
 */

/** Counts calls and failures, and measures latencies. */
class Meter {
  calls = 0
  /** Measures calls by operation, if these figures are exported. @type {OperationMeter | undefined} */
  operations = undefined
  /** @type {Map<string, number>} */
  #failures = new Map()
  #latency = new Histogram()

  /** Counts a call that is rejected before it is sent. @param {string} code */
  rejected(code) {
    this.calls += 1
    this.failed(code, 1)
  }

  /**
   * @param {string} code
   * @param {number} count negative to undo the count of a failure
   */
  failed(code, count) {
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + count)
  }

  /**
   * @param {number} count number of calls that settle now
   * @param {number} since when they were made
   */
  settled(count, since) {
    this.#latency.record(now() - since, count)
  }

  /** @returns {Record<string, number>} failed calls by code */
  get errors() {
    return Object.fromEntries([...this.#failures].filter(([, count]) => count > 0))
  }

  get durations() {
    return this.#latency
  }

  get latency() {
    const latency = this.#latency
    return {
      p50: latency.percentile(0.5),
      p90: latency.percentile(0.9),
      p99: latency.percentile(0.99),
      max: latency.max,
    }
  }
}

module.exports = { Meter }
