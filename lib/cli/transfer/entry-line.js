// @ts-check
'use strict'

const { failure } = require('../../errors.js')
const { received } = require('../../input/received.js')

/**
 * An entry in a file, as a line of JSON.
 *
 * @typedef {object} EntryLine
 * @property {string} traceId
 * @property {string} key
 * @property {unknown} value
 * @property {number} ttl seconds until it expires, with fractions; -1: never
 */

const FIELDS = ['traceId', 'key', 'value', 'ttl']

/** @param {EntryLine} entry */
function formatLine({ traceId, key, value, ttl }) {
  return `${JSON.stringify({ traceId, key, value, ttl })}\n`
}

/**
 * Reads a line. Without `ttl` an entry does not expire.
 *
 * @param {string} text
 * @param {number} line its number, for messages
 * @returns {EntryLine}
 */
function parseLine(text, line) {
  /** @type {any} */
  let entry
  try {
    entry = JSON.parse(text)
  } catch {
    throw malformed(line, 'it is not JSON')
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw malformed(line, `expected an object, got ${received(entry)}`)
  }
  const { traceId, key, value, ttl = -1 } = entry
  const unknown = Object.keys(entry).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined)
    throw malformed(line, `${JSON.stringify(unknown)} is unknown, expected ${FIELDS.join(', ')}`)
  if (typeof traceId !== 'string') throw malformed(line, `traceId: expected a string, got ${received(traceId)}`)
  if (typeof key !== 'string') throw malformed(line, `key: expected a string, got ${received(key)}`)
  if (value === undefined) throw malformed(line, 'value is missing')
  if (typeof ttl !== 'number' || !(ttl > 0 || ttl === -1)) {
    throw malformed(line, `ttl: expected seconds, or -1 for none, got ${received(ttl)}`)
  }
  return { traceId, key, value, ttl }
}

/** @param {number} line @param {string} why */
function malformed(line, why) {
  return failure('ERR_INVALID_ARGUMENT', `line ${line}: ${why}`, {
    remedy: 'The lines before it are imported. Correct it, and continue with --resume.',
  })
}

module.exports = { formatLine, parseLine }
