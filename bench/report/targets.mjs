// @ts-check
// The table of targets and measured figures.

import { base, cached, indexed, otherCached, ours } from '../candidates.mjs'
import { indexListings, inFlights, loadingProcesses, locked, pointWorks, shared, smallSize } from '../plan.mjs'
import { allAhead } from './ahead.mjs'
import { absent, keys, table, times } from './format.mjs'

/**
 * @typedef {import('../types.js').Results} Results
 * @typedef {import('../types.js').ListingCell} ListingCell
 * @typedef {import('./figures.mjs').AllFigures} AllFigures
 *
 * @typedef {object} Target
 * @property {string} work
 * @property {string} wanted
 * @property {string} measured
 * @property {boolean | undefined} met undefined if it was not measured
 */

const fasterWorks = /** @type {const} */ (['get', 'set', 'mixed'])

/**
 * @param {Results} results
 * @param {AllFigures} figures
 * @returns {Target[]}
 */
export function targetsOf(results, figures) {
  return [
    ...pointTargets(figures),
    ...jsonTargets(results, figures),
    ...listingTargets(figures),
    ...indexTargets(figures),
    ...cacheTargets(figures),
    ...loadingTargets(figures),
    ...allAhead(results, figures),
  ]
}

/** @param {Target[]} targets */
export function targetTable(targets) {
  const rows = targets.map(({ work, wanted, measured, met }) => [work, wanted, measured, verdict(met)])
  return table(['work', 'wanted', 'measured', ''], rows)
}

/** @param {boolean | undefined} met */
function verdict(met) {
  if (met === undefined) return 'not measured'
  return met ? 'met' : '**not met**'
}

/** @param {AllFigures} figures */
function pointTargets({ point }) {
  const faster = [1.2, 1.6, 1.8, 3]
  const deletes = [1.8, 2, 2, 3]
  /**
   * @param {readonly import('../types.js').PointWork[]} works
   * @param {number} inFlight
   * @param {keyof import('../types.js').PointRow} metric
   */
  const ratios = (works, inFlight, metric) =>
    works.map((work) => ({ name: work, value: point.ratio({ work, inFlight, size: smallSize }, ours, metric) }))
  return [
    ...inFlights.map((n, at) =>
      target(`get, set, mixed: ops/s, ${n} in flight`, ratios(fasterWorks, n, 'opsPerSecond'), { least: faster[at] }),
    ),
    ...inFlights.map((n, at) =>
      target(`delete: ops/s, ${n} in flight`, ratios(['delete'], n, 'opsPerSecond'), { least: deletes[at] }),
    ),
    ...inFlights
      .slice(1)
      .map((n) => target(`JS-thread CPU, ${n} in flight`, ratios(pointWorks, n, 'jsCpuUs'), { most: 0.5 })),
    target('event-loop delay p99, 256 in flight', ratios(pointWorks, 256, 'loopDelayP99Ms'), { most: 0.6 }),
  ]
}

/**
 * @param {Results} results
 * @param {AllFigures} figures
 */
function jsonTargets({ limits }, { point }) {
  const { stringifyUs, parseUs } = limits.json ?? {}
  if (stringifyUs === undefined || parseUs === undefined) return []
  const json = { get: parseUs, set: stringifyUs, mixed: 0.2 * stringifyUs + 0.8 * parseUs }
  return inFlights.slice(1).map((inFlight) => {
    const above = fasterWorks.map((work) => {
      const cpu = point.median({ work, inFlight, size: smallSize }, ours, 'jsCpuUs')
      return { name: work, value: cpu === undefined ? undefined : cpu - json[work] }
    })
    return target(`goal: µs of JS-thread CPU above JSON alone, ${inFlight} in flight`, above, { most: 0.5 })
  })
}

/** @param {AllFigures} figures */
function listingTargets({ listings }) {
  /** @param {ListingCell} cell */
  const faster = (cell) => [{ name: '', value: inverse(listings.ratio(cell, ours, 'ms')) }]
  const group = 1_000
  const least = new Map([
    [1_000, 1.5],
    [100_000, 1.5],
    [1_000_000, 1.3],
  ])
  const getGroups = [...least].map(([keyspace, ratio]) => {
    const work = `getGroup of 1k among ${keys(keyspace)}: speed`
    return target(work, faster({ work: 'getGroup', keyspace, group }), { least: ratio })
  })
  const cpu = listings.ratio({ work: 'getGroup', keyspace: 1_000_000, group }, ours, 'jsCpuMs')
  return [
    ...getGroups,
    target('getGroup of 1k among 1M: JS-thread CPU', [{ name: '', value: cpu }], { most: 0.1 }),
    target('items of 1k among 1k: speed', faster({ work: 'items', keyspace: 1_000, group }), { least: 10 }),
    target('items({}) of 10k in 100 groups: speed', faster({ work: 'allItems', keyspace: 10_000, group: 10_000 }), {
      least: 20,
    }),
  ]
}

/** @param {AllFigures} figures */
function indexTargets({ indexPoints, indexListings: listings }) {
  const set = /** @type {const} */ ({ work: 'set', inFlight: 256, size: smallSize })
  const toOurs = (/** @type {'opsPerSecond' | 'jsCpuUs'} */ metric) => [
    { name: '', value: indexPoints.ratio(set, indexed, metric, ours) },
  ]
  const listed = indexListings.map((cell) => ({
    name: cell.work,
    value: inverse(listings.ratio(cell, indexed, 'ms')),
  }))
  return [
    target('index, 1k among 1M: speed of listings', listed, { least: 300 }),
    target('set with index, 256 in flight: ops/s against set without', toOurs('opsPerSecond'), { least: 0.4 }),
    target('set with index, 256 in flight: JS-thread CPU against set without', toOurs('jsCpuUs'), { most: 1.2 }),
  ]
}

/** @param {AllFigures} figures */
function cacheTargets({ cache }) {
  /**
   * @param {number} inFlight
   * @param {string} to
   */
  const faster = (inFlight, to) => {
    const cell = { work: 'get', inFlight, size: smallSize }
    return [{ name: '', value: cache.ratio(cell, cached, 'opsPerSecond', to) }]
  }
  return [
    target('get from the near cache: ops/s, 1 in flight', faster(1, base), { least: 40 }),
    target('get from the near cache: ops/s, 256 in flight', faster(256, base), { least: 4 }),
    target("near cache against node-redis' own, 256 in flight", faster(256, otherCached), { least: 2 }),
  ]
}

/** @param {AllFigures} figures */
function loadingTargets({ loading }) {
  const loads = (/** @type {string} */ name) => [{ name: '', value: loading.median({}, name, 'loads') }]
  return [
    target('loads of one entry that four processes miss, with lock', loads(locked), { most: 1 }),
    target('loads of one entry that four processes miss, without lock', loads(shared), { most: loadingProcesses }),
  ]
}

/** @param {number | undefined} value */
function inverse(value) {
  return value === undefined ? undefined : 1 / value
}

/**
 * @param {string} work
 * @param {{ name: string, value: number | undefined }[]} values
 * @param {{ least?: number, most?: number }} bound
 * @returns {Target}
 */
function target(work, values, { least, most }) {
  const present = values.map(({ value }) => value).filter((value) => value !== undefined)
  const keeps = (/** @type {number} */ value) =>
    (least === undefined || value >= least) && (most === undefined || value <= most)
  const named = values.filter(({ value }) => value !== undefined)
  return {
    work,
    wanted: least === undefined ? `at most ${most}` : `at least ${least}`,
    measured: named.map(({ name, value }) => `${name} ${times(value)}`.trim()).join(', ') || absent,
    met: present.length > 0 ? present.every(keeps) : undefined,
  }
}
