// @ts-check
'use strict'

const { BOUNDS } = require('../metrics/snapshot.js')

/**
 * @typedef {import('../metrics/collect.js').Collected} Collected
 * @typedef {import('../metrics/families.js').Family} Family
 * @typedef {import('../metrics/families.js').HistogramFamily} HistogramFamily
 * @typedef {Record<string, string>} Labels
 * @typedef {{ suffix: '' | '_total' | '_bucket' | '_sum' | '_count', labels: Labels, le?: string, value: number }} Row a line of the text.
 *   The rows of a histogram share their labels; `le` is one more
 */

const BOUND_TEXTS = [...BOUNDS.map(String), '+Inf']

/**
 * Returns the samples of a metric.
 *
 * @param {Family | HistogramFamily} family
 * @param {Collected[]} collected
 * @returns {Row[]}
 */
function rowsOf(family, collected) {
  return collected.flatMap(({ labels, snapshot }) => rowsOfSnapshot(family, snapshot, labels))
}

/**
 * @param {Family | HistogramFamily} family
 * @param {Collected['snapshot']} snapshot
 * @param {Labels} labels
 * @returns {Row[]}
 */
function rowsOfSnapshot(family, snapshot, labels) {
  if (family.type === 'histogram') {
    return family.samples(snapshot).flatMap((one) => histogramRows({ ...labels, ...one.labels }, one.durations))
  }
  const suffix = family.type === 'counter' ? '_total' : ''
  return family.samples(snapshot).map((one) => ({ suffix, labels: { ...labels, ...one.labels }, value: one.value }))
}

/**
 * @param {Labels} labels
 * @param {import('../metrics/snapshot.js').Durations} durations
 * @returns {Row[]}
 */
function histogramRows(labels, { counts, sum }) {
  let count = 0
  const buckets = counts.map((ofRange, index) => {
    count += ofRange
    return /** @type {Row} */ ({ suffix: '_bucket', labels, le: BOUND_TEXTS[index], value: count })
  })
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }]
}

module.exports = { rowsOf }
