// @ts-check
'use strict'

/**
 * Values of entries in memory. They come from `JSON.parse`: objects, arrays, texts, numbers, booleans and null, and nothing twice.
 */

/** Deeper values are not kept: copying them recursively could exhaust the stack. */
const MAX_DEPTH = 500

/** Estimates of what V8 allocates on a 64-bit system. */
const CONTAINER_BYTES = 32
const PROPERTY_BYTES = 16
const ELEMENT_BYTES = 8
const TEXT_BYTES = 24
const NUMBER_BYTES = 8

/**
 * Copies a value. Spreading defines properties, so that one named `__proto__` stays a property.
 *
 * @param {any} value at most `MAX_DEPTH` deep
 * @returns {any}
 */
function copyOf(value) {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? copyOfArray(value) : copyOfObject(value)
}

/** @param {any[]} array */
function copyOfArray(array) {
  const copy = array.slice()
  for (let index = 0; index < copy.length; index += 1) {
    const element = copy[index]
    if (typeof element === 'object' && element !== null) copy[index] = copyOf(element)
  }
  return copy
}

/** @param {Record<string, any>} object */
function copyOfObject(object) {
  const copy = { ...object }
  for (const name in copy) {
    const value = copy[name]
    // A loop also visits enumerable properties that a program has added to all objects.
    if (typeof value === 'object' && value !== null && Object.hasOwn(copy, name)) copy[name] = copyOf(value)
  }
  return copy
}

/**
 * Estimates the memory of a value.
 *
 * @param {any} value
 * @returns {number | undefined} bytes; `undefined` if the value is too deep to be kept
 */
function bytesOf(value) {
  const bytes = measure(value, 0)
  return bytes === Number.POSITIVE_INFINITY ? undefined : bytes
}

/** @param {any} value @param {number} depth @returns {number} */
function measure(value, depth) {
  if (typeof value === 'string') return TEXT_BYTES + value.length
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES
  if (depth === MAX_DEPTH) return Number.POSITIVE_INFINITY
  let bytes = CONTAINER_BYTES
  if (Array.isArray(value)) {
    for (const element of value) bytes += ELEMENT_BYTES + measure(element, depth + 1)
    return bytes
  }
  // Names are counted as if no other object had them: an object can have identifiers of the program as names.
  for (const name of Object.keys(value)) bytes += PROPERTY_BYTES + name.length + measure(value[name], depth + 1)
  return bytes
}

/**
 * Freezes a value with all objects in it.
 *
 * @param {any} value at most `MAX_DEPTH` deep
 * @returns {any} the same value
 */
function frozen(value) {
  if (typeof value !== 'object' || value === null) return value
  for (const name of Object.keys(value)) frozen(value[name])
  return Object.freeze(value)
}

module.exports = { MAX_DEPTH, bytesOf, copyOf, frozen }
