// @ts-check
'use strict'

const { failure } = require('../../errors.js')

/**
 * @typedef {typeof import('@opentelemetry/api')} Api
 */

/** What the SDK sets in a context whose calls must not be traced, such as those of exporters. */
const SUPPRESSED = 'OpenTelemetry SDK Context Key SUPPRESS_TRACING'

/** An optional dependency, which is loaded when it is needed. @returns {Api} */
function loadApi() {
  try {
    return require('@opentelemetry/api')
  } catch (cause) {
    const remedy = 'Install it with npm install @opentelemetry/api@1.'
    throw failure('ERR_UNSUPPORTED', 'the package @opentelemetry/api cannot be loaded', { remedy, cause })
  }
}

/** Returns a function that returns whether a context suppresses tracing. @param {Api} api */
function suppression({ createContextKey }) {
  const key = createContextKey(SUPPRESSED)
  return (/** @type {import('@opentelemetry/api').Context} */ context) => context.getValue(key) === true
}

module.exports = { loadApi, suppression }
