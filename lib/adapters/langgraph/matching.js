// @ts-check
'use strict'

const { isDeepStrictEqual } = require('node:util')

/**
 * @typedef {import('@langchain/langgraph-checkpoint').MatchCondition} MatchCondition
 * @typedef {Record<string, any>} Fields
 */

/** @type {Record<string, (value: any, operand: any) => boolean>} */
const OPERATORS = {
  $eq: isDeepStrictEqual,
  $ne: (value, operand) => !isDeepStrictEqual(value, operand),
  $gt: (value, operand) => Number(value) > Number(operand),
  $gte: (value, operand) => Number(value) >= Number(operand),
  $lt: (value, operand) => Number(value) < Number(operand),
  $lte: (value, operand) => Number(value) <= Number(operand),
  $in: (value, operand) => Array.isArray(operand) && operand.some((one) => isDeepStrictEqual(value, one)),
  $nin: (value, operand) => !Array.isArray(operand) || !operand.some((one) => isDeepStrictEqual(value, one)),
  $exists: (value, operand) => (value !== undefined) === Boolean(operand),
}

/**
 * Whether an item's value has what a filter asks for: for each field a value, or operators.
 *
 * @param {Fields} value
 * @param {Fields} [filter]
 */
function matches(value, filter = {}) {
  return Object.entries(filter).every(([field, wanted]) => matchesField(fieldOf(value, field), wanted))
}

/** @param {unknown} value @param {any} wanted */
function matchesField(value, wanted) {
  if (!isOperators(wanted)) return isDeepStrictEqual(value, wanted)
  return Object.entries(wanted).every(([operator, operand]) => OPERATORS[operator](value, operand))
}

/** @param {any} wanted */
function isOperators(wanted) {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return false
  return Object.keys(wanted).every((name) => Object.hasOwn(OPERATORS, name))
}

/** A field of the value, or one within another: `metadata.title`. @param {Fields} value @param {string} path */
function fieldOf(value, path) {
  if (Object.hasOwn(value, path)) return value[path]
  let found = /** @type {any} */ (value)
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = found[name]
  }
  return found
}

/**
 * Whether a namespace begins, or ends, as a condition says.
 *
 * @param {string[]} namespace
 * @param {MatchCondition} condition
 */
function isWithin(namespace, { matchType, path }) {
  if (path.length > namespace.length) return false
  const first = matchType === 'suffix' ? namespace.length - path.length : 0
  return path.every((label, at) => label === '*' || label === namespace[first + at])
}

/**
 * The labels that all namespaces that conditions allow begin with.
 *
 * @param {MatchCondition[]} conditions
 * @returns {string[]}
 */
function commonLabels(conditions) {
  const prefixes = conditions.filter(({ matchType }) => matchType === 'prefix')
  const known = prefixes.map(({ path }) => {
    const wildcard = path.indexOf('*')
    return wildcard < 0 ? path : path.slice(0, wildcard)
  })
  return known.reduce((longest, path) => (path.length > longest.length ? path : longest), [])
}

module.exports = { commonLabels, isWithin, matches }
