// @ts-check
'use strict'

const { invalidArgument } = require('../errors.js')
const { readList } = require('./input.js')
const { received } = require('./received.js')

const MAX_SEGMENTS = 100

/**
 * Splits the path of a field into its segments, from the outermost, as JSON strings.
 *
 * @param {unknown} path names joined by dots, or a list of names; the value itself if it is empty or undefined
 * @param {string} at
 * @returns {string[]}
 */
function pathSegmentsOf(path, at) {
  if (path === undefined || path === '') return []
  const names = typeof path === 'string' ? path.split('.') : path
  if (!Array.isArray(names)) {
    throw invalidArgument(`${at}: expected names joined by dots, or a list of names, got ${received(path)}`)
  }
  return readList(names, at, segmentOf, MAX_SEGMENTS)
}

/**
 * @param {unknown} name of a field, or index of an element
 * @param {string} at
 */
function segmentOf(name, at) {
  const isIndex = Number.isSafeInteger(name) && Number(name) >= 0
  if (typeof name !== 'string' && !isIndex) {
    throw invalidArgument(`${at}: expected names or indexes, got ${received(name)}`)
  }
  const text = String(name)
  if (!text.isWellFormed()) throw invalidArgument(`${at}: a name contains a lone surrogate`)
  return JSON.stringify(text)
}

module.exports = { pathSegmentsOf }
