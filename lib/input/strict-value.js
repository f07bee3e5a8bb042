// @ts-check
'use strict'

const { types } = require('node:util')

/**
 * @typedef {object} Loss what a value loses in JSON
 * @property {string} path
 * @property {string} what the value there becomes in JSON
 */

const MAX_SHOWN_KEY_LENGTH = 100
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/**
 * Finds what a value loses in JSON. That runs no user code: getters, proxies and `toJSON` count as losses by their presence, as
 * they may return something else the next time.
 *
 * @param {unknown} value
 * @returns {Loss | undefined} the first one, if there is any
 */
function findLoss(value) {
  return find(value, '', new Set())
}

/**
 * @param {unknown} value
 * @param {string} path
 * @param {Set<object>} seen objects that were or are being checked. A shared reference is no loss; a cycle fails in JSON.stringify
 * @returns {Loss | undefined}
 */
function find(value, path, seen) {
  if (typeof value === 'number') return lossOfNumber(value, path)
  if (typeof value === 'bigint') return { path, what: 'a BigInt has no JSON text' }
  if (typeof value === 'function' || typeof value === 'symbol') return { path, what: `a ${typeof value} is left out` }
  if (value === undefined) return { path, what: 'undefined is left out' }
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined
  seen.add(value)
  const what = lossOfObject(value)
  if (what !== undefined) return { path, what }
  return Array.isArray(value) ? findInArray(value, path, seen) : findInObject(value, path, seen)
}

/** @param {number} number @param {string} path */
function lossOfNumber(number, path) {
  if (Object.is(number, -0)) return { path, what: '-0 becomes 0' }
  return Number.isFinite(number) ? undefined : { path, what: `${number} becomes null` }
}

/**
 * @param {unknown[]} array
 * @param {string} path
 * @param {Set<object>} seen
 */
function findInArray(array, path, seen) {
  for (let index = 0; index < array.length; index += 1) {
    const at = `${path}[${index}]`
    const property = Object.getOwnPropertyDescriptor(array, index)
    if (property === undefined) return { path: at, what: 'a hole becomes null' }
    const loss = findInProperty(property, at, seen)
    if (loss) return loss
  }
  // The own keys of an array are its elements, `length`, and other properties, in this order.
  const other = Reflect.ownKeys(array)[array.length + 1]
  if (other !== undefined) return { path: `${path}${pathOfKey(other)}`, what: 'a property of an array is left out' }
}

/**
 * @param {object} object
 * @param {string} path
 * @param {Set<object>} seen
 */
function findInObject(object, path, seen) {
  for (const key of Reflect.ownKeys(object)) {
    const at = `${path}${pathOfKey(key)}`
    if (typeof key === 'symbol') return { path: at, what: 'a symbol as key is left out' }
    const loss = findInProperty(
      /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(object, key)),
      at,
      seen,
    )
    if (loss) return loss
  }
}

/**
 * @param {PropertyDescriptor} property
 * @param {string} path
 * @param {Set<object>} seen
 * @returns {Loss | undefined}
 */
function findInProperty(property, path, seen) {
  if (!('value' in property)) return { path, what: 'a getter becomes a value' }
  if (!property.enumerable) return { path, what: 'what is not enumerable is left out' }
  return find(property.value, path, seen)
}

/**
 * Describes what an object or array becomes in JSON, unless it is a plain one without `toJSON`.
 *
 * @param {object} object
 * @returns {string | undefined}
 */
function lossOfObject(object) {
  const plain = Array.isArray(object) ? 'a plain array' : 'a plain object'
  if (types.isProxy(object)) return `a Proxy becomes ${plain}`
  if (types.isBoxedPrimitive(object)) return 'a boxed primitive becomes a primitive'
  const prototype = Object.getPrototypeOf(object)
  if (types.isDate(object)) return 'a Date becomes a string'
  if (!isPlain(object, prototype)) return `${describeClass(prototype)} becomes ${plain}`
  return hasToJson(object, prototype) ? 'an object with toJSON becomes what that returns' : undefined
}

/**
 * Whether it is a plain object, or an array of no subclass, also of another realm (node:vm, Jest).
 *
 * @param {object} object
 * @param {any} prototype its prototype
 */
function isPlain(object, prototype) {
  if (prototype === null) return !Array.isArray(object) && !isBuiltIn(object)
  if (types.isProxy(prototype)) return false
  if (Array.isArray(object)) return Array.isArray(prototype)
  const isRoot = Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
  return (prototype === Object.prototype || isRoot) && !isBuiltIn(object)
}

/**
 * Whether it is a built-in object, even if its prototype was replaced.
 *
 * @param {object} object
 */
function isBuiltIn(object) {
  return (
    types.isMap(object) ||
    types.isSet(object) ||
    types.isRegExp(object) ||
    types.isNativeError(object) ||
    types.isPromise(object) ||
    types.isAnyArrayBuffer(object) ||
    types.isArrayBufferView(object)
  )
}

/**
 * @param {object} object
 * @param {any} prototype its prototype
 */
function hasToJson(object, prototype) {
  const own = Object.getOwnPropertyDescriptor(object, 'toJSON')
  return typeof own?.value === 'function' || (prototype !== null && 'toJSON' in prototype)
}

/** @param {any} prototype */
function describeClass(prototype) {
  const isKnown = prototype !== null && !types.isProxy(prototype)
  const maker = isKnown ? Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value : undefined
  const isClass = typeof maker === 'function' && !types.isProxy(maker)
  const name = isClass ? Object.getOwnPropertyDescriptor(maker, 'name')?.value : undefined
  return typeof name === 'string' && name !== '' ? `an instance of ${truncated(name)}` : 'an object of a class'
}

/** @param {string | symbol} key */
function pathOfKey(key) {
  if (typeof key === 'symbol') return `[${truncated(String(key))}]`
  return IDENTIFIER.test(key) && key.length <= MAX_SHOWN_KEY_LENGTH ? `.${key}` : `[${JSON.stringify(truncated(key))}]`
}

/** @param {string} text */
function truncated(text) {
  return text.length > MAX_SHOWN_KEY_LENGTH ? `${text.slice(0, MAX_SHOWN_KEY_LENGTH)}…` : text
}

module.exports = { findLoss }
