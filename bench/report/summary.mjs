// @ts-check
// The tables of docs/benchmarks.md.

import { ours, titleOf } from '../candidates.mjs'
import { originOf } from '../merge.mjs'
import { inFlights, pointWorks, smallSize } from '../plan.mjs'
import { clusterLine } from './cluster-table.mjs'
import { costsOf, megabytes } from './cost-tables.mjs'
import { number, table, times } from './format.mjs'
import { optionLines } from './variant-tables.mjs'

/**
 * @typedef {import('../types.js').Results} Results
 * @typedef {import('./figures.mjs').AllFigures} AllFigures
 */

/**
 * @param {Results} results
 * @param {{ figures: AllFigures, names: string[] }} what
 */
export function summaryOf(results, { figures, names }) {
  const { machine, settings, date } = originOf(results, 'point')
  return [
    '![Operations per second of all clients against the JavaScript adapter](../bench/results.svg)',
    'Operations per second, 180-byte objects; in brackets, how many times those of the JavaScript adapter:',
    ownTable(figures),
    'All clients, side by side; 256 in flight where not said otherwise:',
    clientTable(results, { figures, names }),
    ...(results.cluster?.length ? [clusterLine(figures.cluster, { names, origin: originOf(results, 'cluster') })] : []),
    ...(results.cache?.length && results.index ? [optionLines(figures)] : []),
    `Medians of ${settings.rounds} rounds on ${machine.processor} (${machine.cores} cores), ${machine.node}, ` +
      `${machine.server}, loopback, ${date.slice(0, 10)}. Compare ratios, not figures of different machines. ` +
      'All tables and how they were made: [bench/RESULTS.md](../bench/RESULTS.md); again: `npm run bench`.',
  ].join('\n\n')
}

/** @param {AllFigures} figures */
function ownTable({ point }) {
  const rows = pointWorks.map((work) => {
    const cells = inFlights.map((inFlight) => {
      const cell = { work, inFlight, size: smallSize }
      return `${number(point.median(cell, ours, 'opsPerSecond'))} (${times(point.ratio(cell, ours, 'opsPerSecond'))})`
    })
    return [`\`${work}\``.replace('`mixed`', '80 % `get`, 20 % `set`'), ...cells]
  })
  return table(['calls in flight', ...inFlights.map((n) => n.toLocaleString('en'))], rows)
}

/**
 * @param {Results} results
 * @param {{ figures: AllFigures, names: string[] }} what
 */
function clientTable(results, { figures: { point, listings }, names }) {
  const rows = names.map((name) => {
    const cell = /** @type {const} */ ({ work: 'mixed', inFlight: 256, size: smallSize })
    const group = /** @type {const} */ ({ work: 'getGroup', keyspace: 100_000, group: 1_000 })
    const { coldMs, endMb, bytes } = costsOf(results, name)
    return [
      name === ours ? `**${titleOf(name)}**` : titleOf(name),
      number(point.median({ ...cell, inFlight: 1 }, name, 'opsPerSecond')),
      number(point.median(cell, name, 'opsPerSecond')),
      number(point.median(cell, name, 'jsCpuUs'), ' µs'),
      number(point.median(cell, name, 'p99Ms'), ' ms'),
      number(listings.median(group, name, 'ms'), ' ms'),
      number(coldMs, ' ms'),
      number(endMb, ' MB'),
      number(megabytes(bytes), ' MB'),
    ]
  })
  const point80 = ['80/20 ops/s, 1 in flight', '80/20 ops/s', 'JS-thread CPU per op', 'latency p99']
  return table(['', ...point80, '`getGroup`, 1k of 100k', 'import to first answer', 'memory', 'installed'], rows)
}
