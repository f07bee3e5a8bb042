// @ts-check
'use strict'

/** What the stored bytes of an entry are as JSON. */

const TEXT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Numbers with fewer digits are exact, unless an exponent makes them too large or too small. */
const DOUBTFUL_NUMBERS = /-?\d(?:[\d.]{14,}(?:[eE][+-]?\d+)?|[\d.]*[eE][+-]?\d{3,})/g

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

/** Whether a JSON text has a number that JavaScript would round, so that a changed value must not be written back. @param {string} text */
function hasInexactNumber(text) {
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const end = quote === -1 ? text.length : quote
    if ((text.slice(at, end).match(DOUBTFUL_NUMBERS) ?? []).some(isInexact)) return true
    at = quote === -1 ? end : endOfString(text, quote)
  }
  return false
}

/** Without a regular expression, whose memory a string with millions of escapes exceeds. @param {string} text @param {number} start its quote */
function endOfString(text, start) {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end + 1
}

/** @param {string} text @param {number} at */
function isEscaped(text, at) {
  let start = at
  while (text[start - 1] === '\\') start -= 1
  return (at - start) % 2 === 1
}

/** @param {string} number */
function isInexact(number) {
  return digitsOf(number) !== digitsOf(Number(number))
}

/** The significant digits of a number. @param {string | number} number */
function digitsOf(number) {
  const [mantissa] = String(number).toLowerCase().split('e')
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}

/** The characters that are complete. @param {Buffer} bytes the start of a text */
function startOfText(bytes) {
  return new TextDecoder().decode(bytes, { stream: true })
}

module.exports = { hasInexactNumber, isSendable, parsed, startOfText, typeOf, typeOfStored }
