// @ts-check
'use strict'

const { untitled } = require('../error-message.js')
const { RedisStateError } = require('../errors.js')
const { parseDuration } = require('../input/duration.js')
const { MAX_TTL_SECONDS } = require('../input/option-kinds.js')
const { MAX_TIMER_MS } = require('../time.js')
const { UsageError } = require('./usage-error.js')

/**
 * Makes the reader of a whole number.
 *
 * @param {number} min
 * @param {number} [max]
 */
function wholeNumber(min, max = Number.MAX_SAFE_INTEGER) {
  return (/** @type {string} */ text, /** @type {string} */ option) => {
    const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
    throw new UsageError(`${option}: expected a whole number ${range}, got ${JSON.stringify(text)}`)
  }
}

/** Reads a duration as milliseconds. @param {string} text @param {string} option */
function milliseconds(text, option) {
  return usage(() => parseDuration(text, option, { max: MAX_TIMER_MS }))
}

/**
 * Reads a time to live: whole seconds, or a duration with its unit.
 *
 * @param {string} text
 * @param {string} option
 * @returns {import('../../index.js').TimeToLive}
 */
function timeToLive(text, option) {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  usage(() => parseDuration(text, option, { max: MAX_TTL_SECONDS * 1000 }))
  return /** @type {import('../../index.js').TimeToLive} */ (text)
}

/** Reads JSON. @param {string} text @param {string} option */
function json(text, option) {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${option}: expected JSON, such as '{"EQ":{"status":"open"}}'`, 'Quote it for your shell.')
  }
}

/** @template T @param {() => T} read @returns {T} */
function usage(read) {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    throw new UsageError(untitled(error).replace(/\.$/, ''))
  }
}

module.exports = { json, milliseconds, timeToLive, wholeNumber }
