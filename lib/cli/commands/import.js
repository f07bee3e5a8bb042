// @ts-check
'use strict'

const { createReadStream } = require('node:fs')
const { stat } = require('node:fs/promises')
const { interruptible } = require('../input-text.js')
const { Progress } = require('../progress.js')
const { Checkpoint } = require('../transfer/checkpoint.js')
const { parseLine } = require('../transfer/entry-line.js')
const { linesOf, without } = require('../transfer/line-reader.js')
const { PortionWriter } = require('../transfer/portion-writer.js')
const { UsageError } = require('../usage-error.js')

/**
 * @typedef {import('../command.js').Context} Context
 * @typedef {import('../transfer/entry-line.js').EntryLine} EntryLine
 *
 * @typedef {object} Position how far an import is
 * @property {number} bytes of the input that are imported
 * @property {number} lines
 */

const MAX_LINES = 1000
/** Text of a portion after which it is written. */
const PORTION_LENGTH = 2 * 1024 * 1024

/** @type {import('../command.js').Command} */
const importCommand = {
  operands: [{ name: 'file', isOptional: true }],
  options: {
    resume: { does: 'Continues an import that was interrupted, with its checkpoint' },
    checkpoint: { value: '<file>', does: 'Says how far the import is. Default: <file>.checkpoint, of stdin none' },
    'if-absent': { does: 'Entries that exist are kept' },
    'dry-run': { does: 'Checks all lines, and writes nothing' },
  },
  connection: { keepsIndexes: true },
  notes: [
    'Reads the lines that export writes, from a file or stdin. Entries that exist are replaced.',
    'The ttl counts from now.',
  ],
  examples: [
    'import state.ndjson',
    'import state.ndjson --resume',
    'import --if-absent < state.ndjson',
    'import state.ndjson --dry-run',
  ],
  async run(context) {
    const { state, options, io, output, signal } = context
    const file = fileOf(context)
    const checkpoint = new Checkpoint(
      options['dry-run'] ? undefined : (options.checkpoint ?? (file && `${file}.checkpoint`)),
      { of: 'an import', parse: parsePosition },
    )
    const start = (options.resume ? await checkpoint.read() : undefined) ?? { bytes: 0, lines: 0 }
    const { stream, size } = await openInput(file, start, context)
    const writer = new PortionWriter(state, { ifAbsent: options['if-absent'] ?? false, signal })
    const progress = new Progress(io, { title: 'import' })
    const write = options['dry-run'] ? async () => {} : (/** @type {EntryLine[]} */ entries) => writer.write(entries)
    /** @type {Position} */
    let position = start
    try {
      for await (const done of importAll(linesOf(stream, start.bytes), start, write)) {
        position = done
        await checkpoint.note(done)
        progress.update(done.lines, size === undefined ? undefined : done.bytes / size)
      }
      await checkpoint.remove()
    } finally {
      progress.end()
      await checkpoint.save()
    }
    const [lines, { written, kept }] = [position.lines - start.lines, writer]
    const result = options['dry-run'] ? { checked: lines } : { imported: written, kept, before: start.lines }
    await output.result(result, () => [
      Object.entries(result)
        .filter(([, count], index) => index === 0 || count > 0)
        .map(([what, count]) => `${count} ${what}`)
        .join(', '),
    ])
  },
}

/** @param {Position} saved */
function parsePosition({ bytes, lines }) {
  const isValid = [bytes, lines].every((count) => Number.isSafeInteger(count) && count >= 0)
  return isValid ? { bytes, lines } : undefined
}

/** @param {Context} context @returns {string | undefined} undefined: stdin */
function fileOf({ operands: [file], options, io }) {
  if (file !== undefined && file !== '-') return file
  if (io.stdin.isTTY) throw new UsageError('the file is missing', 'Name one, or pass its lines through a pipe.')
  if (options.resume && options.checkpoint === undefined) throw new UsageError('--resume of stdin needs --checkpoint')
  return undefined
}

/** @param {string | undefined} file @param {Position} start @param {Context} context */
async function openInput(file, { bytes }, { io, signal }) {
  if (file === undefined) return { stream: without(interruptible(io.stdin, signal), bytes), size: undefined }
  const { size } = await stat(file)
  if (bytes > size) throw new UsageError(`${file} is shorter than its checkpoint says`, 'Import it without --resume.')
  return { stream: interruptible(createReadStream(file, { start: bytes }), signal), size }
}

/**
 * Writes the entries of lines in portions. While one is written, the lines of the next one are read. Yields how far everything is
 * written.
 *
 * @param {AsyncIterable<import('../transfer/line-reader.js').Line>} lines
 * @param {Position} start
 * @param {(entries: EntryLine[]) => Promise<void>} write
 * @returns {AsyncGenerator<Position>}
 */
async function* importAll(lines, start, write) {
  let writing = Promise.resolve(start)
  for await (const { entries, end, failure } of portionsOf(lines, start)) {
    const done = await writing
    if (done !== start) yield done
    writing = write(entries).then(() => end)
    // It is awaited after the next portion was read, which can fail.
    writing.catch(() => {})
    if (failure === undefined) continue
    yield await writing
    throw failure
  }
  yield await writing
}

/**
 * @param {AsyncIterable<import('../transfer/line-reader.js').Line>} lines
 * @param {Position} start
 * @returns {AsyncGenerator<{ entries: EntryLine[], end: Position, failure?: unknown }>} `failure`: of the line behind them
 */
async function* portionsOf(lines, start) {
  /** @type {EntryLine[]} */
  let entries = []
  let [end, length] = [start, 0]
  for await (const { text, end: bytes } of lines) {
    const number = end.lines + 1
    try {
      if (text.trim() !== '') entries.push(parseLine(text, number))
    } catch (failure) {
      return yield { entries, end, failure }
    }
    end = { bytes, lines: number }
    length += text.length
    if (entries.length < MAX_LINES && length < PORTION_LENGTH) continue
    yield { entries, end }
    entries = []
    length = 0
  }
  yield { entries, end }
}

module.exports = importCommand
