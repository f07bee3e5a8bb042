// @ts-check
'use strict'

const { EXIT } = require('../exit-codes.js')
const { jsonText } = require('../terminal.js')

/** @type {import('../command.js').Command} */
const get = {
  operands: [{ name: 'trace id' }, { name: 'key' }],
  options: {
    raw: { does: 'A value that is a text is printed without quotation marks' },
    metadata: { does: 'With --json: also the etag and the time to live' },
  },
  notes: ['Exits with 3 if there is no such entry.'],
  examples: ['get order-1 status', 'get order-1 note --raw', 'get order-1 status --json --metadata'],
  async run({ state, operands: [traceId, key], options: { raw, metadata }, output, signal }) {
    const found = metadata
      ? await state.getWithMetadata(traceId, key, { signal })
      : await plain(state, traceId, key, signal)
    if (found === null) {
      output.notFound(`get: there is no entry ${JSON.stringify(key)} of ${JSON.stringify(traceId)}`)
      return EXIT.notFound
    }
    const { value } = found
    await output.result({ traceId, key, ...found }, () => [
      raw && typeof value === 'string' ? value : jsonText(value, output.isTerminal ? 2 : undefined),
    ])
  },
}

/**
 * Reads a value without EVAL, which not every user may run.
 *
 * @param {import('../command.js').StateStore} state
 * @param {string} traceId
 * @param {string} key
 * @param {AbortSignal} signal
 */
async function plain(state, traceId, key, signal) {
  const value = await state.get(traceId, key, { signal })
  // An entry can have the value null.
  return value === null && !(await state.has(traceId, key, { signal })) ? null : { value }
}

module.exports = get
