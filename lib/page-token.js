// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { createHash } = require('node:crypto')
const { invalidArgument } = require('./errors.js')

/** Characters of a mark. */
const MARK = 16

/**
 * What tells a query from others.
 *
 * @param {unknown} wanted
 */
function queryMark(wanted) {
  return createHash('sha256').update(JSON.stringify(wanted)).digest('base64url').slice(0, MARK)
}

/**
 * The token of the page behind a position.
 *
 * @param {string} mark of the query
 * @param {string} position JSON, see src/query/page.rs
 */
function tokenOf(mark, position) {
  return Buffer.from(mark + position).toString('base64url')
}

/**
 * The position of a token of that query.
 *
 * @param {unknown} token
 * @param {string} mark
 * @param {number} sortKeys
 */
function positionOf(token, mark, sortKeys) {
  if (typeof token !== 'string') throw invalidArgument('page.token must be a string')
  const text = Buffer.from(token, 'base64url').toString()
  const position = text.slice(MARK)
  if (tokenOf(mark, position) !== token || !isPosition(position, sortKeys))
    throw invalidArgument('page.token is none of this query: groupId, filter and sort must be the same')
  return position
}

/**
 * Tokens may come from anywhere; the native side relies on what this says.
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

module.exports = { positionOf, queryMark, tokenOf }
