// @ts-check
'use strict'

const { Buffer } = require('node:buffer')

/**
 * Encodes commands of the user as records, and decodes the replies; src/napi/codec/commands.rs and src/napi/reply/frames.rs are
 * the other side.
 *
 * @typedef {import('../call.js').CommandInput} CommandInput
 */

const SEPARATOR = '\x01'
/** Between the commands of a unit. */
const NEXT = '\x02;'
/** Starts an argument that is bytes. */
const BYTES = '\x02b'

const FORMS = { one: 'c', unit: 'u', script: 's' }

/**
 * @param {CommandInput} input
 * @param {boolean} reads
 * @param {(text: string) => string} escaped
 * @returns the record without its letter and its end
 */
function recordOf(input, reads, escaped) {
  const { form, args, key, keyAt, keys, ends } = input
  let text = FORMS[form] + (input.bytes ? 'b' : 't') + (reads ? 'r' : input.isPartial ? 'p' : 'w')
  if (key !== undefined) text += `x${SEPARATOR}${textOf(key, input, escaped)}`
  else if (keyAt !== undefined) text += keyAt
  if (keys !== undefined) text += SEPARATOR + keys
  let unit = 0
  for (let index = 0; index < args.length; index += 1) {
    if (ends !== undefined && index === ends[unit]) {
      text += SEPARATOR + NEXT
      unit += 1
    }
    text += SEPARATOR + textOf(args[index], input, escaped)
  }
  return text
}

/**
 * @param {string | Uint8Array} argument
 * @param {CommandInput} input gets the bytes
 * @param {(text: string) => string} escaped
 */
function textOf(argument, input, escaped) {
  if (typeof argument === 'string') return escaped(argument)
  if (input.parts === undefined) input.parts = []
  // A subscriber of the call may have transferred its memory since it was checked: copying it throws then.
  input.parts.push(argument.length === 0 ? new Uint8Array(argument) : argument)
  return BYTES + argument.length
}

/** Takes the strings of replies from the bytes that they are joined to. */
class Strings {
  #bytes
  #at = 0

  /** @param {Buffer | undefined} bytes */
  constructor(bytes) {
    this.#bytes = bytes
  }

  /** @param {number} length */
  next(length) {
    // Each with memory of its own: who keeps one does not keep all.
    const string = Buffer.allocUnsafeSlow(length)
    this.#bytes?.copy(string, 0, this.#at, this.#at + length)
    this.#at += length
    return string
  }
}

/**
 * @param {any} reply tagged
 * @param {Strings} strings
 * @returns {any}
 */
function untagged(reply, strings) {
  if (typeof reply === 'number') return strings.next(reply)
  if (typeof reply === 'string') return reply[0] === ':' ? integerOf(reply.slice(1)) : reply.slice(1)
  return reply === null ? null : reply.map((/** @type {any} */ one) => untagged(one, strings))
}

/** @param {string} digits */
function integerOf(digits) {
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : BigInt(digits)
}

/**
 * Makes a reply of RESP3 one of RESP2, which nests other parts of it.
 *
 * @param {any} reply
 * @param {CommandInput} input
 */
function ofResp2(reply, { form, shapes }) {
  if (shapes === undefined) return reply
  return form === 'unit'
    ? reply.map((/** @type {any} */ one, /** @type {number} */ index) => shaped(one, shapes[index]))
    : shaped(reply, shapes[0])
}

/** @param {any} reply @param {'pairs' | 'streams' | undefined} shape */
function shaped(reply, shape) {
  if (shape === undefined || !Array.isArray(reply) || reply.length === 0) return reply
  const isNested = Array.isArray(reply[0])
  if (shape === 'pairs') return isNested ? reply.flat() : reply
  if (isNested) return reply
  return reply.flatMap((name, index) => (index % 2 === 0 ? [[name, reply[index + 1]]] : []))
}

/**
 * Decodes a reply that crossed among the values of its batch.
 *
 * @param {any} value
 * @param {CommandInput} input
 * @param {Strings} strings
 */
function replyOf(value, input, strings) {
  return ofResp2(input.bytes ? untagged(value, strings) : value, input)
}

/**
 * Decodes a reply that crossed on its own.
 *
 * @param {{ text: string, form?: string | null, bytes?: Uint8Array | null }} value
 * @param {CommandInput} input
 */
function separateReplyOf({ text, form, bytes }, input) {
  if (form === 'text') return text
  const strings = /** @type {Buffer | undefined} */ (bytes ?? undefined)
  if (text === '') return strings
  const value = JSON.parse(text)
  return ofResp2(form === 'tagged' ? untagged(value, new Strings(strings)) : value, input)
}

module.exports = { Strings, recordOf, replyOf, separateReplyOf }
