// @ts-check
'use strict'

const { inCall } = require('../../errors.js')
const { string } = require('../../input/option-kinds.js')
const { collect } = require('../metrics/collect.js')
const { History } = require('../metrics/history.js')
const { contentType, isOpenMetrics } = require('./content-type.js')
const { readOptions } = require('./options.js')
const { textOf } = require('./text.js')
const { warn } = require('../../warning.js')

/**
 * @typedef {import('../../../types/adapters/prometheus.js').States} States
 * @typedef {import('../../../types/adapters/prometheus.js').MetricsOptions} MetricsOptions
 */

/** What all calls of `metrics` returned: a call can be for the same series as one before. */
const historyOfCalls = new History()

/** @param {States} states @param {MetricsOptions} [options] */
function metrics(states, options) {
  return textOfStates(states, options, historyOfCalls)
}

/** @param {States} states @param {MetricsOptions | undefined} options @param {History} history */
function textOfStates(states, options, history) {
  return inCall({ operation: 'metrics' }, () => {
    const { prefix, operations, labels, contentType: type = '' } = readOptions(options, { contentType: string })
    const collected = collect([{ states, labels, withOperations: operations }], { history, scope: prefix })
    return textOf(collected, { prefix, isOpenMetrics: isOpenMetrics(type) })
  })
}

/**
 * Returns a listener for requests of the server `node:http`, Express and others with its requests and responses.
 *
 * @param {States} states
 * @param {Omit<MetricsOptions, 'contentType'>} [options]
 */
function handler(states, options) {
  const checked = inCall({ operation: 'handler' }, () => readOptions(options))
  const history = new History()
  let hasWarned = false
  const warnOnce = (/** @type {unknown} */ error) => {
    if (!hasWarned) warn(`prometheus: the metrics cannot be read: ${reasonOf(error)}`)
    hasWarned = true
  }
  return (
    /** @type {import('node:http').IncomingMessage} */ { headers },
    /** @type {import('node:http').ServerResponse} */ response,
  ) => {
    const type = contentType(headers.accept)
    try {
      const text = textOfStates(states, { ...checked, contentType: type }, history)
      hasWarned = false
      response.setHeader('Content-Type', type)
      response.end(text)
    } catch (error) {
      // Thrown here, it would be an uncaught exception of a server without a framework.
      response.statusCode = 500
      response.setHeader('Content-Type', 'text/plain; charset=utf-8')
      // Without the reason, which is for the developer: an error of the caller's function can contain anything.
      response.end('the metrics cannot be read: the reason is in a warning of the process\n')
      warnOnce(error)
    }
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  return error instanceof Error ? error.message : 'unknown error'
}

module.exports = { handler, metrics }
