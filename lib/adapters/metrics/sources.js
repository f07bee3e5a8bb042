// @ts-check
'use strict'

const { StateAdapter, dispatcherOf } = require('../../adapter/state-adapter.js')
const { invalidArgument } = require('../../errors.js')
const { isPlain } = require('../../input/input.js')
const { kindOf } = require('../../input/received.js')
const { StateStores, openStoresOf } = require('../../stores/state-stores.js')

/**
 * @typedef {import('../../operations/dispatcher.js').Dispatcher} Dispatcher
 *
 * @typedef {object} Source an adapter whose figures are exported
 * @property {string} store its name, empty if it has none
 * @property {string} server
 * @property {StateAdapter} adapter
 * @property {Dispatcher} dispatcher
 */

const EXPECTED = 'a RedisStateAdapter, an array or an object of them by name, or StateStores'

/**
 * Returns the adapters of what the caller passed.
 *
 * @param {unknown} states
 * @returns {Source[]}
 */
function sourcesOf(states) {
  return namedAdapters(typeof states === 'function' ? states() : states, 'states', '')
}

/**
 * @param {any} states
 * @param {string} at where they are in the arguments
 * @param {string} store
 * @returns {Source[]}
 */
function namedAdapters(states, at, store) {
  if (states instanceof StateAdapter) return [sourceOf(states, store)]
  if (isStores(states)) {
    return [...openStoresOf(states)].flatMap(([name, { adapters }]) => adapters.map((one) => sourceOf(one, name)))
  }
  if (Array.isArray(states)) return states.flatMap((one, index) => namedAdapters(one, `${at}[${index}]`, store))
  if (typeof states === 'object' && states !== null && isPlain(states)) {
    return Object.entries(states).flatMap(([name, one]) => namedAdapters(one, `${at}.${name}`, name))
  }
  throw invalidArgument(`${at}: expected ${EXPECTED}, got ${kindOf(states)}`)
}

/** @param {unknown} states */
function isStores(states) {
  return states instanceof /** @type {Function} */ (StateStores)
}

/** @param {any} adapter @param {string} store @returns {Source} */
function sourceOf(adapter, store) {
  const dispatcher = dispatcherOf(adapter)
  const { server } = /** @type {{ server: string }} */ (dispatcher.rules.inspectedFields)
  return { store, server, adapter, dispatcher }
}

module.exports = { sourcesOf }
