// @ts-check

import { candidates, ours } from '../candidates.mjs'
import { originOf } from '../merge.mjs'
import { pointCells } from '../plan.mjs'
import { absent, keys, times } from './format.mjs'
import { listingTitle } from './listing-tables.mjs'

/**
 * @typedef {import('../types.js').Results} Results
 * @typedef {import('./figures.mjs').AllFigures} AllFigures
 * @typedef {{ title: string, ahead: number }} Comparison `ahead`: ratio of the speeds
 */

/**
 * Whether this adapter is faster than every other client in every cell.
 *
 * @param {Results} results
 * @param {AllFigures} figures
 * @returns {import('./targets.mjs').Target[]}
 */
export function allAhead(results, figures) {
  return candidates
    .filter(({ name }) => name !== ours)
    .map(({ name, title, runtime }) => {
      const fromInFlight = runtime === 'bun' ? 32 : 1
      return verdict(title, fromInFlight, [
        ...pointComparisons(figures, name, fromInFlight),
        ...listingComparisons(results, figures, name),
      ])
    })
}

/**
 * @param {string} title
 * @param {number} fromInFlight
 * @param {Comparison[]} comparisons
 */
function verdict(title, fromInFlight, comparisons) {
  const behind = comparisons.filter(({ ahead }) => ahead <= 1)
  const names = behind.map((cell) => `${cell.title} ${times(cell.ahead)}`)
  const count = `${comparisons.length - behind.length} of ${comparisons.length} cells ahead`
  return {
    work: `ahead of ${title}${fromInFlight > 1 ? `, ${fromInFlight} in flight and up` : ''}`,
    wanted: 'every cell',
    measured: comparisons.length === 0 ? absent : [count, ...names].join('; '),
    met: comparisons.length === 0 ? undefined : behind.length === 0,
  }
}

/**
 * @param {AllFigures} figures
 * @param {string} name
 * @param {number} fromInFlight
 */
function pointComparisons({ point }, name, fromInFlight) {
  const cells = pointCells.filter(({ inFlight }) => inFlight >= fromInFlight)
  return cells.flatMap((cell) => {
    const ahead = point.ratio(cell, ours, 'opsPerSecond', name)
    return ahead === undefined ? [] : [{ title: `${cell.work} at ${cell.inFlight}, ${keys(cell.size)}B`, ahead }]
  })
}

/**
 * @param {Results} results
 * @param {AllFigures} figures
 * @param {string} name
 */
function listingComparisons(results, { listings }, name) {
  return originOf(results, 'listings').settings.listings.flatMap((cell) => {
    const ahead = listings.ratio(cell, name, 'ms', ours)
    return ahead === undefined ? [] : [{ title: listingTitle(cell), ahead }]
  })
}
