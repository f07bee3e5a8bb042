// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')

const MOST_ITEMS = 10_000

/**
 * The fields of an object that has no others: what is misspelt must not be taken for not given.
 *
 * @param {unknown} object
 * @param {string} at
 * @param {string} inside what the paths of its fields start with
 * @param {string[]} known
 * @returns {Record<string, any>}
 */
function fieldsOf(object, at, inside, known) {
  checkObject(object, at)
  for (const name of Object.keys(object)) {
    if (!known.includes(name)) throw invalidArgument(`${inside}${name} is unknown: there are ${known.join(', ')}`)
  }
  return object
}

/**
 * @param {unknown} object
 * @param {string} at
 * @param {string} what its one field is
 * @returns {[name: string, value: unknown]}
 */
function onlyEntryOf(object, at, what) {
  checkObject(object, at)
  const names = Object.keys(object)
  if (names.length !== 1) throw invalidArgument(`${at} must have one ${what}, and has ${names.length}`)
  return [names[0], object[names[0]]]
}

/**
 * @param {unknown} object
 * @param {string} at
 * @returns {asserts object is Record<string, any>}
 */
function checkObject(object, at) {
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    throw invalidArgument(`${at} must be an object`)
}

/**
 * @param {any} count of items
 * @param {string} at
 */
function checkCount(count, at) {
  if (!Number.isInteger(count) || count < 1 || count > MOST_ITEMS)
    throw invalidArgument(`${at} must be an integer from 1 to ${MOST_ITEMS}`)
}

/** @param {unknown} value */
function isGiven(value) {
  return value !== undefined && value !== null
}

module.exports = { checkCount, fieldsOf, isGiven, onlyEntryOf }
