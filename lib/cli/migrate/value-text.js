// @ts-check
'use strict'

const { isUtf8 } = require('node:buffer')

/**
 * Values as texts of JSON, so that a copy has the same text: numbers beyond the precision of JavaScript, the order of fields.
 *
 * @typedef {object} Found an entry as it is stored
 * @property {string} [text] its value as JSON
 * @property {string} [problem] why it has none
 * @property {boolean} [isOtherType] the key is no string, so it is not an entry
 * @property {number} expiresAt on the clock `now()`; Infinity: never
 */

/** What becomes of values that are no JSON. */
const NOT_JSON = ['skip', 'text', 'base64']

const NO_JSON = 'the value is not JSON'

/**
 * @param {Buffer} bytes
 * @param {number} expiresAt
 * @param {string} [notJson] of `NOT_JSON`
 * @returns {Found}
 */
function foundOf(bytes, expiresAt, notJson = 'skip') {
  const text = textOf(bytes)
  if (text !== undefined && isJson(text)) return { text, expiresAt }
  if (notJson === 'text' && text !== undefined) return { text: JSON.stringify(text), expiresAt }
  if (notJson === 'base64') return { text: JSON.stringify(bytes.toString('base64')), expiresAt }
  const why = notJson === 'text' ? `${NO_JSON}, and no text in UTF-8` : NO_JSON
  return { problem: why, expiresAt }
}

/** @param {Buffer} bytes @returns {string | undefined} undefined: it is no UTF-8 */
function textOf(bytes) {
  return isUtf8(bytes) ? bytes.toString() : undefined
}

/** @param {string} text */
function isJson(text) {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

module.exports = { NOT_JSON, foundOf, textOf }
