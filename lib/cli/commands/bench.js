// @ts-check
'use strict'

const { randomUUID } = require('node:crypto')
const { now } = require('../../time.js')
const { milliseconds, wholeNumber } = require('../option-values.js')
const { Progress } = require('../progress.js')

/**
 * @typedef {import('../command.js').StateStore} StateStore
 * @typedef {import('../command.js').Context} Context
 *
 * @typedef {object} Figures
 * @property {string} operation
 * @property {number} inFlight
 * @property {number} perSecond
 * @property {number} p50 in milliseconds
 * @property {number} p99
 */

/** Keys that the calls go to, in turn. */
const KEYS = 1000

/** @type {import('../command.js').Command} */
const bench = {
  operands: [],
  options: {
    time: { value: '<duration>', does: 'Time of each line of the result. Default: 1s', read: milliseconds },
    'in-flight': { value: '<n>', does: 'Calls that are pending at a time. Default: 64', read: wholeNumber(1, 10_000) },
    bytes: { value: '<n>', does: 'Size of a value. Default: 100', read: wholeNumber(2, 10_000_000) },
  },
  notes: [
    'Measures from this machine, in a trace of its own, which it removes.',
    'It loads the server for a few seconds.',
  ],
  examples: ['bench', 'bench --in-flight 256 --bytes 1000', 'bench --time 5s --json'],
  async run({ state, options, output, io, signal }) {
    const { time = 1000, 'in-flight': inFlight = 64, bytes = 100 } = options
    const traceId = `bench-${randomUUID()}`
    const value = 'x'.repeat(bytes - 2)
    /** @type {Record<string, (key: string) => Promise<unknown>>} */
    const operations = {
      ping: () => state.ping(),
      set: (key) => state.set(traceId, key, value, { ttl: 3600 }),
      get: (key) => state.get(traceId, key),
    }
    /** @type {Figures[]} */
    const figures = []
    const progress = new Progress(io, { title: 'bench', hasRate: false })
    const counts = [...new Set([1, inFlight])]
    const lines = Object.entries(operations).flatMap(([operation, call]) =>
      counts.map((count) => ({ operation, call, count })),
    )
    try {
      for (const { operation, call, count } of lines) {
        progress.update(figures.length, figures.length / lines.length)
        figures.push({ operation, ...(await measure(call, { count, time, signal })) })
      }
    } finally {
      progress.end()
      await state.deleteMany(
        traceId,
        Array.from({ length: KEYS }, (_, index) => String(index)),
      )
    }
    await output.result(figures, () =>
      output.table(['CALL', 'IN FLIGHT', 'PER SECOND', 'P50', 'P99'], figures.map(cells)),
    )
  },
}

/**
 * @param {(key: string) => Promise<unknown>} call
 * @param {{ count: number, time: number, signal: AbortSignal }} options
 * @returns {Promise<Omit<Figures, 'operation'>>}
 */
async function measure(call, { count, time, signal }) {
  /** @type {number[]} */
  const times = []
  const start = now()
  let next = 0
  const caller = async () => {
    for (let at = now(); at - start < time; ) {
      signal.throwIfAborted()
      await call(String(next++ % KEYS))
      const end = now()
      times.push(end - at)
      at = end
    }
  }
  await Promise.all(Array.from({ length: count }, caller))
  const seconds = (now() - start) / 1000
  const sorted = Float64Array.from(times).sort()
  const share = (/** @type {number} */ part) => sorted[Math.floor((sorted.length - 1) * part)]
  return { inFlight: count, perSecond: Math.round(times.length / seconds), p50: share(0.5), p99: share(0.99) }
}

/** @param {Figures} figures */
function cells({ operation, inFlight, perSecond, p50, p99 }) {
  return [operation, String(inFlight), perSecond.toLocaleString('en'), `${p50.toFixed(3)} ms`, `${p99.toFixed(3)} ms`]
}

module.exports = bench
