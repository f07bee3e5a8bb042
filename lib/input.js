// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')

const MOST_ITEMS = 10_000
/** In seconds. */
const LONGEST_TTL = 4294967295
/** In milliseconds: what timers take. */
const LONGEST_TIME = 2 ** 31 - 1

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
  const name = unknownName(object, known)
  if (name !== undefined) throw invalidArgument(`${inside}${name} is unknown: there are ${known.join(', ')}`)
  return object
}

/**
 * The first name in an object that it is not to have, if there is one.
 *
 * @param {object} object
 * @param {readonly string[]} known
 */
function unknownName(object, known) {
  return Object.keys(object).find((name) => !known.includes(name))
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
 * @param {string} what
 * @param {unknown} value
 */
function objectOf(what, value) {
  checkObject(value, what)
  return value
}

/**
 * @param {unknown} number
 * @param {number} least
 * @param {number} most
 * @returns {number is number}
 */
function isWhole(number, least, most) {
  return Number.isInteger(number) && Number(number) >= least && Number(number) <= most
}

/**
 * @param {unknown} seconds
 * @param {string} what
 */
function millisecondsOf(seconds, what) {
  const milliseconds = Math.round(Number(seconds) * 1000)
  if (typeof seconds === 'number' && milliseconds >= 1 && milliseconds <= LONGEST_TIME) return milliseconds
  throw invalidArgument(`${what}: expected seconds, 0.001 to ${LONGEST_TIME / 1000}`)
}

/**
 * @param {any} count of items
 * @param {string} at
 */
function checkCount(count, at) {
  if (!isWhole(count, 1, MOST_ITEMS)) throw invalidArgument(`${at} must be an integer from 1 to ${MOST_ITEMS}`)
}

/** @param {unknown} value */
function isGiven(value) {
  return value !== undefined && value !== null
}

module.exports = {
  LONGEST_TIME,
  LONGEST_TTL,
  checkCount,
  fieldsOf,
  isGiven,
  isWhole,
  millisecondsOf,
  objectOf,
  onlyEntryOf,
  unknownName,
}
