// @ts-check
'use strict'

const { countTraces } = require('../../names/trace-counts.js')
const { wholeNumber } = require('../option-values.js')
const { Progress } = require('../progress.js')

/** @type {import('../command.js').Command} */
const stats = {
  operands: [],
  options: {
    top: { value: '<n>', does: 'How many of the largest traces are shown. Default: 10', read: wholeNumber(0, 1000) },
  },
  notes: ['Scans the keys of the database, and reads no values.'],
  examples: ['stats', 'stats --top 3', 'stats --json'],
  async run({ state, options: { top = 10 }, output, io, signal }) {
    const latency = await state.ping({ signal })
    const progress = new Progress(io, { title: 'names' })
    const onListed = (/** @type {number} */ count) => progress.update(count)
    const { entries, traces, largest } = await countTraces(state, { top, signal, onListed }).finally(() =>
      progress.end(),
    )
    const result = { entries, traces, latency, largest }
    await output.result(result, () => [
      `entries  ${entries}`,
      `traces   ${traces}`,
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
