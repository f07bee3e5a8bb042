// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')

/**
 * @typedef {import('../index.js').StateFilter} StateFilter
 * @typedef {import('../index.js').StateFilterOperation} Operation
 */

/** @type {Record<Operation, (value: any, expected: any) => boolean>} */
const OPERATIONS = {
  eq: (value, expected) => value === expected,
  neq: (value, expected) => value !== expected,
  gt: (value, expected) => value > expected,
  gte: (value, expected) => value >= expected,
  lt: (value, expected) => value < expected,
  lte: (value, expected) => value <= expected,
  contains: (value, expected) => typeof value === 'string' && value.includes(expected),
  notContains: (value, expected) => typeof value === 'string' && !value.includes(expected),
  startsWith: (value, expected) => typeof value === 'string' && value.startsWith(expected),
  endsWith: (value, expected) => typeof value === 'string' && value.endsWith(expected),
  isNotNull: (value) => value !== null && value !== undefined,
  isNull: (value) => value === null || value === undefined,
}

/**
 * A predicate that holds where all filters do.
 *
 * @param {StateFilter[] | null | undefined} filters
 * @returns {(value: unknown) => boolean}
 */
function matcher(filters) {
  if (filters === undefined || filters === null) return () => true
  if (!Array.isArray(filters)) throw invalidArgument('filter must be an array')
  // A copy: the entries come later, and the caller may have changed its own by then.
  const checked = filters.map((filter, index) => ({ ...check(filter, index) }))
  return (value) => checked.every((filter) => holds(filter, value))
}

/**
 * @param {StateFilter} filter
 * @param {unknown} value
 */
function holds({ valueKey, operation, value: expected }, value) {
  try {
    return OPERATIONS[operation](field(value, valueKey), expected)
  } catch {
    // A stored object may have fields named valueOf and toString, and then JavaScript cannot compare it.
    return false
  }
}

/**
 * @param {StateFilter} filter
 * @param {number} index
 */
function check(filter, index) {
  if (typeof filter !== 'object' || filter === null) throw invalidArgument(`filter[${index}] must be an object`)
  if (typeof filter.valueKey !== 'string') throw invalidArgument(`filter[${index}].valueKey must be a string`)
  if (!Object.hasOwn(OPERATIONS, filter.operation)) {
    const known = Object.keys(OPERATIONS).join(', ')
    throw invalidArgument(`filter[${index}].operation must be one of ${known}`)
  }
  if (!isComparable(filter.value)) {
    throw invalidArgument(`filter[${index}].value must be a string, a number, a boolean or null`)
  }
  return filter
}

/** @param {unknown} value */
function isComparable(value) {
  return value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)
}

/**
 * Own fields only: what an object inherits is not in its JSON.
 *
 * @param {any} value
 * @param {string} name
 */
function field(value, name) {
  if (typeof value !== 'object' || value === null) return value
  return Object.hasOwn(value, name) ? value[name] : undefined
}

module.exports = { matcher }
