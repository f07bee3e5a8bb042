// @ts-check
'use strict'

const { invalidArgument, invalidConfig, ofCall } = require('../../errors.js')
const { kindOf, received } = require('../../input/received.js')

/** What PEXPIRE accepts beyond doubt: 100 years. */
const MAX_MINUTES = 100 * 366 * 24 * 60
const MS_PER_MINUTE = 60_000
const EXPIRY_OPTIONS = ['defaultTTL', 'refreshOnRead']

/**
 * @typedef {object} Settings
 * @property {string} prefix of all keys
 * @property {number} [ttl] in milliseconds
 * @property {boolean} refreshes whether reads extend the expiry
 */

/**
 * Checks the options that the saver and the store share.
 *
 * @param {unknown} options
 * @param {string[]} names of all options
 * @returns {Settings}
 */
function settingsOf(options, names) {
  const { ttl: expiry = {}, ...flat } = fieldsOf(options ?? {}, names)
  // The package that this one replaces has the options of expiry of a store in `ttl`.
  const fields = { ...fieldsOf(expiry, EXPIRY_OPTIONS, 'ttl'), ...flat }
  const { keyPrefix = 'langgraph', defaultTTL, refreshOnRead = false } = fields
  if (typeof keyPrefix !== 'string' || keyPrefix === '' || !keyPrefix.isWellFormed()) {
    throw invalidConfig(`keyPrefix: expected a text that is not empty, got ${received(keyPrefix)}`)
  }
  if (typeof refreshOnRead !== 'boolean') {
    throw invalidConfig(`refreshOnRead: expected true or false, got ${received(refreshOnRead)}`)
  }
  return { prefix: keyPrefix, ttl: millisecondsOf(defaultTTL, 'defaultTTL', invalidConfig), refreshes: refreshOnRead }
}

/**
 * @param {unknown} options
 * @param {string[]} names
 * @param {string} [path] of options within options
 * @returns {Record<string, unknown>}
 */
function fieldsOf(options, names, path) {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidConfig(`${path ?? 'options'}: expected an object, got ${kindOf(options)}`)
  }
  const fields = /** @type {Record<string, unknown>} */ (options)
  for (const name of Object.keys(fields)) {
    if (names.includes(name)) continue
    const unknown = path === undefined ? name : `${path}.${name}`
    throw invalidConfig(`${unknown}: unknown option. The options are ${names.join(', ')}`)
  }
  return fields
}

/**
 * Converts minutes to milliseconds.
 *
 * @param {unknown} minutes
 * @param {string} path
 * @param {(what: string) => Error} problem
 */
function millisecondsOf(minutes, path, problem) {
  if (minutes === undefined) return undefined
  if (typeof minutes !== 'number' || !(minutes > 0 && minutes <= MAX_MINUTES)) {
    throw problem(`${path}: expected minutes greater than 0 and at most ${MAX_MINUTES}, got ${received(minutes)}`)
  }
  return Math.max(1, Math.round(minutes * MS_PER_MINUTE))
}

/**
 * Checks an id that becomes a part of a key.
 *
 * @param {string} operation
 * @param {string} path
 * @param {unknown} value
 * @param {{ mayBeEmpty?: boolean, remedy?: string }} [how]
 * @returns {string}
 */
function idOf(operation, path, value, { mayBeEmpty = false, remedy } = {}) {
  // MemorySaver takes numbers too, and 1 is the same thread as '1'.
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'string' && (mayBeEmpty || value !== '')) {
    // UTF-8 replaces every lone surrogate by the same character, so different ids would become the same key.
    if (value.isWellFormed()) return value
    throw ofCall(invalidArgument(`${path}: contains a lone surrogate`), { operation })
  }
  const expected = mayBeEmpty ? 'a text' : 'a text that is not empty'
  throw ofCall(invalidArgument(`${path}: expected ${expected}, got ${received(value)}`, { remedy }), { operation })
}

module.exports = { EXPIRY_OPTIONS, idOf, millisecondsOf, settingsOf }
