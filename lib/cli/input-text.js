// @ts-check
'use strict'

const { addAbortSignal } = require('node:stream')
const { UsageError } = require('./usage-error.js')

/**
 * Reads all of stdin as text.
 *
 * @param {import('./command.js').Io['stdin']} stdin
 * @param {AbortSignal} signal
 */
async function readText(stdin, signal) {
  if (stdin.isTTY) throw new UsageError('the value is missing', 'Give it as an argument, or through a pipe.')
  const pieces = []
  for await (const piece of interruptible(stdin, signal)) {
    pieces.push(Buffer.from(piece))
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
}

/**
 * A stream that ends with an error when the signal is aborted, although it waits for input.
 *
 * @param {NodeJS.ReadableStream} stream
 * @param {AbortSignal} signal
 */
function interruptible(stream, signal) {
  return addAbortSignal(signal, /** @type {import('node:stream').Readable} */ (stream))
}

module.exports = { interruptible, readText }
