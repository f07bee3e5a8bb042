// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { types } = require('node:util')
const { invalidArgument } = require('../errors.js')
const { received } = require('./received.js')

/** As many parts as a server accepts in a command. */
const MAX_ARGUMENTS = 1024 * 1024

const PLAIN = new Set([Uint8Array.prototype, Buffer.prototype])

/** @param {any} list @param {string} at @returns {asserts list is unknown[]} */
function checkList(list, at) {
  if (!Array.isArray(list)) throw invalidArgument(`${at}: expected an array, got ${received(list)}`)
}

/** @param {{ length: number }} list @param {string} at @param {number} [max] */
function checkCount({ length }, at, max = MAX_ARGUMENTS) {
  if (length === 0) throw invalidArgument(`${at}: expected at least one element, got none`)
  if (length > max) throw invalidArgument(`${at}: expected at most ${max} elements, got ${length}`)
}

/** @param {unknown} name @param {string} at */
function checkName(name, at) {
  // A server may read it as a C string, which ends at NUL.
  if (typeof name === 'string' && name !== '' && !name.includes('\0')) return
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
  if (types.isUint8Array(value)) return isPlain(value) ? value : copied(value, at, index)
  const path = pathOf(at, index)
  if (typeof value === 'string') throw invalidArgument(`${path}: has a lone surrogate, which UTF-8 cannot represent`)
  throw invalidArgument(`${path}: expected a string, a finite number, a bigint or a Uint8Array, got ${received(value)}`)
}

/**
 * Whether the length of bytes is certain: a class of the caller can have another `length`, shared memory can grow at any time, and
 * memory that was transferred cannot be read. The bytes of a batch are joined, so a wrong length would shift those of other calls.
 *
 * @param {Uint8Array} value
 */
function isPlain(value) {
  const isKnown = PLAIN.has(Object.getPrototypeOf(value)) && !Object.hasOwn(value, 'length')
  return isKnown && value.length > 0 && !types.isSharedArrayBuffer(value.buffer)
}

/** @param {Uint8Array} value @param {string} at @param {number} [index] */
function copied(value, at, index) {
  try {
    return new Uint8Array(value)
  } catch (cause) {
    const what = `${pathOf(at, index)}: its memory was transferred or cannot be copied; pass bytes that are still there`
    throw invalidArgument(what, { cause })
  }
}

/** @param {string} at @param {number} [index] of an element */
function pathOf(at, index) {
  return index === undefined ? at : `${at}[${index}]`
}

module.exports = { checkArgument, checkCount, checkList, checkName }
