// @ts-check
// The tables of options of this adapter.

import { base, cacheCandidates, cached, indexCandidates, indexed, ours, titleOf } from '../candidates.mjs'
import { cacheCells, indexCells, indexListings, smallSize } from '../plan.mjs'
import { absent, keys, number, table, times } from './format.mjs'
import { listingTitle } from './listing-tables.mjs'

/**
 * @typedef {import('../types.js').Candidate} Candidate
 * @typedef {import('../types.js').PointCell} PointCell
 * @typedef {import('./figures.mjs').AllFigures} AllFigures
 */

const indexMethod = `The groups are listed among a million keys that a script on the server has written; \`reindex()\` has made the index.
The ratios of listings say how many times as fast as the JavaScript adapter; those of \`set\` are to this adapter without \`index\`.`

const cacheMethod = `1,000 entries that no client changes are read again and again. The ratios are to the JavaScript adapter. Each call
returns an object of its own, except with the frozen cache.`

/** @param {AllFigures} figures */
export function indexTables({ indexPoints, indexListings: listings }) {
  const names = indexCandidates.map(namesOf)
  const rows = indexListings.map((cell) => [
    `${listingTitle(cell)}, ms`,
    ...names.map((name) => shown(listings.median(cell, name, 'ms'), listings.ratio(cell, base, 'ms', name))),
  ])
  const sets = indexCells.flatMap((cell) => [
    pointRow(indexPoints, { cell, names, metric: 'opsPerSecond', title: 'operations per second', to: ours }),
    pointRow(indexPoints, { cell, names, metric: 'jsCpuUs', title: 'JS-thread CPU, µs', to: ours }),
  ])
  return `${indexMethod}\n\n${table(['', ...names.map(titleOf)], [...rows, ...sets])}`
}

/** @param {AllFigures} figures */
export function cacheTables({ cache }) {
  const names = cacheCandidates.map(namesOf)
  const rows = cacheCells.flatMap((cell) => [
    pointRow(cache, { cell, names, metric: 'opsPerSecond', title: 'operations per second', to: base }),
    pointRow(cache, { cell, names, metric: 'jsCpuUs', title: 'JS-thread CPU, µs', to: base }),
  ])
  return `${cacheMethod}\n\n${table(['', ...names.map(titleOf)], rows)}`
}

/**
 * What the options do, in a sentence each.
 *
 * @param {AllFigures} figures
 */
export function optionLines({ cache, indexListings: listings }) {
  const [listing] = indexListings
  const hit = (/** @type {number} */ inFlight) => {
    const cell = /** @type {const} */ ({ work: 'get', inFlight, size: smallSize })
    return `${number(cache.median(cell, cached, 'opsPerSecond'))} (${times(cache.ratio(cell, cached, 'opsPerSecond'))})`
  }
  return [
    `With \`index: true\`: ${listingTitle(listing)}, ${number(listings.median(listing, indexed, 'ms'), ' ms')}, ` +
      `${times(listings.ratio(listing, base, 'ms', indexed))} times as fast as the JavaScript adapter.`,
    `With \`cache: true\`: \`get\` of values that do not change, ${hit(1)} operations per second at 1 in flight, ${hit(256)} at 256.`,
  ].join(' ')
}

/** @param {Candidate} candidate */
function namesOf({ name }) {
  return name
}

/**
 * @param {AllFigures['cache']} figures
 * @param {{ cell: PointCell, names: string[], metric: 'opsPerSecond' | 'jsCpuUs', title: string, to: string }} row
 */
function pointRow(figures, { cell, names, metric, title, to }) {
  const { work, inFlight, size } = cell
  const bytes = size < 1_000 ? `${size} B` : `${keys(size)}B`
  const cells = names.map((name) => shown(figures.median(cell, name, metric), figures.ratio(cell, name, metric, to)))
  return [`${work}, ${inFlight} in flight, ${bytes}: ${title}`, ...cells]
}

/**
 * @param {number | undefined} value
 * @param {number | undefined} ratio
 */
function shown(value, ratio) {
  return value === undefined ? absent : `${number(value)} (${times(ratio)})`
}
