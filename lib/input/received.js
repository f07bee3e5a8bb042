// @ts-check
'use strict'

const { types } = require('node:util')

const MAX_SHOWN_LENGTH = 40

/**
 * Describes a value for a message: its kind, and its text if it is a primitive. Not for values that may be secret.
 *
 * @param {unknown} value
 */
function received(value) {
  if (typeof value === 'string') return `the string ${truncated(value)}`
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return String(value)
  return kindOf(value)
}

/**
 * Describes the kind of a value for a message, without its contents. Does not run proxy traps or getters, which may throw.
 *
 * @param {unknown} value
 */
function kindOf(value) {
  if (value === undefined || value === null) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  if (types.isProxy(value)) return 'a proxy'
  if (Array.isArray(value)) return 'an array'
  return builtInKindOf(value) ?? 'an object'
}

/** @type {[is: (value: unknown) => boolean, kind: string][]} */
const BUILT_IN = [
  [types.isDate, 'a Date'],
  [types.isMap, 'a Map'],
  [types.isSet, 'a Set'],
  [types.isPromise, 'a promise'],
  [types.isRegExp, 'a RegExp'],
  [types.isBoxedPrimitive, 'a boxed primitive'],
  [types.isNativeError, 'an error'],
  [types.isGeneratorObject, 'an iterator'],
  [types.isUint8Array, 'bytes'],
]

/** @param {object} value */
function builtInKindOf(value) {
  return BUILT_IN.find(([is]) => is(value))?.[1]
}

/** @param {string} text */
function truncated(text) {
  return JSON.stringify(text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text)
}

module.exports = { kindOf, received }
