// @ts-check
'use strict'

/** What the stored bytes of an entry are as JSON. */

const TEXT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Largest value that is shown whole, in bytes. */
const MAX_SHOWN = 1024 * 1024
/** What is shown of a larger one. */
const SHOWN_START = 64 * 1024

/** @type {Record<string, string>} */
const TYPES_BY_START = { '{': 'object', '[': 'array', '"': 'string', t: 'boolean', f: 'boolean', n: 'null' }

/**
 * Parses a stored text.
 *
 * @param {Buffer} bytes
 * @returns {{ text: string, value: unknown } | { text: string, value?: undefined }} no value: it is not JSON
 */
function parsed(bytes) {
  try {
    const text = TEXT.decode(bytes)
    return { text, value: JSON.parse(text) }
  } catch {
    return { text: bytes.toString() }
  }
}

/**
 * The type of an entry, of which only the start of a longer text is known. A longer text is taken for JSON if it starts as one.
 *
 * @param {Buffer} start
 * @param {number} size of the whole text
 */
function typeOfStored(start, size) {
  if (size <= start.length) {
    const { value } = parsed(start)
    return value === undefined ? 'not-json' : typeOf(value)
  }
  const first = start.toString('latin1').trimStart().charAt(0)
  return TYPES_BY_START[first] ?? (/[-\d]/.test(first) ? 'number' : 'not-json')
}

/** @param {unknown} value */
function typeOf(value) {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/**
 * Whether JSON can represent a parsed value: not what is nested too deeply, nor numbers beyond those of JavaScript, which would become
 * `null`.
 *
 * @param {unknown} value
 * @param {boolean} isInexact whether its text has a number that JavaScript rounds
 */
function isSendable(value, isInexact) {
  try {
    JSON.stringify(value, isInexact ? rejectInfinity : undefined)
    return true
  } catch {
    return false
  }
}

/** @param {string} _ @param {unknown} value */
function rejectInfinity(_, value) {
  if (value === Infinity || value === -Infinity) throw new RangeError('JSON has no such number')
  return value
}

/** The characters that are complete. @param {Buffer} bytes the start of a text */
function startOfText(bytes) {
  return new TextDecoder().decode(bytes, { stream: true })
}

module.exports = { MAX_SHOWN, SHOWN_START, isSendable, parsed, startOfText, typeOf, typeOfStored }
