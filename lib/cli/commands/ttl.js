// @ts-check
'use strict'

const { EXIT } = require('../exit-codes.js')
const { timeToLive } = require('../option-values.js')
const { UsageError } = require('../usage-error.js')

/** @typedef {import('../command.js').Context} Context */

/** @type {import('../command.js').Command} */
const ttl = {
  operands: [{ name: 'trace id' }, { name: 'key' }, { name: 'time', isOptional: true }],
  options: { persist: { does: 'Removes the expiry' } },
  notes: [
    'Prints the seconds until the entry expires; -1: never. With <time>, such as 3600 or 2h, sets it.',
    'Exits with 3 if there is no such entry.',
  ],
  examples: ['ttl order-1 session', 'ttl order-1 session 3600', 'ttl order-1 session --persist'],
  async run(context) {
    const { state, operands, options, output, signal } = context
    const [traceId, key, wanted] = operands
    if (options.persist && wanted !== undefined) throw new UsageError('--persist cannot be combined with a time')
    if (wanted !== undefined) await state.touch(traceId, key, timeToLive(wanted, 'time'), { signal })
    if (options.persist) await state.persist(traceId, key, { signal })
    const left = await state.ttl(traceId, key, { signal })
    if (left === null) {
      output.notFound(`ttl: there is no entry ${JSON.stringify(key)} of ${JSON.stringify(traceId)}`)
      return EXIT.notFound
    }
    await output.result({ traceId, key, ttl: left }, () => [String(left)])
  },
}

module.exports = ttl
