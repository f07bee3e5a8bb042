// @ts-check
'use strict'

const { healthOf } = require('../adapter/health.js')
const { readFields, readList } = require('../input/input.js')
const { any, boundedInt, withDefault } = require('../input/option-kinds.js')
const { MAX_TIMER_MS } = require('../time.js')
const { definitionOf, unconfigured } = require('./opened.js')

/**
 * @typedef {import('./definition.js').Definition} Definition
 * @typedef {import('./load.js').Loaded} Loaded
 * @typedef {import('./opened.js').Opened} Opened
 * @typedef {import('../../index.js').StoreHealth} StoreHealth
 */

const DEFAULT_TIMEOUT = 3000
const OPTIONS = { timeout: withDefault(boundedInt(1, MAX_TIMER_MS, 'whole milliseconds'), DEFAULT_TIMEOUT), names: any }

/** @param {unknown} options @returns {{ timeout: number, names?: unknown }} */
function checkedOptions(options) {
  return /** @type {any} */ (readFields(options ?? {}, OPTIONS, { at: 'options', noun: 'option' }))
}

/**
 * The stores to check: those named; otherwise those with a role in the environment and those that are open; all, if there are no
 * environments. So a check in development does not connect to the servers of production.
 *
 * @param {Loaded} loaded
 * @param {unknown} names
 * @param {Set<string>} open
 */
function selected(loaded, names, open) {
  if (names !== undefined) return [...new Set(readList(names, 'names', (name) => definitionOf(loaded, name)))]
  const all = [...loaded.definitions.values()]
  const { areGiven, used } = loaded.roles
  return areGiven ? all.filter(({ name }) => used.has(name) || open.has(name)) : all
}

/**
 * @param {Definition} definition
 * @param {() => Opened} open
 * @param {number} timeout
 * @returns {Promise<StoreHealth>}
 */
async function storeHealth(definition, open, timeout) {
  const { name, type } = definition
  if (definition.problems.length > 0) {
    // What the function `secrets` threw may have secrets, and health is often public.
    return { name, type, status: 'unconfigured', error: unconfigured({ ...definition, cause: undefined }) }
  }
  return { name, type, ...(await healthOf(() => open().adapter, timeout)) }
}

/**
 * @param {Definition} definition
 * @param {() => Opened} open
 * @param {number} timeout
 * @returns {Promise<[name: string, count: number | null]>} null: unknown
 */
async function countOf(definition, open, timeout) {
  try {
    return [definition.name, await open().adapter.count({ signal: AbortSignal.timeout(timeout) })]
  } catch {
    return [definition.name, null]
  }
}

module.exports = { checkedOptions, countOf, selected, storeHealth }
