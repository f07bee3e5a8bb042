// @ts-check
// The tables of adapters beside the packages that they replace.

import { ownPackage } from '../install.mjs'
import { number, table, times } from './format.mjs'

/**
 * @typedef {import('../types.js').AdapterResults} AdapterResults
 * @typedef {import('./figures.mjs').AllFigures['adapters']} AdapterFigures
 */

const method = `Each adapter beside the package that it replaces, in the same calls: both have a process and a server of their own, and are
measured in turn. The calls of a table run in its order, on one database, which some of them fill. A ratio is the median of those
within each round; one that is less than what is wanted is bold.`

/**
 * @param {AdapterResults} results
 * @param {AdapterFigures} figures
 */
export function adapterTables({ compared }, figures) {
  const tables = compared.map((one) => `### ${ownPackage}/${one.adapter}\n\n${adapterTable(one, figures)}`)
  return [method, ...tables].join('\n\n')
}

/**
 * @param {AdapterResults['compared'][number]} compared
 * @param {AdapterFigures} figures
 */
function adapterTable({ adapter, replaces, version, calls }, figures) {
  const cells = calls.flatMap(({ call, inFlight, atLeast }) => inFlight.map((n) => ({ call, inFlight: n, atLeast })))
  const rows = cells.map(({ call, inFlight, atLeast }) => {
    const cell = { adapter, call, inFlight }
    const [own, other] = ['ours', 'theirs'].map((side) => number(figures.median(cell, side, 'opsPerSecond')))
    const ratio = figures.ratio(cell, 'ours', 'opsPerSecond', 'theirs')
    const cpu = times(figures.ratio(cell, 'ours', 'jsCpuUs', 'theirs'))
    return [call, String(inFlight), own, other, judged(ratio, atLeast), times(atLeast), cpu]
  })
  const head = [
    'call',
    'in flight',
    'ops/s',
    `${replaces} ${version}, ops/s`,
    'ratio',
    'wanted',
    'JS-thread CPU, ratio',
  ]
  return table(head, rows)
}

/**
 * @param {number | undefined} ratio
 * @param {number | undefined} atLeast
 */
function judged(ratio, atLeast) {
  const missed = ratio !== undefined && atLeast !== undefined && ratio < atLeast
  return missed ? `**${times(ratio)}**` : times(ratio)
}
