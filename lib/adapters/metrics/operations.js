// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')
const { Histogram } = require('../../observability/histogram.js')
const { now } = require('../../time.js')
const { isCode } = require('./code.js')

/** The code of errors that are not of this package: a label must not have any text of an error. */
const FOREIGN = 'other'

/** The code of an error as a label. @param {unknown} code */
function codeLabel(code) {
  return isCode(code) ? code : FOREIGN
}

/** Calls of one method. */
class OperationFigures {
  latency = new Histogram()
  /** Failed calls by code. @type {Record<string, number>} */
  errors = {}

  /** @param {number} since */
  succeeded(since) {
    this.latency.record(now() - since, 1)
  }

  /** @param {number} since @param {unknown} error */
  failed(since, error) {
    this.latency.record(now() - since, 1)
    const code = codeLabel(error instanceof RedisStateError ? error.code : undefined)
    this.errors[code] = (this.errors[code] ?? 0) + 1
  }
}

/** Counts calls by operation, from when it is set in the meter of an adapter on. */
class OperationMeter {
  /** @type {Map<string, OperationFigures>} */
  figures = new Map()

  /**
   * The result is another promise than that of the call, so that a rejection without a handler stays one.
   *
   * @template T
   * @param {string} operation
   * @param {() => Promise<T>} run must not throw
   * @returns {Promise<T>}
   */
  measure(operation, run) {
    const since = now()
    const figures = this.#of(operation)
    return run().then(
      (value) => {
        figures.succeeded(since)
        return value
      },
      (error) => {
        figures.failed(since, error)
        throw error
      },
    )
  }

  /** @param {string} operation */
  #of(operation) {
    let figures = this.figures.get(operation)
    if (figures === undefined) {
      figures = new OperationFigures()
      this.figures.set(operation, figures)
    }
    return figures
  }
}

module.exports = { OperationMeter, codeLabel }
