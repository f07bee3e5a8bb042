// @ts-check

import { candidates, clusterBase, ours, titleOf } from '../candidates.mjs'
import { clusterCells, clusterPrimaries } from '../plan.mjs'
import { absent, number, table, times } from './format.mjs'
import { metrics } from './point-tables.mjs'

/**
 * @typedef {import('../types.js').Origin} Origin
 * @typedef {import('../types.js').PointCell} PointCell
 * @typedef {import('../types.js').PointRow} PointRow
 * @typedef {import('./figures.mjs').AllFigures['cluster']} ClusterFigures
 */

const [{ inFlight, size }] = clusterCells

const method = `${clusterPrimaries} primaries, ${size}-byte objects, ${inFlight} calls in flight. Of ioredis and valkey-glide, their clients for clusters;
every candidate has a cluster of its own. The ratios are to ioredis, as the JavaScript adapter knows no cluster.`

/**
 * @param {ClusterFigures} figures
 * @param {string[]} names of the candidates
 */
export function clusterTable(figures, names) {
  const able = clusterNames(names)
  const rows = metrics.flatMap(({ metric, title }) =>
    clusterCells.map((cell) => [`${title}: ${cell.work}`, ...able.map((name) => figure(figures, cell, name, metric))]),
  )
  return `${method}\n\n${table(['', ...able.map(titleOf)], rows)}`
}

/**
 * @param {ClusterFigures} figures
 * @param {PointCell} cell
 * @param {string} name
 * @param {keyof PointRow} metric
 */
function figure(figures, cell, name, metric) {
  const value = figures.median(cell, name, metric)
  return value === undefined ? absent : `${number(value)} (${times(figures.ratio(cell, name, metric, clusterBase))})`
}

/**
 * A row that compares this adapter with each of the others.
 *
 * @param {ClusterFigures} figures
 * @param {{ names: string[], origin: Origin }} what
 */
export function clusterLine(figures, { names, origin: { settings, date } }) {
  const measured = (/** @type {string} */ name) => figures.median(clusterCells[0], name, 'opsPerSecond') !== undefined
  const others = clusterNames(names).filter((name) => name !== ours && measured(name))
  const ratios = others.map(
    (name) => `${titleOf(name)} ${clusterCells.map((cell) => faster(figures, cell, name)).join(', ')}`,
  )
  return (
    `On a Redis Cluster of ${clusterPrimaries} primaries, ${inFlight} in flight, operations per second as multiples of those ` +
    `of other cluster clients (medians of ${settings.rounds} rounds, ${date.slice(0, 10)}): ${ratios.join('; ')}.`
  )
}

/**
 * @param {ClusterFigures} figures
 * @param {PointCell} cell
 * @param {string} name
 */
function faster(figures, cell, name) {
  return `\`${cell.work}\` ${times(figures.ratio(cell, ours, 'opsPerSecond', name))}`
}

/** @param {string[]} names */
function clusterNames(names) {
  return candidates.filter(({ name, cluster }) => cluster && names.includes(name)).map(({ name }) => name)
}
