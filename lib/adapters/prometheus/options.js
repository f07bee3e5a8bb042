// @ts-check
'use strict'

const { invalidArgument } = require('../../errors.js')
const { checkObject, readFields } = require('../../input/input.js')
const kinds = require('../../input/option-kinds.js')
const { received } = require('../../input/received.js')

/**
 * @typedef {object} Options
 * @property {string} prefix
 * @property {Record<string, string>} labels
 * @property {boolean} operations
 */

const DEFAULT_PREFIX = 'redis_state_'
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/
/** The labels of the metrics. Of these, `store` can be given, for adapters without a name. */
const RESERVED = ['server', 'operation', 'code', 'status', 'le', 'quantile']

/** @type {import('../../input/input.js').Kind} */
const labels = { read: readLabels }

/** @type {import('../../input/input.js').Fields} */
const FIELDS = {
  prefix: kinds.withDefault(
    kinds.kind('a part of a metric name', (value) => value === '' || METRIC_NAME.test(String(value))),
    DEFAULT_PREFIX,
  ),
  labels: kinds.withDefault(labels, {}),
  operations: kinds.withDefault(kinds.boolean, true),
}

/**
 * @param {unknown} options
 * @param {import('../../input/input.js').Fields} [more] fields of one function only
 * @returns {Options & Record<string, any>}
 */
function readOptions(options, more = {}) {
  return /** @type {any} */ (readFields(options ?? {}, { ...FIELDS, ...more }, { at: 'options', noun: 'option' }))
}

/** @param {unknown} given @param {string} path */
function readLabels(given, path) {
  checkObject(given, path)
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, readLabel(name, value, path)]))
}

/** @param {string} name @param {unknown} value @param {string} path */
function readLabel(name, value, path) {
  const at = `${path}[${JSON.stringify(name)}]`
  if (!LABEL_NAME.test(name)) throw invalidArgument(`${at}: not a name of a label`)
  if (RESERVED.includes(name)) throw invalidArgument(`${at}: the metrics have a label with this name`)
  if (typeof value === 'string' || Number.isFinite(value)) return String(value)
  throw invalidArgument(`${at}: expected a string or a number, got ${received(value)}`)
}

module.exports = { readOptions }
