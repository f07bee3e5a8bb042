// @ts-check
'use strict'

const { RedisStateError, invalidConfig } = require('../../errors.js')
const { kindOf } = require('../../input/received.js')
const { suggestionFor } = require('../../input/suggestion.js')

/** The options that JavaScript keeps, which native code does not know. */
const OPTIONS_OF_JAVASCRIPT = ['credentials', 'stackTraces', 'cache']

const UNKNOWN_OPTION = /^(.*?): unknown field `([^`]*)`, expected (.*)$/s
const UNEXPECTED_VALUE = /^(.*?): (expected .*)$/s
/** Expectations that no string meets. Only then is a received string reported: in place of another string it can be a misplaced password. */
const EXPECTS_NO_STRING = /^expected (an object|a boolean|true or false|a list|at least)/

/**
 * Completes an error about the options: with the received value, unless it can be secret, and with the option that was meant.
 *
 * @param {unknown} error
 * @param {Record<string, unknown>} options
 */
function explainOption(error, options) {
  if (!(error instanceof RedisStateError) || error.code !== 'ERR_INVALID_CONFIG') return error
  const text = error.message.replace(/\.$/, '')
  return unknownOption(text) ?? unexpectedValue(text, options) ?? error
}

/** @param {string} text */
function unknownOption(text) {
  const [, path, name, expected] = UNKNOWN_OPTION.exec(text) ?? []
  if (path === undefined) return undefined
  const names = [...expected.matchAll(/`([^`]+)`/g)].map(([, known]) => known)
  const known = path === name ? [...names, ...OPTIONS_OF_JAVASCRIPT] : names
  const remedy = suggestionFor(name, known)
  const what = `${path}: unknown option`
  return remedy === undefined ? invalidConfig(`${what}, expected ${known.join(', ')}`) : invalidConfig(what, { remedy })
}

/** @param {string} text @param {Record<string, unknown>} options */
function unexpectedValue(text, options) {
  const [, path, expected] = UNEXPECTED_VALUE.exec(text) ?? []
  if (path === undefined) return undefined
  const value = valueAt(options, path)
  const got = value === undefined ? undefined : shownValue(value, expected)
  return got === undefined ? undefined : invalidConfig(`${text}, got ${got}`)
}

/** @param {any} options @param {string} path such as `sentinel.nodes[0].port` */
function valueAt(options, path) {
  return path.split(/[.[\]]+/).reduce((value, name) => (name === '' ? value : value?.[name]), options)
}

/** @param {unknown} value @param {string} expected */
function shownValue(value, expected) {
  if (expected.startsWith('expected a whole number')) return shownNumber(value)
  return typeof value !== 'string' || EXPECTS_NO_STRING.test(expected) ? kindOf(value) : undefined
}

/**
 * Shows what a user can mean by a port, a database or a time. Anything else can be a misplaced password.
 *
 * @param {unknown} value
 */
function shownNumber(value) {
  if (typeof value === 'string' && /^\d{1,10}$/.test(value)) return `the string "${value}"`
  if (typeof value !== 'number') return typeof value === 'boolean' ? String(value) : kindOf(value)
  if (!Number.isFinite(value)) return String(value)
  if (value < 0) return 'a negative number'
  return Number.isInteger(value) ? `the number ${value}` : 'a number that is not whole'
}

module.exports = { explainOption }
