// @ts-check

import { base, titleOf } from '../candidates.mjs'
import { absent, keys, number, table, times } from './format.mjs'

/**
 * @typedef {import('../types.js').ListingCell} ListingCell
 * @typedef {import('../types.js').ListingRow} ListingRow
 * @typedef {import('./figures.mjs').AllFigures} AllFigures
 */

/** @type {{ metric: keyof ListingRow, title: string }[]} */
const metrics = [
  { metric: 'ms', title: 'Time of a call, ms; in brackets, how many times as fast' },
  { metric: 'jsCpuMs', title: 'CPU of the JS thread, ms per call; in brackets, the ratio' },
  { metric: 'blockMs', title: 'Longest time that the event loop was held up, ms; in brackets, the ratio' },
]

/**
 * @param {AllFigures['listings']} figures
 * @param {{ names: string[], cells: ListingCell[] }} what
 */
export function listingTables(figures, { names, cells }) {
  const parts = metrics.map(({ metric, title }) => {
    const rows = cells.map((cell) => [listingTitle(cell), ...names.map((name) => figure(figures, cell, name, metric))])
    return `### ${title}\n\n${table(['work', ...names.map(titleOf)], rows)}`
  })
  return parts.join('\n\n')
}

/** @param {ListingCell} cell */
export function listingTitle({ work, keyspace, group }) {
  if (work === 'allItems') return `items({}), ${keys(group)} keys in 100 groups`
  if (work === 'traceIds') return `traceIds(), ${keys(group)} keys in 100 groups`
  return `${work}, ${keys(group)} of ${keys(keyspace)} keys`
}

/**
 * @param {AllFigures['listings']} figures
 * @param {ListingCell} cell
 * @param {string} name
 * @param {keyof ListingRow} metric
 */
function figure(figures, cell, name, metric) {
  const value = figures.median(cell, name, metric)
  if (value === undefined) return absent
  const ratio = metric === 'ms' ? figures.ratio(cell, base, metric, name) : figures.ratio(cell, name, metric)
  return `${number(value)} (${times(ratio)})`
}
