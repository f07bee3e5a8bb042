// @ts-check
'use strict'

const { RedisStateAdapter } = require('../adapter/adapter.js')
const { openedFromEnv } = require('../adapter/environment.js')
const { StateAdapter } = require('../adapter/state-adapter.js')

/**
 * @typedef {import('../../index.js').RedisStateAdapter} State
 * @typedef {import('../../index.js').RedisStateAdapterOptions} Options
 *
 * @typedef {object} OpenedState
 * @property {State} state
 * @property {(options?: import('../../index.js').CleanupOptions) => Promise<void>} close closes the state if it was opened here; one
 *   of the user stays open
 */

/** The options of the environment are used, together with these. */
class Environment {
  /** @param {Options} options */
  constructor(options) {
    this.options = options
  }
}

/** The frames would be those of the adapter and of its library, and capturing them takes a fifth of a call's time. */
const WITHOUT_FRAMES = { stackTraces: false }

/**
 * Returns the state that an adapter for another library works on: the user's own, or one that is opened with these options. As
 * `new RedisStateAdapter`, it connects in the background, and an idle one does not keep the process alive.
 *
 * @param {string | URL | Options | State | Environment | undefined} connection undefined: `REDIS_URL` and the other variables of the
 *   environment
 * @returns {OpenedState}
 */
function openState(connection) {
  if (connection instanceof StateAdapter) {
    return { state: /** @type {State} */ (/** @type {unknown} */ (connection)), close: async () => {} }
  }
  const open = (/** @type {any} */ given) => new RedisStateAdapter(given, stateOptionsFor(given))
  const state = isEnvironment(connection)
    ? openedFromEnv(process.env, (options) => open({ ...options, ...connection?.options }))
    : open(connection)
  return { state, close: (options) => state.cleanup(options) }
}

/** @param {unknown} connection @returns {connection is Environment | undefined} */
function isEnvironment(connection) {
  return connection === undefined || connection instanceof Environment
}

/** @param {any} connection */
function stateOptionsFor(connection) {
  const isDecided = typeof connection === 'object' && connection !== null && 'stackTraces' in connection
  return isDecided ? undefined : WITHOUT_FRAMES
}

module.exports = { Environment, openState }
