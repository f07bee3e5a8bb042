// @ts-check
'use strict'

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
  for await (const piece of stdin) {
    signal.throwIfAborted()
    pieces.push(Buffer.from(piece))
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
}

module.exports = { readText }
