// @ts-check
'use strict'

const { types } = require('node:util')
const { RedisStateError, invalidConfig } = require('../errors.js')
const { isPlain } = require('../input/input.js')
const { kindOf } = require('../input/received.js')

/** @typedef {Record<string, any>} OptionFields */

/**
 * Names that messages may show: those of options, and the addresses in `nodeAddressMap`. Any other name may be or contain a
 * password.
 */
const SHOWABLE_NAME = /^([\w$]{1,32}|(\[[\da-f:.]+\]|[\da-f:.]+|[\w.-]+):\d{1,5})$/i

/** Options have three levels; deeper values, such as a list that contains itself, cannot be options. */
const MAX_DEPTH = 8

/**
 * Reads each field of a configuration once, including getters and inherited fields, as configurations may be class instances.
 * Undefined fields are omitted, so that they override nothing.
 *
 * @param {unknown} object
 * @param {string} path
 * @returns {OptionFields}
 */
function fieldsOf(object, path) {
  return guardRead(path, () => {
    if (!isConfiguration(object)) throw invalidOption(path, `expected an object, got ${describeObject(object)}`)
    const names = namesOf(object)
    if (!names.every((name) => SHOWABLE_NAME.test(name)))
      throw invalidOption(path, 'contains a name that no option has')
    const fields = names.map((name) => [name, fieldOf(object, name, pathOfField(path, name))])
    return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
  })
}

/**
 * Takes the place of a value that no option can have. Native code rejects it, but reports the name first if there is no such option.
 */
const UNUSABLE = Number.NaN

/**
 * Copies options that consist of plain objects, lists without holes, strings, numbers, booleans and bytes. In the copy, `UNUSABLE`
 * is in place of the first other value and of all after it: native code would read a Map as an empty object, and a bigint as a
 * number.
 *
 * @param {OptionFields} options
 * @returns {{ copy: OptionFields, problem: Problem | undefined }} `problem`: the first value that is not usable
 */
function plainCopy(options) {
  /** @type {Copying} */
  const copying = { problem: undefined }
  return { copy: copyFields(options, 'options', copying, 0), problem: copying.problem }
}

/**
 * @typedef {{ path: string, error: unknown }} Problem
 * @typedef {{ problem: Problem | undefined }} Copying
 */

/** @param {OptionFields} fields @param {string} path @param {Copying} copying @param {number} depth @returns {OptionFields} */
function copyFields(fields, path, copying, depth) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      copyOrReplace(value, pathOfField(path, name), copying, depth),
    ]),
  )
}

/** @param {unknown} value @param {string} path @param {Copying} copying @param {number} depth */
function copyOrReplace(value, path, copying, depth) {
  if (copying.problem !== undefined) return UNUSABLE
  try {
    return copyOf(value, path, copying, depth)
  } catch (error) {
    copying.problem = { path, error }
    return UNUSABLE
  }
}

/**
 * @param {unknown} value
 * @param {string} path
 * @param {Copying} copying
 * @param {number} depth
 * @returns {unknown}
 */
function copyOf(value, path, copying, depth) {
  if (['string', 'number', 'boolean'].includes(typeof value) || types.isUint8Array(value)) return value
  if (value === null) throw invalidOption(path, 'expected a value, got null', { remedy: 'Omit the option.' })
  if (depth > MAX_DEPTH) throw invalidOption(path, 'is nested too deeply')
  if (typeof value === 'object' && Array.isArray(value)) return copyList(value, path, copying, depth)
  if (typeof value !== 'object' || !guardRead(path, () => isConfiguration(value))) {
    throw invalidOption(
      path,
      `expected text, a number, a boolean, a list or a plain object, got ${describeObject(value)}`,
    )
  }
  return copyFields(fieldsOf(value, path), path, copying, depth + 1)
}

/**
 * @param {unknown[]} list
 * @param {string} path
 * @param {Copying} copying
 * @param {number} depth
 */
function copyList(list, path, copying, depth) {
  const copy = []
  for (let index = 0; index < list.length; index += 1) {
    const at = `${path}[${index}]`
    const element = fieldOf(list, index, at)
    if (element === undefined) throw invalidOption(at, 'is missing')
    copy.push(copyOrReplace(element, at, copying, depth + 1))
  }
  return copy
}

/**
 * Whether it is a plain object or a class instance with fields. The contents of a Map or a promise are not in fields, so it would
 * be read as an empty configuration.
 *
 * @param {unknown} object
 * @returns {object is OptionFields}
 */
function isConfiguration(object) {
  if (typeof object !== 'object' || object === null || Array.isArray(object) || ArrayBuffer.isView(object)) return false
  if (isPlain(object)) return true
  return !emitsEvents(object) && ['an object', 'a proxy'].includes(kindOf(object)) && namesOf(object).length > 0
}

/** @param {unknown} value */
function describeObject(value) {
  const kind = kindOf(value)
  return kind === 'an object' && !isPlain(/** @type {object} */ (value)) ? 'an object of a class' : kind
}

/** Whether it is a client of another package, a socket or a signal. @param {any} object */
function emitsEvents(object) {
  return typeof object.on === 'function' || typeof object.addEventListener === 'function'
}

/**
 * Lists the own names of an object, and those of inherited getters and values. Methods are not options.
 *
 * @param {object} object
 */
function namesOf(object) {
  const names = new Set(Object.keys(object))
  for (const link of prototypesOf(object)) {
    for (const [name, { get, value }] of Object.entries(Object.getOwnPropertyDescriptors(link))) {
      if (get || typeof value !== 'function') names.add(name)
    }
  }
  return [...names]
}

/** Lists the prototypes of an object, except for the root. @param {object} object */
function prototypesOf(object) {
  const prototypes = []
  for (let link = Object.getPrototypeOf(object); link && Object.getPrototypeOf(link); ) {
    prototypes.push(link)
    link = Object.getPrototypeOf(link)
  }
  return prototypes
}

/** @param {any} object @param {string | number} name @param {string} path */
function fieldOf(object, name, path) {
  return guardRead(path, () => object[name])
}

/**
 * Reads from a configuration; an error of the caller's code becomes an ERR_INVALID_CONFIG with the path.
 *
 * @template T
 * @param {string} path
 * @param {() => T} read may run getters and proxy traps of the caller
 * @returns {T}
 */
function guardRead(path, read) {
  try {
    return read()
  } catch (error) {
    throw error instanceof RedisStateError ? error : invalidOption(path, 'cannot be read', { cause: error })
  }
}

/** @param {string} path `connection` or `options` at the top level, which messages leave out @param {string} name */
function pathOfField(path, name) {
  return path === 'connection' || path === 'options' ? name : `${path}.${name}`
}

/** @param {string} path @param {string} what @param {import('../errors.js').Problem} [problem] */
function invalidOption(path, what, problem) {
  return invalidConfig(`${path}: ${what}`, problem)
}

module.exports = { describeObject, fieldsOf, invalidOption, plainCopy, guardRead }
