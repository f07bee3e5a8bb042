// @ts-check
'use strict'

const { RedisStateError, failure } = require('../errors.js')
const { readFields, readList } = require('../input/input.js')
const { any, boundedInt, withDefault } = require('../input/option-kinds.js')
const { MAX_TIMER_MS, now } = require('../time.js')
const { definitionOf, unconfigured } = require('./opened.js')
const { roleOf } = require('./role.js')

/**
 * @typedef {import('./definition.js').Definition} Definition
 * @typedef {import('./load.js').Loaded} Loaded
 * @typedef {import('./opened.js').Opened} Opened
 * @typedef {import('../../index.js').StoreHealth} StoreHealth
 */

const DEFAULT_TIMEOUT = 3000
/** A round trip that takes longer makes a store `degraded`. */
const MAX_GOOD_LATENCY = 1000

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
async function healthOf(definition, open, timeout) {
  const { name, type } = definition
  if (definition.problems.length > 0) {
    // What the function `secrets` threw may have secrets, and health is often public.
    return { name, type, status: 'unconfigured', error: unconfigured({ ...definition, cause: undefined }) }
  }
  const start = now()
  try {
    const { adapter } = open()
    // The time to connect is no latency.
    await adapter.connect({ timeout })
    const connected = now()
    const role = await roleOf(adapter, { timeout: Math.max(1, Math.ceil(timeout - (connected - start))) })
    const latency = now() - connected
    const status = latency > MAX_GOOD_LATENCY ? 'degraded' : 'ok'
    return { name, type, status, latency, ...(role === undefined ? {} : { role }) }
  } catch (error) {
    return { name, type, status: 'down', latency: now() - start, error: asStateError(error) }
  }
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

/** @param {unknown} error */
function asStateError(error) {
  return error instanceof RedisStateError ? error : failure('ERR_INTERNAL', 'the check failed', { cause: error })
}

module.exports = { checkedOptions, countOf, healthOf, selected }
