// @ts-check
'use strict'

const { EXIT } = require('../exit-codes.js')
const { Progress } = require('../progress.js')
const { ExportFile } = require('../transfer/export-file.js')
const { PageReader } = require('../transfer/page-reader.js')
const { sortedNames } = require('../transfer/sorted-names.js')
const { UsageError } = require('../usage-error.js')

/** @typedef {import('../command.js').Context} Context */

/** Entries that cannot be read and are named; the others are counted. */
const MAX_NAMED = 10

/** @type {import('../command.js').Command} */
const exportCommand = {
  operands: [{ name: 'trace id', isOptional: true }],
  options: {
    out: { value: '<file>', short: 'o', does: 'The file. Default: stdout' },
    resume: { does: 'Continues behind the last complete line of --out' },
    force: { does: 'Replaces the file of --out' },
  },
  notes: [
    'Writes all entries, or those of a trace, as lines {"traceId","key","value","ttl"}, sorted by name.',
    'ttl: seconds until the entry expires, -1: never. Names are held in memory, values only of two pages.',
  ],
  examples: [
    'export --out state.ndjson',
    'export --out state.ndjson --resume',
    'export order-1 | gzip > order-1.ndjson.gz',
  ],
  async run(context) {
    const {
      state,
      operands: [traceId],
      options,
      output,
      io,
      signal,
    } = context
    if (options.out === undefined && (options.resume || options.force))
      throw new UsageError('--resume and --force need --out')
    const opened = options.out === undefined ? undefined : await ExportFile.open(options.out, options)
    const sink = opened?.file ?? output
    const progress = new Progress(io, { title: 'export', isHidden: opened === undefined && output.isTerminal })
    try {
      const names = await sortedNames(state, traceId, signal)
      const start = opened?.last === undefined ? 0 : names.indexAfter(opened.last)
      progress.total = names.length
      const skipped = new Skipped(output)
      const reader = new PageReader(state, { signal, onSkipped: (error) => skipped.add(error) })
      let [done, exported] = [start, 0]
      for await (const { lines, count } of reader.pages(names, start)) {
        await sink.write(lines.join(''))
        done += count
        exported += lines.length
        progress.update(done)
      }
      await opened?.file.end()
      progress.end()
      await report(context, { exported, before: start, skipped: skipped.count })
      return skipped.count > 0 ? EXIT.failed : EXIT.ok
    } finally {
      progress.end()
      await opened?.file.close()
    }
  },
}

/** Names entries that cannot be read. */
class Skipped {
  count = 0
  #output

  /** @param {Context['output']} output */
  constructor(output) {
    this.#output = output
  }

  /** @param {Error} error */
  add({ message }) {
    this.count += 1
    if (this.count <= MAX_NAMED) this.#output.note(`skipped: ${message}`)
  }
}

/** @param {Context} context @param {{ exported: number, before: number, skipped: number }} result */
async function report({ options, output }, { exported, before, skipped }) {
  const parts = [
    `${exported} exported`,
    ...(before > 0 ? [`${before} before`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  if (options.out !== undefined && output.isJson) return output.json({ exported, before, skipped })
  output.note(parts.join(', '))
}

module.exports = exportCommand
