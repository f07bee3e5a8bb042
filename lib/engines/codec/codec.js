// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { types } = require('node:util')
const { shownId } = require('../../error-message.js')
const { failure, invalidArgument } = require('../../errors.js')

/** @typedef {{ encode: (value: any) => any, decode: (stored: any) => any, encoding: 'text' | 'bytes' }} CodecOptions */

/**
 * The caller's format of values. To native code, which stores it as it is, what `encode` returns is a JSON string; of bytes each
 * is a character.
 */
class Codec {
  #functions
  #isBytes

  /** @param {CodecOptions} options */
  constructor({ encoding, ...functions }) {
    this.#functions = functions
    this.#isBytes = encoding === 'bytes'
  }

  /** The JSON string of a value; throws before anything is sent. @param {unknown} value */
  jsonText(value) {
    const stored = this.#encoded(value)
    const text = this.#isBytes ? charactersOf(stored) : textOf(stored)
    try {
      return JSON.stringify(text)
    } catch (cause) {
      throw tooLong(this.#isBytes ? 'bytes' : 'a text', cause)
    }
  }

  /**
   * The value of what is stored; throws ERR_CORRUPT_VALUE without the call.
   *
   * @param {unknown} stored what native code has read: a string, unless another program wrote it to the embedded store
   * @param {{ traceId?: string, key?: string }} [entry] that an error names, unless its call does
   */
  decode(stored, entry = {}) {
    if (typeof stored !== 'string') throw corrupt(entry, 'is JSON, which the codec did not write')
    try {
      return this.#functions.decode(this.#isBytes ? Buffer.from(stored, 'latin1') : stored)
    } catch (cause) {
      throw corrupt(entry, 'is not what codec.decode reads: it threw an error', cause)
    }
  }

  /** A value as a read of it would return it. @param {unknown} value */
  copy(value) {
    return this.decode(JSON.parse(this.jsonText(value)))
  }

  /** @param {unknown} value @returns {unknown} */
  #encoded(value) {
    try {
      return this.#functions.encode(value)
    } catch (cause) {
      const remedy = 'Store a value that the codec supports; the cause is what it threw.'
      throw invalidArgument('the value cannot be encoded: codec.encode threw an error', { cause, remedy })
    }
  }
}

/** @param {unknown} stored @returns {string} */
function textOf(stored) {
  if (typeof stored !== 'string') throw wrongResult('a string', stored)
  // UTF-8 cannot represent it, so that another text would be read.
  if (!stored.isWellFormed()) throw invalidArgument('codec.encode returned a text with a lone surrogate')
  return stored
}

/** Bytes as characters. @param {unknown} stored @returns {string} */
function charactersOf(stored) {
  if (!types.isUint8Array(stored)) throw wrongResult('a Uint8Array', stored)
  const bytes = bufferOf(stored)
  try {
    return bytes.toString('latin1')
  } catch (cause) {
    throw tooLong('bytes', cause)
  }
}

/** @param {Uint8Array} bytes */
function bufferOf({ buffer, byteOffset, byteLength }) {
  try {
    return Buffer.from(buffer, byteOffset, byteLength)
  } catch (cause) {
    throw invalidArgument('codec.encode returned bytes whose memory was transferred', { cause })
  }
}

/** @param {string} result @param {unknown} cause what Node.js threw for a string beyond its limit */
function tooLong(result, cause) {
  const remedy = 'Store the value in several entries.'
  return invalidArgument(`codec.encode returned ${result} beyond the length of a string`, { cause, remedy })
}

/** @param {string} expected @param {unknown} result */
function wrongResult(expected, result) {
  const [what, remedy] = types.isUint8Array(result)
    ? ['bytes', "Set codec.encoding to 'bytes'."]
    : [kindOfResult(result), "A codec is synchronous; its encoding is 'text' for strings and 'bytes' for a Uint8Array."]
  return invalidArgument(`codec.encode: expected ${expected}, got ${what}`, { remedy })
}

/** @param {unknown} result */
function kindOfResult(result) {
  if (types.isPromise(result)) return 'a promise'
  return result === null ? 'null' : `a value of type ${typeof result}`
}

/** @param {{ traceId?: string, key?: string }} entry @param {string} why @param {unknown} [cause] */
function corrupt({ traceId, key }, why, cause) {
  const remedy = 'It was written by another client, or with another codec.'
  const subject = key === undefined ? 'the value' : `the value of key ${shownId(key)}`
  return failure('ERR_CORRUPT_VALUE', `${subject} ${why}`, { traceId, key, cause, remedy })
}

module.exports = { Codec }
