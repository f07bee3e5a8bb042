// @ts-check
'use strict'

const { invalidArgument } = require('../errors.js')
const { received } = require('./received.js')

const MILLISECOND = 1n
const SECOND = 1000n * MILLISECOND
const MINUTE = 60n * SECOND
const HOUR = 60n * MINUTE
const DAY = 24n * HOUR

/** @type {Record<string, bigint>} */
const UNITS = { ms: MILLISECOND, s: SECOND, m: MINUTE, h: HOUR, d: DAY }
// Numbers of more digits exceed every bound, and very long ones take long to convert.
const PATTERN = /^(\d{1,20})(?:\.(\d{1,20}))?(ms|s|m|h|d)$/
const WITHOUT_UNIT = /^\d{1,20}(\.\d{1,20})?$/

const MAX_DURATION_MS = Number(366n * DAY)

/**
 * Converts a duration with its unit, such as `'500ms'`, `'1.5s'` or `'2h'`, to milliseconds. A number without a unit is rejected,
 * as similar options of other libraries are in seconds or in milliseconds.
 *
 * @param {unknown} duration
 * @param {string} name of the option or argument
 * @param {{ min?: number, max?: number }} [bounds] in milliseconds
 * @returns {number} a whole number
 */
function parseDuration(duration, name, { min = 1, max = MAX_DURATION_MS } = {}) {
  const milliseconds = read(duration, name)
  if (milliseconds >= min && milliseconds <= max) return Number(milliseconds)
  const range = `from ${formatDuration(min)} to ${formatDuration(max)}`
  throw invalidArgument(`${name}: expected a duration ${range}, got ${received(duration)}`)
}

/**
 * @param {unknown} duration
 * @param {string} name
 * @returns {bigint} milliseconds
 */
function read(duration, name) {
  const [, whole, fraction = '', unit] = (typeof duration === 'string' && PATTERN.exec(duration)) || []
  if (whole === undefined) throw invalidArgument(`${name}: ${whyInvalid(duration)}`)
  // Integer arithmetic, as 1.1 * 1000 is not 1100 in floating point.
  const scaled = BigInt(whole + fraction) * UNITS[unit]
  const scale = 10n ** BigInt(fraction.length)
  if (scaled % scale === 0n) return scaled / scale
  throw invalidArgument(`${name}: expected whole milliseconds, got ${received(duration)}`)
}

/**
 * Explains why a value is not a duration.
 *
 * @param {unknown} value
 */
function whyInvalid(value) {
  if (isNumeric(value)) {
    return `${received(value)} has no unit: write '${value}s' or '${value}ms'`
  }
  return `expected a duration with its unit, such as '30s' or '500ms', got ${received(value)}`
}

/** @param {unknown} value */
function isNumeric(value) {
  return WITHOUT_UNIT.test(typeof value === 'number' || typeof value === 'string' ? String(value) : '')
}

/**
 * Formats a duration in the largest unit that divides it.
 *
 * @param {number} milliseconds
 */
function formatDuration(milliseconds) {
  if (milliseconds === 0) return '0s'
  const units = Object.entries(UNITS).reverse()
  const [unit, size] = units.find(([, size]) => BigInt(milliseconds) % size === 0n) ?? ['ms', 1n]
  return `${BigInt(milliseconds) / size}${unit}`
}

module.exports = { DAY: Number(DAY), parseDuration, formatDuration }
