// @ts-check
'use strict'

const { sortedNames } = require('./sorted-names.js')

/**
 * @typedef {{ traceId: string, entries: number }} TraceCount
 *
 * @typedef {object} Counts
 * @property {number} entries
 * @property {number} traces
 * @property {TraceCount[]} largest the traces with the most entries
 */

const PAGE = 1000
/** Traces that are held until the largest are selected. */
const MAX_HELD = 10_000

/**
 * Counts the entries of each trace.
 *
 * @param {import('../../index.js').StateStore} state
 * @param {{ top: number, signal: AbortSignal, onListed?: (count: number) => void }} options `top`: how many of the largest traces
 * @returns {Promise<Counts>}
 */
async function countTraces(state, { top, signal, onListed }) {
  const names = await sortedNames(state, undefined, signal, { onListed })
  const counts = { entries: 0, traces: 0, largest: /** @type {TraceCount[]} */ ([]) }
  try {
    for await (const trace of tracesOf(names)) {
      counts.entries += trace.entries
      counts.traces += 1
      counts.largest.push(trace)
      if (counts.largest.length >= MAX_HELD) counts.largest = largestOf(counts.largest, top)
    }
  } finally {
    await names.close()
  }
  return { ...counts, largest: largestOf(counts.largest, top) }
}

/** The traces of sorted names, each with the number of its entries. @param {import('./sorted-names.js').SortedNames} names */
async function* tracesOf(names) {
  /** @type {TraceCount | undefined} */
  let trace
  for (let page = await names.take(PAGE); page.length > 0; page = await names.take(PAGE)) {
    for (const { traceId } of page) {
      if (traceId !== trace?.traceId) {
        if (trace !== undefined) yield trace
        trace = { traceId, entries: 0 }
      }
      trace.entries += 1
    }
  }
  if (trace !== undefined) yield trace
}

/** @param {TraceCount[]} traces @param {number} top */
function largestOf(traces, top) {
  return traces
    .sort((one, other) => other.entries - one.entries || (one.traceId < other.traceId ? -1 : 1))
    .slice(0, top)
}

module.exports = { countTraces }
