// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')
const { OPERATIONS } = require('./operations.js')

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are the marks of a record, see src/call.rs
/** What needs a closer look in an id: marks, and all that is not ASCII. */
const UNUSUAL = /[^\x03-\x7f]/
const MARKS = /[\0-\x02]/g
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above

/**
 * @typedef {import('./operations.js').Action} Action
 * @typedef {{ strictTraceIds: boolean, hashTags: boolean }} Naming what is kept to in the names of entries
 */

/**
 * A call as it crosses to the native side; see src/call.rs.
 *
 * @param {'get' | 'set' | 'delete'} operation
 * @param {string} traceId
 * @param {string} key
 * @param {unknown} value for a set
 * @param {Naming} naming
 */
function callRecord(operation, traceId, key, value, naming) {
  const name = nameOf(traceId, key, naming)
  if (operation !== 'set') return `${OPERATIONS[operation].letter}${name}\0`
  return `${OPERATIONS[operation].letter}${name}\x01${jsonText(value)}\0`
}

/**
 * An action as it crosses to the native side; see src/action.rs.
 *
 * @param {Action} action
 * @param {string} name of the entry
 * @param {string[]} args JSON texts and others without marks
 */
function actionRecord(action, name, args) {
  return `${OPERATIONS[action].letter}${[name, ...args].join('\x01')}\0`
}

/**
 * The name of an entry as it crosses.
 *
 * @param {string} traceId
 * @param {string} key
 * @param {Naming} naming
 */
function nameOf(traceId, key, naming) {
  checkTraceId(traceId, naming)
  checkId('key', key)
  const name = naming.hashTags ? `{${traceId}}:${key}` : `${traceId}:${key}`
  return UNUSUAL.test(traceId) || UNUSUAL.test(key) ? escapeMarks(name) : name
}

/** A call about no entry: whether the server answers. */
const PING_RECORD = `${OPERATIONS.ping.letter}\0`

/** @param {string} text that may hold what is a mark in a record */
function escapeMarks(text) {
  return text.replace(MARKS, escapeMark)
}

/** @param {string} mark */
function escapeMark(mark) {
  return `\x02${mark.charCodeAt(0)}`
}

/**
 * @param {unknown} traceId
 * @param {Naming} naming
 */
function checkTraceId(traceId, { strictTraceIds }) {
  checkId('trace id', traceId)
  if (strictTraceIds && traceId.includes(':'))
    throw invalidArgument('the trace id holds a ":", which strictTraceIds refuses')
}

/**
 * @param {string} what
 * @param {unknown} id
 * @returns {asserts id is string}
 */
function checkId(what, id) {
  if (typeof id !== 'string') throw invalidArgument(`the ${what} must be a string, not ${kindOf(id)}`)
  // In UTF-8 all lone surrogates would become the same character, and two ids one key.
  if (!id.isWellFormed()) throw invalidArgument(`the ${what} holds a lone surrogate`)
}

/** @param {unknown} value */
function kindOf(value) {
  return value === null ? 'null' : typeof value
}

/**
 * The JSON text of a value, if it has one.
 *
 * @param {unknown} value
 */
function jsonText(value) {
  // Its JSON text would be {}, and the promise of the call would wait for it.
  if (isThenable(value)) throw invalidArgument('the value is a promise: await it first')
  let text
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw invalidArgument('the value has no JSON text', { cause })
  }
  if (text === undefined) throw invalidArgument(`the value has no JSON text: ${kindOf(value)}`)
  return text
}

/** @param {unknown} value */
function isThenable(value) {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

module.exports = { PING_RECORD, actionRecord, callRecord, checkId, checkTraceId, escapeMarks, jsonText, nameOf }
