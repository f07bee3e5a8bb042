// @ts-check
'use strict'

const { readFields } = require('../../input/input.js')
const { boolean, boundedInt, kind, string } = require('../../input/option-kinds.js')
const { MAX_TIMER_MS } = require('../../time.js')
const { readingConfig } = require('../constructing.js')

/**
 * @typedef {object} KeyvOptions
 * @property {string} [namespace]
 * @property {string} [keyPrefixSeparator]
 * @property {number} [clearBatchSize]
 * @property {boolean} [useUnlink]
 * @property {boolean} [noNamespaceAffectsAll]
 * @property {boolean} [throwOnConnectError]
 * @property {boolean} [throwOnErrors]
 * @property {number} [connectionTimeout]
 */

/** A namespace of no characters is none. */
const text = kind('a string without lone surrogates', (value) => typeof value === 'string' && value.isWellFormed())

const FIELDS = {
  namespace: text,
  keyPrefixSeparator: text,
  clearBatchSize: boundedInt(1, 1_000_000),
  useUnlink: boolean,
  noNamespaceAffectsAll: boolean,
  throwOnConnectError: boolean,
  throwOnErrors: boolean,
  connectionTimeout: boundedInt(1, MAX_TIMER_MS, 'whole milliseconds'),
  // What `opts` of @keyv/redis has beside the options, and that a copy of it brings along.
  dialect: string,
  url: string,
}

const PLACE = { at: 'options', inside: 'options.', noun: 'option' }

const DEFAULTS = {
  keyPrefixSeparator: '::',
  clearBatchSize: 1000,
  useUnlink: true,
  noNamespaceAffectsAll: false,
  throwOnConnectError: true,
  throwOnErrors: false,
}

/**
 * @param {unknown} options
 * @returns {KeyvOptions}
 */
function readKeyvOptions(options) {
  if (options === undefined || options === null) return {}
  const { dialect: _, url: __, ...read } = readingConfig(() => readFields(options, FIELDS, PLACE))
  return read
}

module.exports = { DEFAULTS, readKeyvOptions }
