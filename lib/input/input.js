// @ts-check
'use strict'

const { RedisStateError, invalidArgument } = require('../errors.js')
const { received } = require('./received.js')

/**
 * @typedef {object} Rules limits and capabilities of the engine that some options are checked against
 * @property {number} commandTimeout
 * @property {boolean} hasReplicas
 * @property {string} [noReplicas] why there are none
 * @property {boolean} [hasConsistency]
 * @property {{ expected: string, accepts: (text: string) => boolean }} [etag]
 *
 * @typedef {object} Kind the kind of value that a field holds
 * @property {(value: any, path: string, rules: Rules | undefined) => any} read checks the value and returns it; may throw
 * @property {unknown} [defaultValue] of a field that is omitted
 * @property {boolean} [isRequired]
 * @property {boolean} [rejectsUndefined] whether an explicit `undefined` is an error
 *
 * @typedef {Record<string, Kind>} Fields
 *
 * @typedef {object} Place where an object is in the arguments of a call, for messages
 * @property {string} at its name or path
 * @property {string} [inside] prefix of the paths of its fields
 * @property {string} [noun] what a field is called
 * @property {Rules} [rules]
 */

/**
 * Reads the fields of an object. Unknown fields are rejected, as a misspelt option would otherwise be ignored. Each field is read
 * once, as a getter may return another value the next time. `undefined` means omitted; `null` does not.
 *
 * @param {unknown} object
 * @param {Fields} fields
 * @param {Place} place
 * @returns {Record<string, any>}
 */
function readFields(object, fields, { at, inside = '', noun = 'field', rules }) {
  try {
    checkFields(object, Object.keys(fields), { at, inside, noun })
    /** @type {Record<string, any>} */
    const read = {}
    for (const name in fields) {
      const value = readField(object, name, fields[name], inside + name, rules)
      if (value !== undefined) read[name] = value
    }
    return read
  } catch (error) {
    // Getters and proxy traps of the caller may throw.
    throw error instanceof RedisStateError ? error : invalidArgument(`${at}: cannot be read`, { cause: error })
  }
}

/**
 * @param {Record<string, any>} object
 * @param {string} name
 * @param {Kind} kind
 * @param {string} path
 * @param {Rules} [rules]
 */
function readField(object, name, kind, path, rules) {
  const value = object[name]
  if (value !== undefined) return kind.read(value, path, rules)
  if (kind.isRequired || (kind.rejectsUndefined && Object.hasOwn(object, name))) return kind.read(value, path, rules)
  return kind.defaultValue
}

/**
 * @param {unknown} object
 * @param {string[]} known
 * @param {{ at: string, inside: string, noun: string }} place
 * @returns {asserts object is Record<string, any>}
 */
function checkFields(object, known, { at, inside, noun }) {
  checkObject(object, at)
  if (!isPlain(object) && !known.some((name) => name in object)) throw notAnObject(object, at)
  const unknown = Object.keys(object).find((name) => !known.includes(name))
  if (unknown !== undefined) throw unknownField(`${inside}${unknown}`, noun, { name: unknown, known })
}

/**
 * @param {string} path
 * @param {string} noun
 * @param {{ name: string, known: string[] }} names
 */
function unknownField(path, noun, { name, known }) {
  const remedy = require('./suggestion.js').suggestionFor(name, known)
  if (remedy !== undefined) return invalidArgument(`${path}: unknown ${noun}`, { remedy })
  return invalidArgument(`${path}: unknown ${noun}, expected ${known.join(', ') || 'none'}`)
}

/**
 * Whether an object is a plain one. The contents of a class instance can be behind its methods, so its fields are not enough.
 *
 * @param {object} object of any realm
 */
function isPlain(object) {
  const prototype = Object.getPrototypeOf(object)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * Reads the only field of an object.
 *
 * @param {unknown} object
 * @param {string} at
 * @param {string} noun what the field is called
 * @returns {[name: string, value: unknown]}
 */
function onlyEntryOf(object, at, noun) {
  checkObject(object, at)
  const names = Object.keys(object)
  if (names.length !== 1) throw invalidArgument(`${at}: expected one ${noun}, got ${names.length}`)
  return [names[0], object[names[0]]]
}

/**
 * @param {unknown} object
 * @param {string} at
 * @returns {asserts object is Record<string, any>}
 */
function checkObject(object, at) {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw notAnObject(object, at)
}

/** @param {unknown} object @param {string} at */
function notAnObject(object, at) {
  return invalidArgument(`${at}: expected an object, got ${received(object)}`)
}

/**
 * Reads the elements of a list, including its holes.
 *
 * @template T
 * @param {unknown} list
 * @param {string} at
 * @param {(element: any, at: string) => T} read
 * @param {number} [maxLength]
 * @returns {T[]}
 */
function readList(list, at, read, maxLength = Infinity) {
  if (!Array.isArray(list)) throw invalidArgument(`${at}: expected an array, got ${received(list)}`)
  if (list.length > maxLength)
    throw invalidArgument(`${at}: expected an array of at most ${maxLength}, got one of ${list.length}`)
  const elements = []
  for (let index = 0; index < list.length; index += 1) elements.push(read(list[index], `${at}[${index}]`))
  return elements
}

/**
 * @param {unknown} number
 * @param {number} min
 * @param {number} max
 * @returns {number is number}
 */
function isIntBetween(number, min, max) {
  return Number.isInteger(number) && Number(number) >= min && Number(number) <= max
}

module.exports = { checkObject, isPlain, isIntBetween, onlyEntryOf, readFields, readList }
