// @ts-check
'use strict'

const { etagOf } = require('./conditional.js')
const { jsonText } = require('./entry.js')
const { invalidArgument } = require('./errors.js')
const { objectOf, unknownName } = require('./input.js')
const { namesOf } = require('./path.js')

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {import('./call-options.js').Given} Given
 *
 * @typedef {{ name: string, names: string[], json?: string }} Change one that the native side knows; see src/edit.rs
 * @typedef {{ fields: readonly string[], changes: (operation: Record<string, any>, names: string[], at: string) => Change[] }} Kind
 */

const WITH_UPDATE = ['ttl', 'ifMatch', 'waitReplicas', 'signal']
const WITH_INCREMENT = ['ttl', 'waitReplicas', 'signal']
const MOST_OPERATIONS = 1000

/** @type {Record<string, Kind>} */
const KINDS = {
  set: {
    fields: ['value'],
    changes: ({ value }, names) => [{ name: 'set', names, json: jsonText(value) }],
  },
  merge: { fields: ['value'], changes: mergeOf },
  increment: {
    fields: ['by'],
    changes: ({ by = 1 }, names, at) => [{ name: 'increment', names, json: numberText(by, `${at}.by`) }],
  },
  decrement: {
    fields: ['by'],
    changes: ({ by = 1 }, names, at) => [{ name: 'increment', names, json: numberText(by, `${at}.by`, -1) }],
  },
  append: {
    fields: ['value'],
    changes: ({ value }, names) => [{ name: 'append', names, json: jsonText(value) }],
  },
  remove: { fields: [], changes: (_, names) => [{ name: 'remove', names }] },
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {string} key
 * @param {unknown} operations
 * @param {unknown} [options]
 */
function update(core, traceId, key, operations, options) {
  const args = (/** @type {Given} */ given) => updateArgs(given, 'pair', changesOf(operations))
  const finish = (/** @type {unknown[]} */ [oldValue, newValue]) => ({ oldValue, newValue })
  const call = { operation: 'update', action: /** @type {const} */ ('update'), traceId, key, options }
  return core.act({ ...call, accepted: WITH_UPDATE, args, finish })
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {string} key
 * @param {number} by
 * @param {any} options
 */
function increment(core, traceId, key, by, options) {
  return core.checked({ traceId, key, writes: true }, () => {
    const { field, ...others } = Object(options)
    const call = { operation: 'increment', traceId, key, options: options && others, accepted: WITH_INCREMENT }
    if (field === undefined) {
      const args = (/** @type {Given} */ { ttl }) => [numberText(by, 'by'), ttl]
      return core.act({ ...call, action: 'increment', args })
    }
    const args = (/** @type {Given} */ given) => {
      const change = { name: 'increment', names: namesOf(field, 'field'), json: numberText(by, 'by') }
      return updateArgs(given, 'last', [change])
    }
    return core.act({ ...call, action: 'update', args })
  })
}

/**
 * @param {Given} given
 * @param {'pair' | 'last'} answer the texts before and after, or what the last change has made
 * @param {Change[]} changes
 */
function updateArgs(given, answer, changes) {
  const flat = changes.flatMap(({ name, names, json = '' }) => [name, String(names.length), ...names, json])
  return [given.ttl, etagOf(given), answer, ...flat]
}

/** @param {unknown} operations */
function changesOf(operations) {
  if (!Array.isArray(operations) || operations.length > MOST_OPERATIONS) {
    throw invalidArgument(`the operations must be an array of at most ${MOST_OPERATIONS}`)
  }
  return operations.flatMap((operation, index) => changesOfOne(operation, `operations[${index}]`))
}

/**
 * @param {unknown} operation
 * @param {string} at
 */
function changesOfOne(operation, at) {
  const { op, path, ...rest } = objectOf(at, operation)
  const kind = Object.hasOwn(KINDS, op) ? KINDS[op] : undefined
  if (!kind) throw invalidArgument(`${at}.op: expected ${Object.keys(KINDS).join(', ')}`)
  const unknown = unknownName(rest, kind.fields)
  if (unknown !== undefined) throw invalidArgument(`${at}.${unknown}: ${op} has no such field`)
  return kind.changes(rest, namesOf(path, `${at}.path`), at)
}

/** @type {Kind['changes']} */
function mergeOf({ value }, names, at) {
  const json = jsonText(value)
  if (!json.startsWith('{')) throw invalidArgument(`${at}.value: expected an object to merge`)
  return [{ name: 'merge', names, json }]
}

/**
 * @param {unknown} number
 * @param {string} what
 * @param {1 | -1} [sign]
 */
function numberText(number, what, sign = 1) {
  if (!Number.isFinite(number)) throw invalidArgument(`${what}: expected a number`)
  return String(Number(number) * sign)
}

module.exports = { increment, update }
