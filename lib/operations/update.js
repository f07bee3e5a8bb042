// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')
const { jsonText } = require('../input/entry.js')
const { invalidArgument, withPath } = require('../errors.js')
const { checkObject, readFields, readList } = require('../input/input.js')
const kinds = require('../input/option-kinds.js')
const { kindOf, received } = require('../input/received.js')

/**
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('../engines/call.js').Change} Change
 *
 * @typedef {{ fields: import('../input/input.js').Fields, change: (operation: Record<string, any>, at: string, rules: Rules) => Change }} Kind
 * @typedef {{ strictValues: boolean }} Rules
 */

const MAX_OPERATIONS = 1000

const BY_FIELD = { by: kinds.withDefault(kinds.finiteNumber, 1) }
/** Whether the value is JSON-serializable is checked when its text is made. */
const VALUE_FIELD = { value: kinds.any }

/** @type {Record<string, Kind>} */
const KINDS = {
  set: {
    fields: VALUE_FIELD,
    change: ({ value, path }, at, rules) => ({ name: 'set', path, json: jsonTextOf(value, at, rules) }),
  },
  merge: { fields: VALUE_FIELD, change: mergeOf },
  increment: { fields: BY_FIELD, change: ({ by, path }) => ({ name: 'increment', path, json: String(by) }) },
  decrement: { fields: BY_FIELD, change: ({ by, path }) => ({ name: 'increment', path, json: String(-by) }) },
  append: {
    fields: VALUE_FIELD,
    change: ({ value, path }, at, rules) => ({ name: 'append', path, json: jsonTextOf(value, at, rules) }),
  },
  remove: { fields: {}, change: ({ path }) => ({ name: 'remove', path }) },
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {string} key
 * @param {unknown} operations
 * @param {unknown} [options]
 */
function update(dispatcher, traceId, key, operations, options) {
  return dispatcher.call({ operation: OPERATIONS.update, traceId, key, options }, () => ({
    input: { changes: changesOf(operations, dispatcher.rules), replies: 'values' },
  }))
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {string} key
 * @param {number} by
 * @param {any} options
 */
function increment(dispatcher, traceId, key, by, options) {
  return dispatcher.call(
    { operation: OPERATIONS.increment, traceId, key, options },
    ({ all: { field: path, withTtl = false } }) => {
      const json = String(kinds.finiteNumber.read(by, 'by', undefined))
      if (path === undefined) return withTtl ? { json, input: { withTtl } } : { json }
      const replies = withTtl ? 'lastWithTtl' : 'last'
      const input = { changes: [{ name: 'increment', path, json }], replies, withTtl }
      return { operation: OPERATIONS.update, input }
    },
  )
}

/**
 * @param {unknown} operations
 * @param {Rules} rules
 */
function changesOf(operations, rules) {
  const read = (/** @type {unknown} */ operation, /** @type {string} */ at) => changeOf(operation, at, rules)
  return readList(operations, 'operations', read, MAX_OPERATIONS)
}

/**
 * @param {unknown} operation
 * @param {string} at
 * @param {Rules} rules
 */
function changeOf(operation, at, rules) {
  checkObject(operation, at)
  const { op } = operation
  const kind = typeof op === 'string' && Object.hasOwn(KINDS, op) ? KINDS[op] : undefined
  if (!kind) throw invalidArgument(`${at}.op: expected ${Object.keys(KINDS).join(', ')}, got ${received(op)}`)
  const fields = { op: kinds.any, path: kinds.withDefault(kinds.fieldPath, []), ...kind.fields }
  return kind.change(readFields(operation, fields, { at, inside: `${at}.` }), at, rules)
}

/** @type {Kind['change']} */
function mergeOf({ value, path }, at, rules) {
  const json = jsonTextOf(value, at, rules)
  if (!json.startsWith('{')) throw invalidArgument(`${at}.value: expected an object to merge, got ${kindOf(value)}`)
  return { name: 'merge', path, json }
}

/** @param {unknown} value @param {string} at @param {Rules} rules */
function jsonTextOf(value, at, rules) {
  return withPath(`${at}.value`, () => jsonText(value, rules))
}

module.exports = { increment, update }
