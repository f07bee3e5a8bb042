// @ts-check
'use strict'

const { EXIT } = require('../exit-codes.js')
const { Progress } = require('../progress.js')

/** @typedef {import('../command.js').Context} Context */

/** @type {import('../command.js').Command} */
const reindex = {
  operands: [{ name: 'trace id', isOptional: true }],
  options: { check: { does: 'Compares the indexes with the entries, and changes nothing' } },
  connection: { index: true },
  notes: [
    'Adds all entries, or those of a trace, to the indexes of their traces (docs/index.md). It can be repeated.',
    'With --check it exits with 1 if entries are missing in their index.',
  ],
  examples: ['reindex', 'reindex order-1', 'reindex --check --json'],
  run(context) {
    return context.options.check ? check(context) : rebuild(context)
  },
}

/** @param {Context} context */
async function check({ state, output, signal }) {
  const found = await state.checkIndex({ signal })
  const { entries, members, missing, dead } = found
  await output.result(found, () => [
    `${entries} entries, ${members} members, ${missing} missing, ${dead} dead`,
    ...(missing > 0 ? ['Lists miss entries: run reindex without --check.'] : []),
  ])
  return missing > 0 ? EXIT.failed : EXIT.ok
}

/** @param {Context} context */
async function rebuild({ state, operands: [traceId], output, io, signal }) {
  const progress = new Progress(io, { title: 'reindex' })
  try {
    if (traceId === undefined) progress.total = await state.count({ signal })
    const onProgress = (/** @type {{ scanned: number }} */ { scanned }) => progress.update(scanned)
    const done = await state.reindex({ traceId, onProgress, signal })
    progress.end()
    await output.result(done, () => [`${done.indexed} indexed`])
  } finally {
    progress.end()
  }
}

module.exports = reindex
