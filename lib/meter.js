// @ts-check
'use strict'

const { Histogram } = require('./histogram.js')

/** Counts calls, failures and how long calls take. */
class Meter {
  /** Calls made. */
  calls = 0
  /** @type {Map<string, number>} */
  #failures = new Map()
  #latency = new Histogram()

  /**
   * @param {string} code
   * @param {number} count
   */
  failed(code, count) {
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + count)
  }

  /**
   * @param {number} count calls that are settled now
   * @param {number} since when they were sent
   */
  settled(count, since) {
    this.#latency.record(performance.now() - since, count)
  }

  /** @returns {Record<string, number>} failed calls by code */
  get errors() {
    return Object.fromEntries(this.#failures)
  }

  get latency() {
    const latency = this.#latency
    return {
      p50: latency.percentile(0.5),
      p90: latency.percentile(0.9),
      p99: latency.percentile(0.99),
      max: latency.longest,
    }
  }
}

module.exports = { Meter }
