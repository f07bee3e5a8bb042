// @ts-check
'use strict'

const { invalidConfig } = require('../errors.js')

/** Names that messages may show. Any other name may be or contain a password. */
const SHOWABLE_NAME = /^[A-Za-z_][\w./-]{0,63}$/

/**
 * The error of a malformed configuration of stores. Messages have names and positions, never values, which may be secret.
 *
 * @param {string} at file, line and option, as far as they are known
 * @param {string} what
 * @param {string} [remedy]
 */
function malformed(at, what, remedy) {
  return invalidConfig(at === '' ? what : `${at}: ${what}`, { remedy })
}

/** @param {unknown} name */
function shownName(name) {
  return typeof name === 'string' && SHOWABLE_NAME.test(name) ? name : 'a name that no option has'
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

module.exports = { isRecord, malformed, shownName }
