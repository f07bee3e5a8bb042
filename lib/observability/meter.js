// @ts-check
'use strict'

const { Histogram } = require('./histogram.js')
const { now } = require('../time.js')

/** Counts calls and failures, and measures latencies. */
class Meter {
  calls = 0
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
