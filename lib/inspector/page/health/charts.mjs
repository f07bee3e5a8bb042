// @ts-check
// The charts of a store, from the differences between its figures.

import { formatBytes, formatCount, formatLatency } from '../core/text.mjs'
import { Chart } from './chart.mjs'

/** @import { Stats } from '../core/types.mjs' */
/** @typedef {{ time: number, stats: Stats }} Reading */
/**
 * What a chart draws: the current figures, the ones before, and the seconds between them.
 *
 * @typedef {{ stats: Stats, before: Stats, seconds: number }} Step
 */
/** @typedef {import('./chart.mjs').ChartOptions & { of(step: Step): number[] }} Definition */

const perSecond = (/** @type {number} */ value) => `${rounded(value)}/s`
const percent = (/** @type {number} */ value) => `${rounded(value)} %`

/** @type {Definition[]} */
const DEFINITIONS = [
  {
    title: 'Calls',
    series: ['calls'],
    format: perSecond,
    of: ({ stats, before, seconds }) => [(stats.calls - before.calls) / seconds],
  },
  {
    title: 'Errors',
    series: ['errors'],
    format: perSecond,
    of: ({ stats, before, seconds }) => [(errorsOf(stats) - errorsOf(before)) / seconds],
  },
  {
    title: 'Latency since start',
    series: ['p50', 'p99'],
    format: formatLatency,
    of: ({ stats }) => [stats.latency.p50, stats.latency.p99],
  },
  {
    title: 'Pending',
    series: ['in flight', 'waiting'],
    format: formatCount,
    of: ({ stats }) => [stats.inFlight, stats.waiting],
  },
  {
    title: 'Traffic',
    series: ['received', 'sent'],
    format: (value) => `${formatBytes(value)}/s`,
    of: ({ stats, before, seconds }) => [
      (stats.bytesReceived - before.bytesReceived) / seconds,
      (stats.bytesSent - before.bytesSent) / seconds,
    ],
  },
]

/** Only for stores with a cache. @type {Definition} */
const CACHE = {
  title: 'Cache hits',
  series: ['hits'],
  format: percent,
  of({ stats, before }) {
    const hits = (stats.cache?.hits ?? 0) - (before.cache?.hits ?? 0)
    const reads = hits + (stats.cache?.misses ?? 0) - (before.cache?.misses ?? 0)
    return [reads > 0 ? (100 * hits) / reads : 0]
  },
}

export class StoreCharts {
  /** @type {{ chart: Chart, definition: Definition }[]} */
  #charts
  /** @type {Reading} */
  #before

  /** @param {Reading} first */
  constructor(first) {
    this.#before = first
    const definitions = first.stats.cache ? [...DEFINITIONS, CACHE] : DEFINITIONS
    this.#charts = definitions.map((definition) => ({ chart: new Chart(definition), definition }))
  }

  get elements() {
    return this.#charts.map(({ chart }) => chart.element)
  }

  /** @param {Reading} reading */
  add(reading) {
    const seconds = (reading.time - this.#before.time) / 1000
    if (seconds <= 0) return
    const step = { stats: reading.stats, before: this.#before.stats, seconds }
    // The process of the store was replaced: the differences would be negative.
    const isNew = step.stats.calls < step.before.calls
    if (!isNew) for (const { chart, definition } of this.#charts) chart.add(definition.of(step))
    this.#before = reading
  }
}

/** @param {Stats} stats */
function errorsOf({ errors }) {
  return Object.values(errors).reduce((sum, count) => sum + count, 0)
}

/** @param {number} value */
function rounded(value) {
  return value > 0 && value < 10 ? value.toFixed(1) : formatCount(Math.round(value))
}
