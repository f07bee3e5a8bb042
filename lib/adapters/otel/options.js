// @ts-check
'use strict'

const { readFields } = require('../../input/input.js')
const kinds = require('../../input/option-kinds.js')
const { sourcesOf } = require('../metrics/sources.js')

/** @typedef {import('../../../types/adapters/otel.js').InstrumentationOptions} Options */

const has = (/** @type {string} */ method) => (/** @type {any} */ value) => typeof value?.[method] === 'function'

/** A function may not have its states yet: it is called by the exports of metrics. @type {import('../../input/input.js').Kind} */
const states = {
  read(value) {
    if (typeof value !== 'function') sourcesOf(value)
    return value
  },
}

/** @type {import('../../input/input.js').Fields} */
const FIELDS = {
  enabled: kinds.withDefault(kinds.boolean, true),
  tracerProvider: kinds.kind('a tracer provider', has('getTracer')),
  meterProvider: kinds.kind('a meter provider', has('getMeter')),
  spans: kinds.withDefault(kinds.boolean, true),
  metrics: kinds.withDefault(kinds.boolean, true),
  batches: kinds.withDefault(kinds.boolean, false),
  includeKeys: kinds.withDefault(kinds.boolean, false),
  requireParentSpan: kinds.withDefault(kinds.boolean, false),
  requestHook: kinds.callback,
  responseHook: kinds.callback,
  states,
}

/** @param {unknown} options @returns {Options & { enabled: boolean }} */
function readOptions(options) {
  return /** @type {any} */ (readFields(options ?? {}, FIELDS, { at: 'options', noun: 'option' }))
}

module.exports = { readOptions }
