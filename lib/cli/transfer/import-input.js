// @ts-check
'use strict'

const { createReadStream } = require('node:fs')
const { stat } = require('node:fs/promises')
const { interruptible } = require('../input-text.js')
const { UsageError } = require('../usage-error.js')
const { without } = require('./line-reader.js')

/**
 * @typedef {object} Input what an import reads
 * @property {string} [path] of a file, which can be read from any place
 * @property {number} [size] of this file
 * @property {(bytes: number) => AsyncIterable<Buffer | string>} open reads it from a place
 */

/**
 * A file, or what can only be read from its start: stdin, or a pipe that the shell names as a file, as `<(zcat state.gz)`.
 *
 * @param {string | undefined} name
 * @param {{ io: import('../command.js').Io, signal: AbortSignal }} surroundings
 * @returns {Promise<Input>}
 */
async function openInput(name, { io, signal }) {
  if (name === undefined || name === '-') {
    if (io.stdin.isTTY) throw new UsageError('the file is missing', 'Name one, or pass its lines through a pipe.')
    return pipe(() => io.stdin, signal)
  }
  const stats = await stat(name)
  if (stats.isDirectory()) throw new UsageError(`${name} is a folder`, 'Name a file.')
  if (!stats.isFile()) return pipe(() => createReadStream(name), signal)
  const { size } = stats
  const open = (/** @type {number} */ start) => {
    if (start > size) throw new UsageError(`${name} is shorter than its checkpoint says`, 'Import it without --resume.')
    return interruptible(createReadStream(name, { start }), signal)
  }
  return { path: name, size, open }
}

/** @param {() => NodeJS.ReadableStream} open @param {AbortSignal} signal @returns {Input} */
function pipe(open, signal) {
  return { open: (bytes) => without(interruptible(open(), signal), bytes) }
}

module.exports = { openInput }
