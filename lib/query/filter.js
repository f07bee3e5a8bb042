// @ts-check
'use strict'

const { invalidArgument } = require('../errors.js')
const { onlyEntryOf, readList } = require('../input/input.js')
const { kindOf } = require('../input/received.js')

const MAX_DEPTH = 32
/** Conditions and values of IN operators, in total. */
const MAX_CONDITIONS = 1000
const MAX_PATH_SEGMENTS = 64

/**
 * A checked filter for the engine: as the caller wrote it, but with the index of each path; see src/query/filter.rs.
 *
 * @typedef {Record<string, unknown>} Filter
 */

/** Collects the paths of a query, and gives each an index. */
class Paths {
  /** @type {Map<string, number>} */
  #indexes = new Map()

  get all() {
    return [...this.#indexes.keys()]
  }

  /**
   * @param {string} path
   * @param {string} at
   */
  indexOf(path, at) {
    if (path.split('.').length > MAX_PATH_SEGMENTS) throw invalidArgument(`${at}: more than ${MAX_PATH_SEGMENTS} names`)
    const index = this.#indexes.get(path) ?? this.#indexes.size
    this.#indexes.set(path, index)
    return index
  }
}

/**
 * Checks and copies the filter of a query.
 *
 * @param {unknown} filter
 * @param {Paths} paths
 */
function readFilter(filter, paths) {
  return new FilterReader(paths).read(filter, 'filter', 1)
}

/** @type {Record<string, (reader: FilterReader, operand: unknown, at: string, depth: number) => unknown>} */
const OPERATORS = {
  EQ: (reader, operand, at) => reader.comparison(operand, at, scalar),
  NEQ: (reader, operand, at) => reader.comparison(operand, at, scalar),
  GT: (reader, operand, at) => reader.comparison(operand, at, ordered),
  GTE: (reader, operand, at) => reader.comparison(operand, at, ordered),
  LT: (reader, operand, at) => reader.comparison(operand, at, ordered),
  LTE: (reader, operand, at) => reader.comparison(operand, at, ordered),
  IN: (reader, operand, at) => reader.comparison(operand, at, (values, where) => reader.scalars(values, where)),
  AND: (reader, operand, at, depth) => reader.list(operand, at, depth),
  OR: (reader, operand, at, depth) => reader.list(operand, at, depth),
  NOT: (reader, operand, at, depth) => reader.read(operand, at, depth + 1),
}

/** Reads each part of a filter once, and copies it, as the caller may change it before the entries are read. */
class FilterReader {
  #paths
  #conditions = 0

  /** @param {Paths} paths */
  constructor(paths) {
    this.#paths = paths
  }

  /**
   * @param {unknown} filter
   * @param {string} at
   * @param {number} depth
   * @returns {Filter}
   */
  read(filter, at, depth) {
    this.#count(at)
    if (depth > MAX_DEPTH) throw invalidArgument(`${at}: more than ${MAX_DEPTH} levels deep`)
    const [operator, operand] = onlyEntryOf(filter, at, 'operator')
    if (!Object.hasOwn(OPERATORS, operator)) {
      throw invalidArgument(`${at}.${operator}: unknown operator, expected ${Object.keys(OPERATORS).join(', ')}`)
    }
    return { [operator]: OPERATORS[operator](this, operand, `${at}.${operator}`, depth) }
  }

  /**
   * @param {unknown} filters
   * @param {string} at
   * @param {number} depth
   */
  list(filters, at, depth) {
    return readList(filters, at, (filter, where) => this.read(filter, where, depth + 1))
  }

  /**
   * Reads the operand of a comparison: a path and the value to compare with.
   *
   * @param {unknown} operand
   * @param {string} at
   * @param {(value: unknown, at: string) => unknown} read
   */
  comparison(operand, at, read) {
    const [path, value] = onlyEntryOf(operand, at, 'path')
    const where = `${at}[${JSON.stringify(path)}]`
    return [this.#paths.indexOf(path, where), read(value, where)]
  }

  /**
   * @param {unknown} values
   * @param {string} at
   */
  scalars(values, at) {
    return readList(values, at, (value, where) => {
      this.#count(at)
      return scalar(value, where)
    })
  }

  /** @param {string} at */
  #count(at) {
    this.#conditions += 1
    if (this.#conditions > MAX_CONDITIONS) throw invalidArgument(`${at}: more than ${MAX_CONDITIONS} conditions`)
  }
}

/**
 * @param {unknown} value
 * @param {string} at
 */
function scalar(value, at) {
  if (value !== null && typeof value !== 'boolean' && !isOrdered(value))
    throw invalidArgument(`${at}: expected a string, a finite number, a boolean or null, got ${kindOf(value)}`)
  return value
}

/**
 * @param {unknown} value
 * @param {string} at
 */
function ordered(value, at) {
  if (!isOrdered(value)) throw invalidArgument(`${at}: expected a string or a finite number, got ${kindOf(value)}`)
  return value
}

/** @param {unknown} value */
function isOrdered(value) {
  return typeof value === 'string' || Number.isFinite(value)
}

module.exports = { Paths, readFilter }
