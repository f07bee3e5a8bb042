// @ts-check
'use strict'

const { invalidConfig } = require('../../errors.js')

/**
 * What the parameters of a url, after its "?", can set.
 *
 * @typedef {{ database?: number, username?: string, password?: string, name?: string, tls?: boolean }} Parameters
 *
 * @typedef {object} Parameter
 * @property {keyof Parameters} option
 * @property {(text: string) => unknown} parse returns `undefined` if the text is invalid
 * @property {string} expected
 */

const KNOWN = 'database (or db), username (or user), password (or pass), name and tls (or ssl)'

/** A longer name may be a password, and is not shown. */
const MAX_SHOWN_NAME = 32
const MAX_DATABASE = 2_147_483_647

/** @type {Parameter} */
const database = { option: 'database', parse: databaseOf, expected: 'a whole number of 0 or more' }
/** @type {Parameter} */
const username = { option: 'username', parse: textOf, expected: 'a name' }
/** @type {Parameter} */
const password = { option: 'password', parse: textOf, expected: 'a password' }
/** @type {Parameter} */
const name = { option: 'name', parse: clientNameOf, expected: 'printable ASCII characters without spaces' }
/** @type {Parameter} */
const tls = { option: 'tls', parse: booleanOf, expected: 'true or false' }

const PARAMETERS = new Map(
  Object.entries({
    ...{ database, db: database },
    ...{ username, user: username },
    ...{ password, pass: password },
    name,
    ...{ tls, ssl: tls },
  }),
)

/**
 * @param {URLSearchParams} pairs
 * @returns {Parameters}
 */
function parametersOf(pairs) {
  /** @type {Record<string, unknown>} */
  const found = {}
  for (const [name, text] of pairs) {
    const parameter = PARAMETERS.get(name)
    if (parameter === undefined) throw unknownParameter(name, text)
    const { option, parse, expected } = parameter
    if (option in found) throw invalidParameter(`the parameter ${name} is given twice`)
    found[option] = parse(text)
    // The message does not contain the text, which may be a password.
    if (found[option] === undefined) throw invalidParameter(`the parameter ${name} must be ${expected}`)
  }
  return found
}

/** @param {string} text */
function databaseOf(text) {
  return /^\+?\d+$/.test(text) && Number(text) <= MAX_DATABASE ? Number(text) : undefined
}

/** @param {string} text */
function textOf(text) {
  return text === '' ? undefined : text
}

/** @param {string} text */
function clientNameOf(text) {
  return /^[!-~]+$/.test(text) ? text : undefined
}

/** @param {string} text */
function booleanOf(text) {
  return { true: true, 1: true, false: false, 0: false }[text]
}

/**
 * Does not show a name with characters other than letters, or without a value: it may be a password.
 *
 * @param {string} name
 * @param {string} text
 */
function unknownParameter(name, text) {
  const isShown = /^[a-z_]*$/i.test(name) && name.length <= MAX_SHOWN_NAME && text !== ''
  const named = isShown ? `the parameter ${name}` : 'a parameter'
  return invalidParameter(`${named} has no meaning here: there are ${KNOWN}; other options stand beside url`)
}

/** @param {string} what */
function invalidParameter(what) {
  return invalidConfig(`url: ${what}`)
}

module.exports = { databaseOf, parametersOf }
