// @ts-check
'use strict'

/** Which numbers of a JSON text JavaScript rounds. Each character is read once: the text can be long and of another party. */

const [QUOTE, PLUS, MINUS, POINT, ZERO, NINE, E] = [...'"+-.09e'].map((character) => character.charCodeAt(0))
/** A number with at most so many digits is exact, unless it is beyond `MAX_MAGNITUDE`. */
const MAX_SURE_DIGITS = 15
const MAX_MAGNITUDE = 307
/** JavaScript writes no number with more. */
const MAX_DIGITS = 17
/** Beyond that is `Infinity` or 0. */
const MAX_POSSIBLE_MAGNITUDE = 330

/**
 * Whether a JSON text has a number that JavaScript would round, so that a changed value must not be written back.
 *
 * @param {string} text valid JSON
 */
function hasInexactNumber(text) {
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (!isDigit(code)) at += 1
    else {
      const end = endOfNumber(text, at)
      if (isInexact(text, at, end)) return true
      at = end
    }
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

/** @param {string} text @param {number} start */
function endOfNumber(text, start) {
  let end = start + 1
  while (end < text.length && isPartOfNumber(text.charCodeAt(end))) end += 1
  return end
}

/**
 * Whether JavaScript rounds the number between two places. Its sign does not matter.
 *
 * @param {string} text @param {number} start @param {number} end
 */
function isInexact(text, start, end) {
  const endOfMantissa = exponentIn(text, start, end)
  let [point, first, last] = [endOfMantissa, -1, -1]
  for (let at = start; at < endOfMantissa; at += 1) {
    const code = text.charCodeAt(at)
    if (code === POINT) point = at
    else if (code !== ZERO) {
      if (first === -1) first = at
      last = at
    }
  }
  if (first === -1) return false
  const isFraction = first > point
  const digits = last - first + (!isFraction && point < last ? 0 : 1)
  if (digits > MAX_DIGITS) return true
  const exponent = endOfMantissa === end ? 0 : Number(text.slice(endOfMantissa + 1, end))
  const magnitude = Math.abs(point - first - (isFraction ? 0 : 1) + exponent)
  if (digits <= MAX_SURE_DIGITS && magnitude <= MAX_MAGNITUDE) return false
  if (magnitude > MAX_POSSIBLE_MAGNITUDE) return true
  return text.slice(first, last + 1).replace('.', '') !== digitsOf(Number(text.slice(start, end)))
}

/** Where the exponent of a number starts, or its end. @param {string} text @param {number} start @param {number} end */
function exponentIn(text, start, end) {
  let at = start
  while (at < end && (isDigit(text.charCodeAt(at)) || text.charCodeAt(at) === POINT)) at += 1
  return at
}

/** The significant digits that JavaScript writes. @param {number} number */
function digitsOf(number) {
  const [mantissa] = String(number).split('e')
  return mantissa.replace('.', '').replace(/^0+|0+$/g, '')
}

/** @param {number} code */
function isDigit(code) {
  return code >= ZERO && code <= NINE
}

/** @param {number} code */
function isPartOfNumber(code) {
  // The bit is that of small letters.
  return isDigit(code) || code === POINT || code === MINUS || code === PLUS || (code | 0x20) === E
}

module.exports = { hasInexactNumber }
