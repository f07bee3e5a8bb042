// @ts-check
'use strict'

const { badRequest } = require('./refusal.js')

/** The parameters of a request: of its address, or the members of its body. */
class Parameters {
  #values

  /** @param {Record<string, unknown>} values */
  constructor(values) {
    this.#values = values
  }

  /** @param {URLSearchParams} search */
  static ofAddress(search) {
    return new Parameters(Object.fromEntries(search))
  }

  /** @param {string} name */
  has(name) {
    return this.raw(name) !== undefined
  }

  /** @param {string} name @returns {unknown} */
  raw(name) {
    // Not what an object inherits.
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
  }

  /** @param {string} name @returns {string | undefined} */
  optionalText(name) {
    const value = this.raw(name)
    if (value === undefined || typeof value === 'string') return value
    throw badRequest(`${name}: expected a string`)
  }

  /** A text that may be empty, as names may. @param {string} name */
  text(name) {
    const value = this.optionalText(name)
    if (value === undefined) throw badRequest(`${name}: is missing`)
    return value
  }

  /** @param {string} name */
  flag(name) {
    const value = this.raw(name)
    if (value === undefined || value === false || value === '0' || value === 'false') return false
    if (value === true || value === '1' || value === 'true') return true
    throw badRequest(`${name}: expected 1 or 0`)
  }

  /** @param {string} name @param {{ min: number, max: number, standard: number }} bounds */
  wholeNumber(name, { min, max, standard }) {
    const value = this.raw(name) ?? standard
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number
    throw badRequest(`${name}: expected a whole number from ${min} to ${max}`)
  }
}

module.exports = { Parameters }
