// @ts-check
'use strict'

const { types } = require('node:util')
const { invalidArgument } = require('../errors.js')
const { kindOf } = require('./received.js')
const { findLoss } = require('./strict-value.js')

/** Characters of an error of the caller that are shown. */
const MAX_REASON_LENGTH = 200

/**
 * @typedef {object} Naming rules for trace ids
 * @property {boolean} strictTraceIds they must not contain ":"
 * @property {boolean} [isUnprefixed] entries are stored under `<traceId>:<key>`
 * @property {boolean} [mustBeTag] they are hash tags of a cluster, if they are strict
 */

/** What the keys of locks and rate limits begin with. */
const RESERVED_TRACE_ID = '__state__'

/**
 * @param {unknown} traceId
 * @param {Naming} naming
 */
function checkTraceId(traceId, { strictTraceIds, isUnprefixed, mustBeTag }) {
  checkId('traceId', traceId)
  if (strictTraceIds) checkStrict(traceId, mustBeTag)
  if (isUnprefixed && isReserved(traceId))
    throw invalidArgument(
      `without a keyPrefix, the trace id ${RESERVED_TRACE_ID} is reserved for locks and rate limits`,
    )
}

/** @param {string} traceId @param {boolean} [mustBeTag] */
function checkStrict(traceId, mustBeTag) {
  if (traceId.includes(':')) throw invalidArgument('the trace id contains a ":", which strictTraceIds rejects')
  // Redis takes no empty tag, so that entry and index would be in two slots.
  if (mustBeTag && (traceId === '' || traceId[0] === '}'))
    throw invalidArgument('the trace id is empty or begins with "}": it is no hash tag, which index needs in a cluster')
}

/** @param {string} traceId */
function isReserved(traceId) {
  return traceId === RESERVED_TRACE_ID || traceId.startsWith(`${RESERVED_TRACE_ID}:`)
}

/**
 * @param {string} noun what the id is called
 * @param {unknown} id
 * @returns {asserts id is string}
 */
function checkId(noun, id) {
  if (typeof id !== 'string') throw invalidArgument(`${noun}: expected a string, got ${kindOf(id)}`)
  // UTF-8 replaces every lone surrogate by the same character, so different ids would become the same key.
  if (!id.isWellFormed()) throw invalidArgument(`${noun}: contains a lone surrogate`)
}

/**
 * Returns the JSON text of a value; throws if it has none.
 *
 * @param {unknown} value
 * @param {{ strictValues: boolean, codec?: { jsonText: (value: unknown) => string } }} rules
 */
function jsonText(value, { strictValues, codec }) {
  // Its JSON text would be {}, and a `set` that resolves to it would wait for it.
  if (isThenable(value)) throw invalidArgument('the value is a promise', { remedy: 'Await it first.' })
  if (codec !== undefined) return codec.jsonText(value)
  if (strictValues) rejectLoss(value)
  let text
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw notSerializable(cause)
  }
  if (text === undefined) throw noJsonText(value)
  return text
}

/** @param {unknown} value */
function noJsonText(value) {
  const remedy = value === undefined ? 'Use null, or delete the entry.' : undefined
  return invalidArgument(`the value is not JSON-serializable: it is ${kindOf(value)}`, { remedy })
}

/**
 * @param {unknown} error that JSON.stringify threw. Errors of V8 name members of the value, so that they are no cause
 */
function notSerializable(error) {
  const what = 'the value is not JSON-serializable'
  const reason = reasonOfV8(describeThrown(error))
  if (reason !== undefined) return invalidArgument(`${what}: ${reason}`)
  const { name, message } = describeThrown(error)
  const thrown = message === '' ? name : `${name}: ${message}`
  return invalidArgument(`${what}: its toJSON or a getter threw ${thrown}`, { cause: error })
}

/** @param {{ name: string, message: string }} error */
function reasonOfV8({ name, message }) {
  if (name === 'TypeError' && message.includes('serialize a BigInt')) return 'it contains a BigInt'
  if (name === 'TypeError' && message.startsWith('Converting circular structure')) return 'it refers to itself'
  if (name === 'RangeError' && message === 'Invalid string length') return 'its text would be too long for a string'
  if (name === 'RangeError' && message.startsWith('Maximum call stack')) return 'it is nested too deeply'
}

/** @param {unknown} error what the caller's code threw, which can be anything */
function describeThrown(error) {
  if (!types.isNativeError(error)) return { name: kindOf(error), message: '' }
  const [line] = String(error.message).split('\n')
  return { name: String(error.name), message: line.slice(0, MAX_REASON_LENGTH) }
}

/** @param {unknown} value */
function rejectLoss(value) {
  if (typeof value !== 'object' && typeof value !== 'number') return
  const loss = findLoss(value)
  if (loss) throw invalidArgument(`value${loss.path}: ${loss.what}, which strictValues rejects`)
}

/** @param {unknown} value */
function isThenable(value) {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

module.exports = { checkId, checkTraceId, jsonText }
