// @ts-check
'use strict'

const { types } = require('node:util')
const { invalidArgument } = require('../errors.js')
const { received } = require('./received.js')

/** As many parts as a server accepts in a command. */
const MAX_ARGUMENTS = 1024 * 1024

/** @param {any} list @param {string} at @returns {asserts list is unknown[]} */
function checkList(list, at) {
  if (!Array.isArray(list)) throw invalidArgument(`${at}: expected an array, got ${received(list)}`)
}

/** @param {unknown[]} list @param {string} at @param {number} [max] */
function checkCount({ length }, at, max = MAX_ARGUMENTS) {
  if (length === 0) throw invalidArgument(`${at}: expected at least one element, got none`)
  if (length > max) throw invalidArgument(`${at}: expected at most ${max} elements, got ${length}`)
}

/** @param {unknown} name @param {string} at */
function checkName(name, at) {
  if (typeof name === 'string' && name !== '') return
  throw invalidArgument(`${at}[0]: expected the name of a command, got ${received(name)}`)
}

/**
 * Returns what is sent for an argument.
 *
 * @param {any} value
 * @param {string} at
 * @param {number} [index] of an element
 * @returns {string | Uint8Array}
 */
function checkArgument(value, at, index) {
  if (typeof value === 'string' && value.isWellFormed()) return value
  if ((typeof value === 'number' && Number.isFinite(value)) || typeof value === 'bigint') return String(value)
  if (types.isUint8Array(value)) return value
  const path = index === undefined ? at : `${at}[${index}]`
  if (typeof value === 'string') throw invalidArgument(`${path}: has a lone surrogate, which UTF-8 cannot represent`)
  throw invalidArgument(`${path}: expected a string, a finite number, a bigint or a Uint8Array, got ${received(value)}`)
}

module.exports = { checkArgument, checkCount, checkList, checkName }
