// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { invalidArgument } = require('../errors.js')

const FINGERPRINT_LENGTH = 16

/**
 * Returns a fingerprint of a query. Its page tokens hold it, so that they are rejected by other queries.
 *
 * @param {unknown} query
 */
function fingerprintOf(query) {
  // Not loaded with the package, whose import would take a tenth longer.
  const { createHash } = require('node:crypto')
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, FINGERPRINT_LENGTH)
}

/**
 * Makes the token of the page that starts after a position.
 *
 * @param {string} fingerprint
 * @param {string} position JSON, see src/query/page.rs
 */
function encodeToken(fingerprint, position) {
  return Buffer.from(fingerprint + position).toString('base64url')
}

/**
 * Returns the position in a token; throws if the token belongs to another query.
 *
 * @param {string} token
 * @param {string} fingerprint
 * @param {number} sortKeys
 */
function decodeToken(token, fingerprint, sortKeys) {
  const text = Buffer.from(token, 'base64url').toString()
  const position = text.slice(FINGERPRINT_LENGTH)
  if (encodeToken(fingerprint, position) !== token || !isPosition(position, sortKeys))
    throw invalidArgument('page.token: belongs to a different query', { remedy: 'Keep groupId, filter and sort.' })
  return position
}

/**
 * Checks the form of a position: a token can come from an untrusted source, and native code relies on the form.
 *
 * @param {string} position
 * @param {number} sortKeys
 */
function isPosition(position, sortKeys) {
  const [fields, ...names] = parsed(position)
  return Array.isArray(fields) && fields.length === sortKeys && names.length === 2 && names.every(isString)
}

/** @param {string} text @returns {any[]} */
function parsed(text) {
  try {
    const value = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

/** @param {unknown} value */
function isString(value) {
  return typeof value === 'string'
}

module.exports = { decodeToken, fingerprintOf, encodeToken }
