// @ts-check
'use strict'

const { wholeNumber } = require('../option-values.js')

/** @typedef {import('../command.js').Context} Context */

/** @type {import('../command.js').Command} */
const watch = {
  operands: [
    { name: 'trace id', isOptional: true },
    { name: 'key', isOptional: true },
  ],
  options: {
    values: { does: 'With the value after each change' },
    configure: { does: 'Switches keyspace notifications on, if they are off' },
    limit: { value: '<n>', does: 'Ends after this number of changes', read: wholeNumber(1) },
  },
  notes: [
    'Prints a line of JSON for each change, until Ctrl-C. {"type":"gap"} says that changes may be missing.',
    'Says on stderr when the watch is active.',
  ],
  examples: ['watch', 'watch order-1 --values', 'watch order-1 status --limit 1', 'watch --configure | jq .key'],
  async run({ state, operands: [traceId, key], options, output, signal }) {
    // Interrupted when it had connected.
    if (signal.aborted) return
    const { values, configure, limit = Infinity } = options
    const changes = state.watch(traceId, key, { ...(values && { values }), ...(configure && { configure }) })
    // Ctrl-C is the way to end a watch, so it is no failure.
    const end = () => void changes.return()
    signal.addEventListener('abort', end, { once: true })
    try {
      await changes.ready
      output.note('watching')
      await print(changes, output, limit)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      signal.removeEventListener('abort', end)
      await changes.return()
    }
  },
}

/**
 * @param {AsyncIterable<unknown>} changes
 * @param {Context['output']} output
 * @param {number} limit
 */
async function print(changes, output, limit) {
  let count = 0
  for await (const change of changes) {
    await output.json(change)
    count += 1
    if (count >= limit) return
  }
}

module.exports = watch
