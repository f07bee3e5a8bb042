// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')
const { onlyEntryOf } = require('./input.js')

const MOST_LEVELS = 32
/** Filters and values of IN together. */
const MOST_CONDITIONS = 1000
const MOST_STEPS = 64

/**
 * A condition as it crosses: paths by their number, otherwise as it was given; see src/query/filter.rs.
 *
 * @typedef {Record<string, unknown>} Condition
 */

/** The paths that a query names, each with a number. */
class Paths {
  /** @type {Map<string, number>} */
  #numbers = new Map()

  get all() {
    return [...this.#numbers.keys()]
  }

  /**
   * @param {string} path
   * @param {string} at where it was given
   */
  numberOf(path, at) {
    if (path.split('.').length > MOST_STEPS) throw invalidArgument(`${at} has more than ${MOST_STEPS} parts`)
    const number = this.#numbers.get(path) ?? this.#numbers.size
    this.#numbers.set(path, number)
    return number
  }
}

/**
 * @param {unknown} filter
 * @param {Paths} paths
 */
function conditionOf(filter, paths) {
  return new Reader(paths).read(filter, 'filter', 1)
}

/** @type {Record<string, (reader: Reader, operand: unknown, at: string, level: number) => unknown>} */
const OPERATORS = {
  EQ: (reader, operand, at) => reader.comparison(operand, at, scalar),
  NEQ: (reader, operand, at) => reader.comparison(operand, at, scalar),
  GT: (reader, operand, at) => reader.comparison(operand, at, ordered),
  GTE: (reader, operand, at) => reader.comparison(operand, at, ordered),
  LT: (reader, operand, at) => reader.comparison(operand, at, ordered),
  LTE: (reader, operand, at) => reader.comparison(operand, at, ordered),
  IN: (reader, operand, at) => reader.comparison(operand, at, (values, where) => reader.scalars(values, where)),
  AND: (reader, operand, at, level) => reader.all(operand, at, level),
  OR: (reader, operand, at, level) => reader.all(operand, at, level),
  NOT: (reader, operand, at, level) => reader.read(operand, at, level + 1),
}

/** Reads a filter once and copies it: the entries come later, and the caller may have changed its own by then. */
class Reader {
  #paths
  #conditions = 0

  /** @param {Paths} paths */
  constructor(paths) {
    this.#paths = paths
  }

  /**
   * @param {unknown} filter
   * @param {string} at
   * @param {number} level
   * @returns {Condition}
   */
  read(filter, at, level) {
    this.#count(at)
    if (level > MOST_LEVELS) throw invalidArgument(`${at} is more than ${MOST_LEVELS} levels deep`)
    const [operator, operand] = onlyEntryOf(filter, at, 'operator')
    if (!Object.hasOwn(OPERATORS, operator)) {
      throw invalidArgument(`${at}.${operator} is no operator: there are ${Object.keys(OPERATORS).join(', ')}`)
    }
    return { [operator]: OPERATORS[operator](this, operand, `${at}.${operator}`, level) }
  }

  /**
   * @param {unknown} filters
   * @param {string} at
   * @param {number} level
   */
  all(filters, at, level) {
    if (!Array.isArray(filters)) throw invalidArgument(`${at} must be an array of filters`)
    return Array.from(filters, (filter, index) => this.read(filter, `${at}[${index}]`, level + 1))
  }

  /**
   * A path, and what is there to be compared with.
   *
   * @param {unknown} operand
   * @param {string} at
   * @param {(value: unknown, at: string) => unknown} read
   */
  comparison(operand, at, read) {
    const [path, value] = onlyEntryOf(operand, at, 'path')
    const where = `${at}[${JSON.stringify(path)}]`
    return [this.#paths.numberOf(path, where), read(value, where)]
  }

  /**
   * @param {unknown} values
   * @param {string} at
   */
  scalars(values, at) {
    if (!Array.isArray(values)) throw invalidArgument(`${at} must be an array`)
    return Array.from(values, (value, index) => {
      this.#count(at)
      return scalar(value, `${at}[${index}]`)
    })
  }

  /** @param {string} at */
  #count(at) {
    this.#conditions += 1
    if (this.#conditions > MOST_CONDITIONS) throw invalidArgument(`${at}: more than ${MOST_CONDITIONS} conditions`)
  }
}

/**
 * @param {unknown} value
 * @param {string} at
 */
function scalar(value, at) {
  if (value !== null && typeof value !== 'boolean' && !isOrdered(value))
    throw invalidArgument(`${at} must be a string, a finite number, a boolean or null`)
  return value
}

/**
 * @param {unknown} value
 * @param {string} at
 */
function ordered(value, at) {
  if (!isOrdered(value)) throw invalidArgument(`${at} must be a string or a finite number`)
  return value
}

/** @param {unknown} value */
function isOrdered(value) {
  return typeof value === 'string' || Number.isFinite(value)
}

module.exports = { Paths, conditionOf }
