// @ts-check
'use strict'

const { failure } = require('../../errors.js')

const NEWLINE = 10
/** The longest value of Redis. */
const MAX_LINE = 512 * 1024 * 1024

/**
 * @typedef {object} Line
 * @property {string} text
 * @property {number} end the place in the input behind it, in bytes
 */

/**
 * Yields the lines of a stream of bytes, and reads no further than they are consumed.
 *
 * @param {AsyncIterable<Buffer | string>} stream
 * @param {number} start the place of its first byte in the input
 * @returns {AsyncGenerator<Line>}
 */
async function* linesOf(stream, start) {
  /** @type {Buffer[]} */
  let pieces = []
  let [place, length] = [start, 0]
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    let from = 0
    for (let to = bytes.indexOf(NEWLINE); to !== -1; to = bytes.indexOf(NEWLINE, from)) {
      pieces.push(bytes.subarray(from, to))
      place += to + 1 - from
      from = to + 1
      yield { text: textOf(pieces), end: place }
      pieces = []
      length = 0
    }
    pieces.push(bytes.subarray(from))
    place += bytes.length - from
    length += bytes.length - from
    if (length > MAX_LINE) throw failure('ERR_INVALID_ARGUMENT', 'a line has more than 512 MiB')
  }
  if (length > 0) yield { text: textOf(pieces), end: place }
}

/** @param {Buffer[]} pieces */
function textOf(pieces) {
  const bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
  return bytes.toString()
}

/**
 * Drops the first bytes of a stream.
 *
 * @param {AsyncIterable<Buffer | string>} stream
 * @param {number} count
 */
async function* without(stream, count) {
  let left = count
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (left < bytes.length) yield bytes.subarray(left)
    left = Math.max(0, left - bytes.length)
  }
}

module.exports = { linesOf, without }
