// @ts-check
'use strict'

const { EXIT } = require('../exit-codes.js')
const { MAX_NAMED } = require('../max-named.js')
const { Progress } = require('../progress.js')
const { ExportFile } = require('../transfer/export-file.js')
const { PageReader } = require('../transfer/page-reader.js')
const { sortedNames } = require('../../names/sorted-names.js')
const { UsageError } = require('../usage-error.js')

/** @typedef {import('../command.js').Context} Context */

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
    'ttl: seconds until the entry expires, -1: never. Of many names most are in a temporary file meanwhile (TMPDIR).',
  ],
  examples: [
    'export --out state.ndjson',
    'export --out state.ndjson --resume',
    'export order-1 | gzip > order-1.ndjson.gz',
  ],
  async run(context) {
    const { options, output } = context
    if (options.out === undefined && (options.resume || options.force))
      throw new UsageError('--resume and --force need --out')
    const opened = options.out === undefined ? undefined : await ExportFile.open(options.out, options)
    try {
      const names = await listNames(context)
      try {
        const before = opened?.last === undefined ? 0 : await names.skipThrough(opened.last)
        const result = await exportNames(context, { names, before, sink: opened?.file ?? output })
        await opened?.file.end()
        await report(context, result)
        return result.skipped > 0 ? EXIT.failed : EXIT.ok
      } finally {
        await names.close()
      }
    } finally {
      await opened?.file.close()
    }
  },
}

/** @param {Context} context */
async function listNames({ state, operands: [traceId], options, output, io, signal }) {
  const progress = new Progress(io, { title: 'names', isHidden: isHidden(options, output) })
  try {
    return await sortedNames(state, traceId, signal, { onListed: (count) => progress.update(count) })
  } finally {
    progress.end()
  }
}

/**
 * @param {Context} context
 * @param {{ names: import('../../names/sorted-names.js').SortedNames, before: number, sink: { write(text: string): Promise<void> } }} work
 */
async function exportNames({ state, options, output, io, signal }, { names, before, sink }) {
  const progress = new Progress(io, { title: 'export', isHidden: isHidden(options, output) })
  progress.total = names.total
  const skipped = new Skipped(output)
  const reader = new PageReader(state, { signal, onSkipped: (error) => skipped.add(error) })
  let [done, exported] = [before, 0]
  try {
    for await (const { lines, count } of reader.pages(names)) {
      await sink.write(lines.join(''))
      done += count
      exported += lines.length
      progress.update(done)
    }
  } finally {
    progress.end()
  }
  return { exported, before, skipped: skipped.count }
}

/** A terminal that shows the entries shows no progress. @param {Context['options']} options @param {Context['output']} output */
function isHidden(options, output) {
  return options.out === undefined && output.isTerminal
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
