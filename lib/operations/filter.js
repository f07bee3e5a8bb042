// @ts-check
'use strict'

const { invalidArgument } = require('../errors.js')
const { readList } = require('../input/input.js')
const { readInput } = require('../input/method-options.js')
const { kindOf, received } = require('../input/received.js')

/**
 * @typedef {import('../../index.js').StateFilter} StateFilter
 * @typedef {import('../../index.js').StateFilterOperation} Operation
 */

/** @type {Record<Operation, (value: any, expected: any) => boolean>} */
const COMPARISONS = {
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
 * Makes a predicate that is true if all filters match. The filters are copied, as the caller may change them before the entries
 * are read.
 *
 * @param {unknown} filters
 * @returns {(value: unknown) => boolean}
 */
function matcher(filters) {
  if (filters === undefined) return () => true
  const checked = readList(filters, 'filter', read)
  return (value) => checked.every((filter) => holds(filter, value))
}

/**
 * @param {StateFilter} filter
 * @param {unknown} value
 */
function holds({ valueKey, operation, value: expected }, value) {
  try {
    return COMPARISONS[operation](field(value, valueKey), expected)
  } catch {
    // A stored object with a member named toString cannot be converted to a number or text.
    return false
  }
}

/**
 * @param {unknown} filter
 * @param {string} at
 * @returns {StateFilter}
 */
function read(filter, at) {
  const { valueKey, operation, value } = readInput('itemFilter', filter, at)
  if (typeof operation !== 'string' || !Object.hasOwn(COMPARISONS, operation)) {
    throw invalidArgument(
      `${at}.operation: expected one of ${Object.keys(COMPARISONS).join(', ')}, got ${received(operation)}`,
    )
  }
  if (!isComparable(value)) {
    throw invalidArgument(`${at}.value: expected a string, a number, a boolean or null, got ${kindOf(value)}`)
  }
  return { valueKey, operation: /** @type {Operation} */ (operation), value }
}

/** @param {unknown} value */
function isComparable(value) {
  return value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)
}

/**
 * Reads an own field, as inherited ones are not in the stored JSON.
 *
 * @param {any} value
 * @param {string} name
 */
function field(value, name) {
  if (typeof value !== 'object' || value === null) return value
  return Object.hasOwn(value, name) ? value[name] : undefined
}

module.exports = { matcher }
