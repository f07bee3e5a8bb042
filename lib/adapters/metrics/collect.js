// @ts-check
'use strict'

const { countOperations } = require('./snapshot.js')
const { sourcesOf } = require('./sources.js')

/**
 * @typedef {import('./history.js').History} History
 * @typedef {import('./snapshot.js').Snapshot} Snapshot
 * @typedef {import('./sources.js').Source} Source
 *
 * @typedef {object} Part adapters that are exported, as the caller passed them
 * @property {unknown} states
 * @property {Record<string, string>} [labels] of all of them. `store` is only that of adapters without a name
 * @property {boolean} withOperations with figures by operation, which are counted from the first time on
 *
 * @typedef {Source & { labels: Record<string, string>, withOperations: boolean }} Labelled
 * @typedef {{ labels: Record<string, string>, snapshot: Snapshot }} Collected the figures of all adapters with these labels
 */

/**
 * Reads the figures of adapters. Those with the same labels are added up, since no two series can have the same ones.
 *
 * @param {Part[]} parts
 * @param {{ history: History, scope?: string }} exporter `history`: what it exported before. Exporters with the same figures in other
 *   series must not share it, unless they have different scopes
 * @returns {Collected[]}
 */
function collect(parts, { history, scope = '' }) {
  const groups = grouped(parts.flatMap(labelled), scope)
  const collected = [...groups].map(([key, group]) => {
    const counted = group.filter(({ withOperations }) => withOperations)
    for (const { dispatcher } of counted) countOperations(dispatcher)
    const snapshot = history.of(key).sumOf(distinct(group))
    return { labels: group[0].labels, snapshot: counted.length > 0 ? snapshot : { ...snapshot, operations: {} } }
  })
  history.limit(groups)
  return collected
}

/** @param {Part} part @returns {Labelled[]} */
function labelled({ states, labels: { store: defaultName = '', ...others } = {}, withOperations }) {
  return sourcesOf(states).map((source) => {
    const store = source.store || defaultName
    const labels = { ...others, ...(store !== '' && { store }), server: source.server }
    return { ...source, labels, withOperations }
  })
}

/** @param {Record<string, string>} labels @param {string} scope */
function keyOf(labels, scope) {
  return JSON.stringify([scope, ...Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))])
}

/** @param {Labelled[]} sources @param {string} scope */
function grouped(sources, scope) {
  /** @type {Map<string, Labelled[]>} */
  const groups = new Map()
  for (const source of sources) {
    const key = keyOf(source.labels, scope)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [source])
    else group.push(source)
  }
  return groups
}

/** Each adapter once. @param {Labelled[]} group */
function distinct(group) {
  return [...new Map(group.map((source) => [source.adapter, source])).values()]
}

module.exports = { collect }
