// @ts-check
'use strict'

const { readText } = require('../input-text.js')
const { timeToLive } = require('../option-values.js')
const { UsageError } = require('../usage-error.js')

/** @type {import('../command.js').Command} */
const set = {
  operands: [{ name: 'trace id' }, { name: 'key' }, { name: 'value', isOptional: true }],
  options: {
    string: { short: 's', does: 'The value is a text, not JSON' },
    ttl: { value: '<time>', does: 'Expiry: whole seconds, or such as 90m; 0: none', read: timeToLive },
    'if-absent': { does: 'Only if there is no entry' },
    'if-match': { value: '<etag>', does: 'Only if the entry has this etag (get --json --metadata)' },
  },
  connection: { keepsIndexes: true },
  notes: ['The value is JSON. Without it, or as -, it is read from stdin.'],
  examples: [
    `set order-1 status '"paid"'`,
    'set order-1 status paid --string --ttl 1h',
    'set order-1 cart - < cart.json',
    `set order-1 owner '"me"' --if-absent`,
  ],
  async run({ state, operands: [traceId, key, value = '-'], options, output, io, signal }) {
    const text = value === '-' ? await readText(io.stdin, signal) : value
    const parsed = options.string ? text : parseValue(text)
    await state.set(traceId, key, parsed, { ...setOptions(options), signal })
    await output.result({ traceId, key, written: true }, () => ['written'])
  },
}

/** @param {string} text */
function parseValue(text) {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError('the value is not JSON', `Quote a text twice ('"paid"'), or add --string.`)
  }
}

/** @param {import('../command.js').Options} options @returns {import('../../../index.js').SetOptions} */
function setOptions({ ttl, 'if-absent': ifAbsent, 'if-match': ifMatch }) {
  return { ...(ttl !== undefined && { ttl }), ...(ifAbsent && { ifAbsent }), ...(ifMatch !== undefined && { ifMatch }) }
}

module.exports = set
