// @ts-check
'use strict'

const { createInterface } = require('node:readline/promises')
const { EXIT } = require('../exit-codes.js')
const { UsageError } = require('../usage-error.js')

/**
 * @typedef {import('../command.js').Context} Context
 * @typedef {import('../command.js').Command} Command
 */

/** @type {Command} */
const rm = {
  operands: [{ name: 'trace id' }, { name: 'key', isOptional: true, isList: true }],
  options: {
    all: { does: 'All entries of the trace' },
    'starts-with': { value: '<text>', does: 'All entries whose key starts with this text' },
    yes: { short: 'y', does: 'Does not ask before it removes several entries' },
  },
  notes: ['Exits with 3 if there was nothing to remove, with 1 if the question is not answered with yes.'],
  examples: ['rm order-1 status', 'rm order-1 cart note', 'rm order-1 --all --yes', 'rm order-1 --starts-with line:'],
  async run(context) {
    const { operands, options, output } = context
    const [traceId, ...keys] = operands
    checkSelection(keys, options)
    const prefix = options.all ? '' : options['starts-with']
    const removed = prefix === undefined ? await removeKeys(context, keys) : await removeAll(context, prefix)
    await output.result({ traceId, removed }, () => [`${removed} removed`])
    return removed === 0 ? EXIT.notFound : EXIT.ok
  },
}

/** @param {string[]} keys @param {import('../command.js').Options} options */
function checkSelection(keys, { all, 'starts-with': prefix }) {
  const isOfSeveral = all || prefix !== undefined
  if (keys.length === 0 && !isOfSeveral) {
    throw new UsageError('the keys are missing', 'For all entries of the trace add --all.')
  }
  if (keys.length > 0 && isOfSeveral) throw new UsageError('keys cannot be combined with --all or --starts-with')
  if (all && prefix !== undefined) throw new UsageError('--all cannot be combined with --starts-with')
  // All keys start with it: a variable that is empty would remove the trace.
  if (prefix === '') throw new UsageError('--starts-with: the text is empty', 'For all entries of the trace use --all.')
}

/** @param {Context} context @param {string[]} keys */
function removeKeys({ state, operands: [traceId], signal }, keys) {
  return state.deleteMany(traceId, keys, { signal })
}

/** @param {Context} context @param {string} prefix */
async function removeAll(context, prefix) {
  const { state, operands, options, signal } = context
  const [traceId] = operands
  const count = await state.count(traceId, prefix, { signal })
  if (count === 0) return 0
  if (!options.yes && !(await isConfirmed(context, count))) throw new Error('not confirmed: nothing was removed.')
  await state.clear(traceId, prefix, { signal })
  return count
}

/** @param {Context} context @param {number} count */
async function isConfirmed({ io, operands: [traceId], signal }, count) {
  if (!io.stdin.isTTY) throw new UsageError(`${count} entries would be removed`, 'Add --yes.')
  const terminal = createInterface({ input: io.stdin, output: io.stderr })
  try {
    const answer = await terminal.question(`Remove ${count} entries of ${JSON.stringify(traceId)}? [y/N] `, { signal })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}

module.exports = rm
