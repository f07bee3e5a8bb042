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
  notes: ['Exits with 3 if there was nothing to remove.'],
  examples: ['rm order-1 status', 'rm order-1 cart note', 'rm order-1 --all --yes', 'rm order-1 --starts-with line:'],
  async run(context) {
    const { operands, options, output } = context
    const [traceId, ...keys] = operands
    const prefix = options.all ? '' : options['starts-with']
    checkSelection(keys, prefix)
    const removed = prefix === undefined ? await removeKeys(context, keys) : await removeAll(context, prefix)
    await output.result({ traceId, removed }, () => [`${removed} removed`])
    return removed === 0 ? EXIT.notFound : EXIT.ok
  },
}

/** @param {string[]} keys @param {string | undefined} prefix */
function checkSelection(keys, prefix) {
  if (keys.length === 0 && prefix === undefined) {
    throw new UsageError('the keys are missing', 'For all entries of the trace add --all.')
  }
  if (keys.length > 0 && prefix !== undefined) {
    throw new UsageError('keys cannot be combined with --all or --starts-with')
  }
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
  if (!options.yes && !(await isConfirmed(context, count))) return 0
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
