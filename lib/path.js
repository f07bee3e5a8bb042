// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')

const DEEPEST = 100

/**
 * The names that lead to a part of a value, from the outermost, as JSON strings.
 *
 * @param {unknown} path names joined by dots, or a list of them; none, or an empty text, is the value itself
 * @param {string} what it is, for errors
 * @returns {string[]}
 */
function namesOf(path, what) {
  if (path === undefined || path === '') return []
  const names = typeof path === 'string' ? path.split('.') : path
  if (!Array.isArray(names)) throw invalidArgument(`${what}: expected names joined by dots, or a list of names`)
  if (names.length > DEEPEST) throw invalidArgument(`${what}: more than ${DEEPEST} names`)
  return names.map((name) => jsonOf(name, what))
}

/**
 * @param {unknown} name of a member, or number of an element
 * @param {string} what
 */
function jsonOf(name, what) {
  const isIndex = Number.isSafeInteger(name) && Number(name) >= 0
  if (typeof name !== 'string' && !isIndex) throw invalidArgument(`${what}: a name must be a string or an index`)
  const text = String(name)
  if (!text.isWellFormed()) throw invalidArgument(`${what}: a name holds a lone surrogate`)
  return JSON.stringify(text)
}

module.exports = { namesOf }
