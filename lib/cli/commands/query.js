// @ts-check
'use strict'

const { json, wholeNumber } = require('../option-values.js')

/** @type {import('../command.js').Command} */
const query = {
  operands: [{ name: 'trace id', isOptional: true }],
  options: {
    filter: { value: '<json>', does: `Condition, such as '{"EQ":{"status":"open"}}'`, read: json },
    sort: { value: '<json>', does: `Order, such as '[{"key":"total","order":"DESC"}]'`, read: json },
    limit: { value: '<n>', does: 'Longest page, 1 to 10000. Default: 100', read: wholeNumber(1, 10_000) },
    token: { value: '<text>', does: 'The next page: the token that the page before ended with' },
  },
  notes: ['docs/state-store.md describes filters. Each page reads all entries of the trace, or of all traces.'],
  examples: [
    'query',
    `query orders --filter '{"EQ":{"status":"open"}}'`,
    `query --filter '{"GT":{"total":100}}' --sort '[{"key":"total","order":"DESC"}]' --limit 10 --json`,
  ],
  async run({ state, operands: [groupId], options: { filter, sort, limit = 100, token }, output, signal }) {
    const page = { limit, ...(token !== undefined && { token }) }
    const found = await state.query({ groupId, filter, sort, page }, { signal })
    const rows = found.items.map(({ groupId, key, value }) => [groupId, key, JSON.stringify(value)])
    await output.result(found, () => output.table(['TRACE', 'KEY', 'VALUE'], rows))
    if (found.token !== undefined && !output.isJson) output.note(`more: --token ${found.token}`)
  },
}

module.exports = query
