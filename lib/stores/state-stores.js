// @ts-check
'use strict'

const { inspect } = require('node:util')
const { asyncDispose } = require('../async-dispose.js')
const { captureSite, locate } = require('../call-site.js')
const { RedisStateError, failure, inCall, ofCall } = require('../errors.js')
const { bindMembers } = require('../input/bind-members.js')
const { readOptions } = require('../input/method-options.js')
const { inspected } = require('../inspected.js')

/**
 * @typedef {import('./definition.js').Definition} Definition
 * @typedef {import('./load.js').Loaded} Loaded
 * @typedef {import('./opened.js').Opened} Opened
 */

/** Only `load` can create stores, because it has to read files. */
const OF_LOAD = Symbol('of load')

/** The stores that are open, by name, for other rooms. @type {(stores: StateStores) => Map<string, Opened>} */
let openStoresOf

/** State stores by name, read from a configuration. The other files of this directory are loaded when `load` is called. */
class StateStores {
  #loaded
  /** Stores that are open, by name. @type {Map<string, Opened>} */
  #open = new Map()
  #isClosed = false
  /** @type {import('../../index.js').DaprClientLike | undefined} */
  #dapr = undefined

  static {
    openStoresOf = (stores) => stores.#open
  }

  /** @param {symbol} origin @param {Loaded} loaded */
  constructor(origin, loaded) {
    if (origin !== OF_LOAD) throw failure('ERR_UNSUPPORTED', 'new StateStores: use await StateStores.load(…)')
    this.#loaded = loaded
    bindMembers(this, StateStores.prototype, true)
  }

  /** @param {unknown} source @param {import('../../index.js').StateStoresOptions} [options] */
  static async load(source, options) {
    const site = captureSite(StateStores.load)
    try {
      return new StateStores(OF_LOAD, await require('./load.js').load(source, options))
    } catch (error) {
      throw locate(error, site)
    }
  }

  get environment() {
    return this.#loaded.roles.environment
  }

  /** @param {string} nameOrRole */
  get(nameOrRole) {
    return this.#opened(nameOrRole, 'StateStores.get').adapter
  }

  list() {
    const { definitions, roles } = this.#loaded
    return [...definitions.values()].map(({ name, type, version, source, problems, ignored }) => ({
      ...{ name, type, version, source, roles: roles.of(name), open: !this.#isClosed && this.#open.has(name) },
      ...{ problems: [...problems], ignored: [...ignored] },
    }))
  }

  /** @param {import('../../index.js').StoresCheckOptions} [options] */
  health(options) {
    const { storeHealth } = require('./health.js')
    return this.#onEach('StateStores.health', options, storeHealth)
  }

  /** @param {import('../../index.js').StoresCheckOptions} [options] */
  async counts(options) {
    const { countOf } = require('./health.js')
    return Object.fromEntries(await this.#onEach('StateStores.counts', options, countOf))
  }

  /** @returns {import('../../index.js').DaprClientLike} */
  get dapr() {
    const { daprState } = require('./dapr-state.js')
    this.#dapr ??= { state: daprState((/** @type {string} */ name) => this.#opened(name, 'stores.dapr')) }
    return this.#dapr
  }

  /** @param {import('../../index.js').CleanupOptions} [options] */
  async close(options) {
    inCall({ operation: 'StateStores.close' }, () => readOptions('cleanup', options))
    // Before any store is closed: a listener could otherwise open another one, which nothing would close.
    this.#isClosed = true
    await Promise.all([...this.#open.values()].map((one) => one.close(options)))
  }

  [asyncDispose]() {
    return this.close()
  }

  /** @param {number} depth @param {import('node:util').InspectOptionsStylized} options */
  [inspect.custom](depth, options) {
    const fields = {
      environment: this.environment,
      stores: [...this.#loaded.definitions.keys()],
      open: this.#isClosed ? [] : [...this.#open.keys()],
    }
    return inspected('StateStores', fields, depth, options)
  }

  /** @param {unknown} nameOrRole @param {string} operation */
  #opened(nameOrRole, operation) {
    const { Opened, definitionOf, unconfigured } = require('./opened.js')
    try {
      if (this.#isClosed) throw failure('ERR_CLOSED', 'the stores were closed with close()')
      const definition = definitionOf(this.#loaded, nameOrRole)
      if (definition.problems.length > 0) throw unconfigured(definition)
      const opened = this.#open.get(definition.name) ?? new Opened(definition)
      this.#open.set(definition.name, opened)
      return opened
    } catch (error) {
      throw error instanceof RedisStateError ? ofCall(error, { operation }) : error
    }
  }

  /**
   * Runs a check on stores, all at once.
   *
   * @template T
   * @param {string} operation
   * @param {unknown} options
   * @param {(definition: Definition, open: () => Opened, timeout: number) => Promise<T>} check
   * @returns {Promise<T[]>}
   */
  async #onEach(operation, options, check) {
    const { checkedOptions, selected } = require('./health.js')
    try {
      const { timeout, names } = checkedOptions(options)
      const definitions = selected(this.#loaded, names, new Set(this.#open.keys()))
      return await Promise.all(
        definitions.map((definition) => check(definition, () => this.#opened(definition.name, operation), timeout)),
      )
    } catch (error) {
      throw error instanceof RedisStateError ? ofCall(error, { operation }) : error
    }
  }
}

/** @satisfies {Pick<typeof import('../../index.js').StateStores, 'load'>} checks the public types */
const published = StateStores

module.exports = {
  openStoresOf,
  // The constructor is private in the public types.
  StateStores: /** @type {typeof import('../../index.js').StateStores} */ (/** @type {unknown} */ (published)),
}
