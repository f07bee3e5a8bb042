// @ts-check
'use strict'

const { callFailure } = require('../../errors.js')
const { kindOf } = require('../../input/received.js')

/**
 * Bytes, as the driver of unstorage keeps them: `base64:` and a text. Here they are bytes; a value that begins like that is read as it
 * is meant, so that what the other driver has written stays readable.
 */
const BASE64 = Buffer.from('base64:')

/**
 * @param {any} value
 * @param {{ key: string, encoding: 'bytes' | 'base64' }} item
 * @returns {string | Buffer}
 */
function storedRaw(value, { key, encoding }) {
  // A text is no bytes for unstorage, and has the same form in both.
  if (typeof value === 'string') return value
  const bytes = bytesOf(value, key)
  return encoding === 'base64' || startsWithMark(bytes) ? `${BASE64}${bytes.toString('base64')}` : bytes
}

/** @param {Buffer} stored */
function readRaw(stored) {
  return startsWithMark(stored) ? Buffer.from(stored.toString('latin1', BASE64.length), 'base64') : stored
}

/** Bytes as a text that `readRaw` reads as the same bytes. @param {Buffer} stored */
function textOfRaw(stored) {
  const text = stored.toString()
  return Buffer.from(text).equals(stored) ? text : `${BASE64}${stored.toString('base64')}`
}

/** @param {Buffer} bytes */
function startsWithMark(bytes) {
  return bytes.length >= BASE64.length && bytes.subarray(0, BASE64.length).equals(BASE64)
}

/** @param {any} value @param {string} key */
function bytesOf(value, key) {
  if (Buffer.isBuffer(value)) return value
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return Buffer.from(value)
  const what = `value: expected bytes or a string, got ${kindOf(value)}`
  throw callFailure({ operation: 'setItemRaw', traceId: key }, 'ERR_INVALID_VALUE', what, {
    remedy: 'Write it with setItem.',
  })
}

module.exports = { readRaw, storedRaw, textOfRaw }
