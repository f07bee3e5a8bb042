// @ts-check
'use strict'

const { History } = require('./history.js')
const { countOperations } = require('./snapshot.js')
const { sourcesOf } = require('./sources.js')

/**
 * @typedef {import('./snapshot.js').Snapshot} Snapshot
 * @typedef {{ labels: { store?: string, server: string }, snapshot: Snapshot }} Collected the figures of all adapters with these labels
 */

const history = new History()

/**
 * Reads the figures of adapters. Those with the same name and server are added up, since no two series can have the same labels.
 *
 * @param {unknown} states as the caller passed them
 * @param {{ store?: string, withOperations: boolean }} options `store`: of adapters without a name; `withOperations`: with figures by
 *   operation, which are counted from the first time on
 * @returns {Collected[]}
 */
function collect(states, { store: defaultName = '', withOperations }) {
  const sources = sourcesOf(states).map((source) => ({ ...source, store: source.store || defaultName }))
  const groups = grouped(sources)
  const collected = [...groups].map(([key, group]) => {
    const [{ store, server }] = group
    if (withOperations) for (const { dispatcher } of group) countOperations(dispatcher)
    const snapshot = history.of(key).sumOf(group)
    const labels = store === '' ? { server } : { store, server }
    return { labels, snapshot: withOperations ? snapshot : { ...snapshot, operations: {} } }
  })
  history.limit(groups)
  return collected
}

/** @param {{ store: string, server: string }} source */
function keyOf({ store, server }) {
  return JSON.stringify([store, server])
}

/** @template {{ store: string, server: string }} T @param {T[]} sources */
function grouped(sources) {
  /** @type {Map<string, T[]>} */
  const groups = new Map()
  for (const source of sources) {
    const group = groups.get(keyOf(source))
    if (group === undefined) groups.set(keyOf(source), [source])
    else group.push(source)
  }
  return groups
}

module.exports = { collect }
