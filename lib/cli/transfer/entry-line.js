// @ts-check
'use strict'

const { untitled } = require('../../error-message.js')
const { failure, RedisStateError } = require('../../errors.js')
const { checkId } = require('../../input/entry.js')
const { MAX_TTL_SECONDS } = require('../../input/option-kinds.js')
const { received } = require('../../input/received.js')
const { jsonText } = require('../terminal.js')

/**
 * An entry in a file, as a line of JSON.
 *
 * @typedef {object} EntryLine
 * @property {string} traceId
 * @property {string} key
 * @property {unknown} value
 * @property {number} ttl seconds until it expires, with fractions; -1: never
 *
 * @typedef {object} Rules
 * @property {(traceId: string) => void} [checkTraceId] throws if the store does not accept the trace id
 * @property {string} [remedy] of a line that is wrong, as a sentence
 */

const FIELDS = ['traceId', 'key', 'value', 'ttl']

/** @param {EntryLine} entry */
function formatLine({ traceId, key, value, ttl }) {
  return `${jsonText({ traceId, key, value, ttl })}\n`
}

/**
 * Reads a line. Without `ttl` an entry does not expire.
 *
 * @param {string} text
 * @param {number} line its number, for messages
 * @param {Rules} [rules]
 * @returns {EntryLine}
 */
function parseLine(text, line, { checkTraceId = (traceId) => checkId('traceId', traceId), remedy } = {}) {
  try {
    const entry = read(text)
    checkTraceId(entry.traceId)
    checkId('key', entry.key)
    return entry
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    throw failure('ERR_INVALID_ARGUMENT', `line ${line}: ${untitled(error).replace(/\.$/, '')}`, { remedy })
  }
}

/** @param {string} text @returns {EntryLine} */
function read(text) {
  /** @type {any} */
  let entry
  try {
    entry = JSON.parse(text)
  } catch {
    throw malformed('it is not JSON')
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw malformed(`expected an object, got ${received(entry)}`)
  }
  const { traceId, key, value, ttl = -1 } = entry
  const unknown = Object.keys(entry).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) throw malformed(`${JSON.stringify(unknown)} is unknown, expected ${FIELDS.join(', ')}`)
  if (typeof traceId !== 'string') throw malformed(`traceId: expected a string, got ${received(traceId)}`)
  if (typeof key !== 'string') throw malformed(`key: expected a string, got ${received(key)}`)
  if (value === undefined) throw malformed('value is missing')
  if (typeof ttl !== 'number' || !(ttl > 0 || ttl === -1)) {
    throw malformed(`ttl: expected seconds, or -1 for none, got ${received(ttl)}`)
  }
  if (ttl > MAX_TTL_SECONDS) throw malformed(`ttl: expected at most ${MAX_TTL_SECONDS} seconds, got ${received(ttl)}`)
  return { traceId, key, value, ttl }
}

/** @param {string} why */
function malformed(why) {
  return failure('ERR_INVALID_ARGUMENT', why)
}

module.exports = { formatLine, parseLine }
