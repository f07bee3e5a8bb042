// @ts-check

const { invalidArgument } = require('./errors.js')

/** The calls on one entry, and the letters by which src/call.rs knows them. */
const LETTERS = { get: 'G', set: 'S', delete: 'D' }

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are the marks of a record, see src/call.rs
/** What a name may hold only with care: marks and surrogates. */
const UNUSUAL = /[\0-\x02\ud800-\udfff]/
const MARKS = /[\0-\x02]/g
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above

/**
 * A call as it crosses to the native side; see src/call.rs.
 *
 * @param {keyof typeof LETTERS} operation
 * @param {string} name
 * @param {string} [text] JSON text of the value to be written
 */
function record(operation, name, text) {
  return text === undefined ? `${LETTERS[operation]}${name}\0` : `${LETTERS[operation]}${name}\x01${text}\0`
}

/**
 * The name of an entry, with the marks of a record escaped.
 *
 * @param {string} traceId
 * @param {string} key
 * @param {boolean} strict
 */
function entryName(traceId, key, strict) {
  checkTraceId(traceId, strict)
  checkId('key', key)
  const name = `${traceId}:${key}`
  return UNUSUAL.test(name) ? name.replace(MARKS, escapeMark) : name
}

/** @param {string} mark */
function escapeMark(mark) {
  return `\x02${mark.charCodeAt(0)}`
}

/**
 * @param {unknown} traceId
 * @param {boolean} strict
 */
function checkTraceId(traceId, strict) {
  checkId('trace id', traceId)
  if (strict && traceId.includes(':')) throw invalidArgument('the trace id holds a ":", which strictTraceIds refuses')
}

/**
 * @param {string} what
 * @param {unknown} id
 * @returns {asserts id is string}
 */
function checkId(what, id) {
  if (typeof id !== 'string') throw invalidArgument(`the ${what} must be a string, not ${kindOf(id)}`)
  // In UTF-8 all lone surrogates would become the same character, and two ids one key.
  if (UNUSUAL.test(id) && !id.isWellFormed()) throw invalidArgument(`the ${what} holds a lone surrogate`)
}

/** @param {unknown} value */
function isThenable(value) {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
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

module.exports = { record, entryName, checkTraceId, jsonText }
