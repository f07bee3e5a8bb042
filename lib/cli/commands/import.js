// @ts-check
'use strict'

const { dispatcherOf } = require('../../adapter/state-adapter.js')
const { Progress } = require('../progress.js')
const { Checkpoint } = require('../transfer/checkpoint.js')
const { parseLine } = require('../transfer/entry-line.js')
const { openInput } = require('../transfer/import-input.js')
const { linesOf } = require('../transfer/line-reader.js')
const { PortionWriter } = require('../transfer/portion-writer.js')
const { UsageError } = require('../usage-error.js')

/**
 * @typedef {import('../command.js').Context} Context
 * @typedef {import('../transfer/entry-line.js').EntryLine} EntryLine
 * @typedef {{ entries: EntryLine[], end: Position, failure?: unknown }} Portion `failure`: of the line behind them
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
    const {
      state,
      operands: [file],
      options,
      io,
      output,
      signal,
    } = context
    const { path, size, open } = await openInput(file, context)
    const saved = checkpointOf(options, path)
    const checkpoint = new Checkpoint(saved, { of: 'an import', parse: parsePosition })
    const start = (options.resume ? await checkpoint.read() : undefined) ?? { bytes: 0, lines: 0 }
    const dispatcher = dispatcherOf(/** @type {any} */ (state))
    const portions = portionsOf(linesOf(open(start.bytes), start.bytes), start, {
      checkTraceId: (traceId) => dispatcher.checkTraceId(traceId),
      remedy: remedyOf(options, saved),
    })
    const writer = new PortionWriter(state, { ifAbsent: options['if-absent'] ?? false, signal })
    const progress = new Progress(io, { title: 'import' })
    const write = options['dry-run'] ? async () => {} : (/** @type {EntryLine[]} */ entries) => writer.write(entries)
    /** @type {Position} */
    let position = start
    try {
      for await (const done of importAll(portions, start, write)) {
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

/**
 * Where the position is saved. A pipe has no name that a later run could know.
 *
 * @param {Context['options']} options
 * @param {string | undefined} path
 */
function checkpointOf({ 'dry-run': isDryRun, checkpoint, resume }, path) {
  if (checkpoint === undefined && path === undefined && resume)
    throw new UsageError('--resume of stdin or a pipe needs --checkpoint')
  if (isDryRun) return undefined
  return checkpoint ?? (path && `${path}.checkpoint`)
}

/** What to do about a wrong line. @param {Context['options']} options @param {string | undefined} checkpoint */
function remedyOf({ 'dry-run': isDryRun }, checkpoint) {
  if (isDryRun) return 'Correct it. Nothing was written.'
  if (checkpoint === undefined) return 'The lines before it are imported. Correct it, and import the input again.'
  return 'The lines before it are imported. Correct it, and continue with --resume.'
}

/**
 * Writes entries in portions. While one is written, the lines of the next one are read. Yields how far everything is written.
 *
 * @param {AsyncIterable<Portion>} portions
 * @param {Position} start
 * @param {(entries: EntryLine[]) => Promise<void>} write
 * @returns {AsyncGenerator<Position>}
 */
async function* importAll(portions, start, write) {
  let writing = Promise.resolve(start)
  for await (const { entries, end, failure } of portions) {
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
 * @param {import('../transfer/entry-line.js').Rules} rules
 * @returns {AsyncGenerator<Portion>}
 */
async function* portionsOf(lines, start, rules) {
  /** @type {EntryLine[]} */
  let entries = []
  let [end, length] = [start, 0]
  for await (const { text, end: bytes } of lines) {
    const number = end.lines + 1
    try {
      if (text.trim() !== '') entries.push(parseLine(text, number, rules))
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
