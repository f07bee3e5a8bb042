// @ts-check
'use strict'

const { nameCounts } = require('../names.js')
const { wholeNumber } = require('../option-values.js')

/** @type {import('../command.js').Command} */
const stats = {
  operands: [],
  options: {
    top: { value: '<n>', does: 'How many of the largest traces are shown. Default: 10', read: wholeNumber(0, 1000) },
  },
  notes: ['Scans the keys of the database, and reads no values.'],
  examples: ['stats', 'stats --top 3', 'stats --json'],
  async run({ state, options: { top = 10 }, output, signal }) {
    const latency = await state.ping({ signal })
    const counts = await nameCounts(state, signal)
    const entries = [...counts.values()].reduce((sum, count) => sum + count, 0)
    const largest = [...counts]
      .sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1))
      .slice(0, top)
      .map(([traceId, count]) => ({ traceId, entries: count }))
    const result = { entries, traces: counts.size, latency, largest }
    await output.result(result, () => [
      `entries  ${entries}`,
      `traces   ${counts.size}`,
      `latency  ${latency.toFixed(2)} ms`,
      ...(largest.length === 0 ? [] : ['', ...output.table(['ENTRIES', 'TRACE'], largest.map(cells))]),
    ])
  },
}

/** @param {{ traceId: string, entries: number }} row */
function cells({ traceId, entries }) {
  return [String(entries), traceId]
}

module.exports = stats
