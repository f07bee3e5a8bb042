// @ts-check

import { titleOf } from '../candidates.mjs'
import { pointCells } from '../plan.mjs'
import { absent, keys, number, table, times } from './format.mjs'

/**
 * @typedef {import('../types.js').PointRow} PointRow
 * @typedef {import('./figures.mjs').AllFigures} AllFigures
 */

/** @type {{ metric: keyof PointRow, title: string }[]} */
export const metrics = [
  { metric: 'opsPerSecond', title: 'Operations per second' },
  { metric: 'jsCpuUs', title: 'CPU of the JS thread, µs per operation' },
  { metric: 'processCpuUs', title: 'CPU of the whole process, µs per operation' },
  { metric: 'p50Ms', title: 'Latency, median, ms' },
  { metric: 'p99Ms', title: 'Latency, 99th percentile, ms' },
  { metric: 'loopDelayP50Ms', title: 'Event-loop delay, median, ms' },
  { metric: 'loopDelayP99Ms', title: 'Event-loop delay, 99th percentile, ms' },
]

/**
 * @param {AllFigures['point']} figures
 * @param {string[]} names of the candidates
 */
export function pointTables(figures, names) {
  return metrics.map(({ metric, title }) => `### ${title}\n\n${metricTable(figures, names, metric)}`).join('\n\n')
}

/**
 * @param {AllFigures['point']} figures
 * @param {string[]} names
 * @param {keyof PointRow} metric
 */
function metricTable(figures, names, metric) {
  const rows = pointCells.map((cell) => {
    const title = `${cell.work}, ${cell.inFlight} in flight${cell.size < 1_000 ? '' : `, ${keys(cell.size)}B`}`
    const cells = names.map((name) => {
      const value = figures.median(cell, name, metric)
      return value === undefined ? absent : `${number(value)} (${times(figures.ratio(cell, name, metric))})`
    })
    return [title, ...cells]
  })
  const measured = rows.filter(([, ...cells]) => cells.some((cell) => cell !== absent))
  return table(['work', ...names.map(titleOf)], measured)
}
