// @ts-check
'use strict'

const { checkSignal } = require('./abort.js')
const { DAY, parseDuration } = require('./duration.js')
const { invalidArgument, unsupported } = require('../errors.js')
const { isIntBetween, readFields } = require('./input.js')
const { pathSegmentsOf } = require('./field-path.js')
const { received } = require('./received.js')
const { checkSchema } = require('./schema.js')
const { MAX_TIMER_MS } = require('../time.js')

/** @typedef {import('./input.js').Kind} Kind */

const MAX_TTL_SECONDS = 4294967295
const MS_PER_SECOND = 1000
const MAX_REPLICAS = 1000

/**
 * Makes a kind of its name and its test.
 *
 * @param {string} expected
 * @param {(value: unknown) => boolean} accepts
 * @returns {Kind}
 */
function kind(expected, accepts) {
  const read = (/** @type {unknown} */ value, /** @type {string} */ path) => {
    if (accepts(value)) return value
    throw invalidArgument(`${path}: expected ${expected}, got ${received(value)}`)
  }
  return { read }
}

/** @param {number} min @param {number} max @param {string} [noun] */
function boundedInt(min, max, noun = 'a whole number') {
  return kind(`${noun} from ${min} to ${max}`, (value) => isIntBetween(value, min, max))
}

/** @param {Kind} base @param {unknown} defaultValue @returns {Kind} */
function withDefault(base, defaultValue) {
  return { ...base, defaultValue }
}

/** @param {Kind} base @returns {Kind} */
function required(base) {
  return { ...base, isRequired: true }
}

/** @type {Kind} */
const any = { read: (value) => value }
const boolean = kind('true or false', (value) => typeof value === 'boolean')
const string = kind('a string', (value) => typeof value === 'string')
const callback = kind('a function', (value) => typeof value === 'function')
const finiteNumber = kind('a finite number', Number.isFinite)

/** Reads a text with its unit, such as `'30s'`, as milliseconds. @param {number} min @param {number} [max] @returns {Kind} */
function duration(min, max) {
  return { read: (value, path) => parseDuration(value, path, { min, max }) }
}

/** Whole milliseconds, or a text with its unit. @type {Kind} */
const millisecondsOrDuration = {
  read(value, path) {
    if (isIntBetween(value, 1, MAX_TIMER_MS)) return value
    if (typeof value === 'string') return parseDuration(value, path, { max: MAX_TIMER_MS })
    const expected = `whole milliseconds from 1 to ${MAX_TIMER_MS}, or a duration with its unit such as '5s'`
    throw invalidArgument(`${path}: expected ${expected}, got ${received(value)}`)
  },
}

/**
 * Reads a time as milliseconds: a number of whole seconds, or a text with its unit, such as `'1500ms'`.
 *
 * @param {number} max in seconds
 * @returns {Kind}
 */
function secondsOrDuration(max) {
  const expected = `whole seconds from 1 to ${max}, or a duration with its unit such as '1500ms'`
  return {
    read(value, path) {
      if (isIntBetween(value, 1, max)) return value * MS_PER_SECOND
      if (typeof value === 'string') return parseDuration(value, path, { max: max * MS_PER_SECOND })
      throw invalidArgument(`${path}: expected ${expected}, got ${received(value)}`)
    },
  }
}

/** An argument or option that must be a time to live. */
const timeToLive = secondsOrDuration(MAX_TTL_SECONDS)

/** @param {unknown} value */
function isTimeToLive(value) {
  try {
    return timeToLive.read(value, '', undefined) > 0
  } catch {
    return false
  }
}

/** The same, or 0 or -1 for an entry that does not expire, both read as 0. @type {Kind} */
const expiry = {
  read(value, path, rules) {
    if (value === 0 || value === -1) return 0
    if (typeof value === 'string' || isIntBetween(value, 1, MAX_TTL_SECONDS)) return timeToLive.read(value, path, rules)
    const expected = `whole seconds from 1 to ${MAX_TTL_SECONDS}, a duration with its unit such as '1500ms', or 0 or -1 for no expiry`
    throw invalidArgument(`${path}: expected ${expected}, got ${received(value)}`)
  },
}

const SHA1 = {
  expected: 'the etag of an entry (40 hexadecimal digits, in lower case and without quotation marks)',
  accepts: (/** @type {string} */ text) => /^[0-9a-f]{40}$/.test(text),
}

/**
 * `ifMatch: undefined` is rejected: the etag of an entry that does not exist would otherwise make an unconditional write.
 *
 * @type {Kind}
 */
const etag = {
  read(value, path, rules) {
    const { expected, accepts } = rules?.etag ?? SHA1
    if (typeof value === 'string' && accepts(value)) return value
    throw invalidArgument(`${path}: expected ${expected}, got ${received(value)}`)
  },
  rejectsUndefined: true,
}

/** @type {Kind} */
const signal = { read: checkSignal }

/** The path of a field in a value. @type {Kind} */
const fieldPath = { read: pathSegmentsOf }

/** @type {Kind} */
const schema = { read: checkSchema }

const fraction = kind('a number from 0 to 1', (value) => typeof value === 'number' && value >= 0 && value <= 1)

const LOAD_LOCK = { ttl: withDefault(duration(1, DAY), 10_000), timeout: withDefault(duration(0), 30_000) }

/** The lock on a load: `true` has the defaults. @type {Kind} */
const loadLock = {
  read(value, path) {
    if (value === false) return undefined
    return readFields(value === true ? {} : value, LOAD_LOCK, { at: path, inside: `${path}.` })
  },
}

const REPLICAS = {
  count: required(boundedInt(1, MAX_REPLICAS)),
  timeout: required(boundedInt(1, MAX_TIMER_MS, 'whole milliseconds')),
}

/** @type {Kind} */
const waitReplicas = {
  read(value, path, rules) {
    if (rules?.noReplicas !== undefined) throw unsupported(`${path}: ${rules.noReplicas}`)
    if (rules?.hasReplicas === false) throw invalidArgument(`${path}: this store has no replicas`)
    const read = readFields(value, REPLICAS, { at: path, inside: `${path}.` })
    if (rules && read.timeout >= rules.commandTimeout) {
      throw invalidArgument(
        `${path}.timeout: expected less than commandTimeout (${rules.commandTimeout}), got ${read.timeout}`,
      )
    }
    return read
  },
}

/** @param {readonly string[]} strings */
function oneOf(strings) {
  return kind(`one of ${strings.join(', ')}`, (value) => typeof value === 'string' && strings.includes(value))
}

module.exports = {
  MAX_TTL_SECONDS,
  any,
  boolean,
  boundedInt,
  callback,
  duration,
  etag,
  expiry,
  fieldPath,
  finiteNumber,
  fraction,
  isTimeToLive,
  kind,
  loadLock,
  millisecondsOrDuration,
  oneOf,
  required,
  schema,
  secondsOrDuration,
  signal,
  string,
  timeToLive,
  waitReplicas,
  withDefault,
}
