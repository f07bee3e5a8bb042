// @ts-check
// A reference implementation of queries.

/** @import { StateItem, StateQuery, StateQueryFilter, StateQuerySort } from 'redis-state-adapter' */

/**
 * The items that a query without `page` returns, in order.
 *
 * @param {StateItem[]} items
 * @param {StateQuery} query
 */
export function queried(items, { groupId = '', filter, sort = [] }) {
  return items
    .filter((item) => groupId === '' || item.groupId === groupId)
    .filter(({ value }) => filter === undefined || holds(filter, value))
    .toSorted((a, b) => compareItems(a, b, sort))
}

/** @type {Record<string, (field: any, operand: any) => boolean>} */
const COMPARISONS = {
  EQ: (field, operand) => field === operand,
  NEQ: (field, operand) => field !== operand,
  IN: (field, operand) => operand.includes(field),
  GT: (field, operand) => isSameKind(field, operand) && field > operand,
  GTE: (field, operand) => isSameKind(field, operand) && field >= operand,
  LT: (field, operand) => isSameKind(field, operand) && field < operand,
  LTE: (field, operand) => isSameKind(field, operand) && field <= operand,
}

/**
 * @param {StateQueryFilter} filter
 * @param {unknown} value
 * @returns {boolean}
 */
function holds(filter, value) {
  const [[operator, operand]] = Object.entries(filter)
  if (operator === 'AND') return operand.every((/** @type {StateQueryFilter} */ part) => holds(part, value))
  if (operator === 'OR') return operand.some((/** @type {StateQueryFilter} */ part) => holds(part, value))
  if (operator === 'NOT') return !holds(operand, value)
  const [[path, expected]] = Object.entries(operand)
  return COMPARISONS[operator](fieldOf(value, path), expected)
}

/**
 * The value at a path, or undefined.
 *
 * @param {any} value
 * @param {string} path
 */
function fieldOf(value, path) {
  if (path === '') return value
  return path.split('.').reduce((inner, name) => {
    const isElement = Array.isArray(inner) && /^(0|[1-9]\d*)$/.test(name)
    const isField = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    return (isElement || isField) && Object.hasOwn(inner, name) ? inner[name] : undefined
  }, value)
}

/** @param {unknown} a @param {unknown} b */
function isSameKind(a, b) {
  return typeof a === typeof b
}

/**
 * @param {StateItem} a
 * @param {StateItem} b
 * @param {readonly StateQuerySort[]} sort
 */
function compareItems(a, b, sort) {
  for (const { key, order } of sort) {
    const compared = compareFields(fieldOf(a.value, key), fieldOf(b.value, key))
    if (compared !== 0) return order === 'DESC' ? -compared : compared
  }
  return compare(a.groupId, b.groupId) || compare(a.key, b.key)
}

/** @param {unknown} a @param {unknown} b */
function compareFields(a, b) {
  const [rankOfA, rankOfB] = [rank(a), rank(b)]
  if (rankOfA !== rankOfB || rankOfA === RANKS.length) return rankOfA - rankOfB
  return compare(a, b)
}

const RANKS = ['undefined', 'null', 'boolean', 'number', 'string']

/** @param {unknown} field */
function rank(field) {
  const at = RANKS.indexOf(field === null ? 'null' : typeof field)
  return at === -1 ? RANKS.length : at
}

/** @param {any} a @param {any} b */
function compare(a, b) {
  if (a === b) return 0
  return a < b ? -1 : 1
}
