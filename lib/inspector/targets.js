// @ts-check
'use strict'

const { RedisStateError, invalidArgument } = require('../errors.js')
const { StateStores } = require('../stores/state-stores.js')
const { InspectedStore } = require('./inspected-store.js')
const { badRequest, notFound } = require('./refusal.js')

/**
 * @typedef {import('../../index.js').StateStore} StateStore
 * @typedef {import('../../index.js').StateHealth} StateHealth
 * @typedef {Record<string, unknown> & { name: string }} Described
 *
 * @typedef {object} Target the stores that are inspected
 * @property {() => Described[]} describe what `api/info` says of each
 * @property {(timeout: number) => Promise<object[]>} health
 * @property {(name: string | undefined) => InspectedStore} get of a name; without one, the only store
 */

/** @param {unknown} target @param {string} name of a store alone @returns {Target} */
function targetOf(target, name) {
  if (target instanceof StateStores) return new NamedStores(/** @type {any} */ (target))
  if (isStore(target)) return new SingleStore(target, name)
  throw invalidArgument('target: expected a RedisStateAdapter, another StateStore, or StateStores')
}

/** @param {any} target @returns {target is StateStore} */
function isStore(target) {
  const methods = ['traceIds', 'keys', 'getWithMetadata', 'health', 'stats']
  return typeof target === 'object' && target !== null && methods.every((name) => typeof target[name] === 'function')
}

/** @implements {Target} */
class SingleStore {
  #store

  /** @param {StateStore} state @param {string} name */
  constructor(state, name) {
    this.#store = new InspectedStore(name, state)
  }

  describe() {
    return [this.#store.info]
  }

  /** @param {number} timeout */
  async health(timeout) {
    return [shownHealth({ name: this.#store.name, ...(await this.#store.state.health({ timeout })) })]
  }

  /** @param {string | undefined} name */
  get(name) {
    if (name === undefined || name === this.#store.name) return this.#store
    throw unknownStore(name, [this.#store.name])
  }
}

/** The stores of a configuration. Those without a role in the environment are opened when they are looked at. @implements {Target} */
class NamedStores {
  #stores
  /** @type {Map<string, InspectedStore>} */
  #inspected = new Map()

  /** @param {import('../../index.js').StateStores} stores */
  constructor(stores) {
    this.#stores = stores
  }

  describe() {
    return this.#stores.list().map((store) => {
      const { name, type, roles, problems } = store
      const isOpened = problems.length === 0 && this.#isOpened(store)
      const known = isOpened ? this.get(name).info : { name, engine: engineOf(type), server: '', keyPrefix: '' }
      return { watches: true, queries: true, ...known, roles, problems: problems.length }
    })
  }

  /** @param {number} timeout */
  async health(timeout) {
    const names = this.#stores
      .list()
      .filter((store) => this.#isOpened(store))
      .map(({ name }) => this.#nameFor(name))
    return (await this.#stores.health({ timeout, names })).map(shownHealth)
  }

  /** @param {string | undefined} name */
  get(name) {
    const names = this.#stores.list().map((store) => store.name)
    const wanted = name ?? (names.length === 1 ? names[0] : undefined)
    if (wanted === undefined) throw badRequest(`store: is missing. Name one of ${names.join(', ')}`)
    if (!names.includes(wanted)) throw unknownStore(wanted, names)
    const state = this.#stores.get(this.#nameFor(wanted))
    const known = this.#inspected.get(wanted)
    if (known?.state === state) return known
    const store = new InspectedStore(wanted, state)
    this.#inspected.set(wanted, store)
    return store
  }

  /** As `health` of the stores has it: a look at the inspector of a test environment does not connect to production. @param {{ roles: string[], open: boolean }} store */
  #isOpened({ roles, open }) {
    return open || roles.length > 0 || this.#stores.list().every((store) => store.roles.length === 0)
  }

  /** What names a store where a role of another one has its name: a role of its own. @param {string} name */
  #nameFor(name) {
    const all = this.#stores.list()
    const other = all.find(({ roles }) => roles.includes(name))
    if (other === undefined || other.name === name) return name
    const [role] = all.find((store) => store.name === name)?.roles ?? []
    if (role !== undefined) return role
    throw notFound(`the store ${JSON.stringify(name)} cannot be named: it is also the name of a role of another store`)
  }
}

/** @param {string} type of a configuration */
function engineOf(type) {
  if (type.includes('cosmos')) return 'cosmos'
  return type.includes('memory') ? 'memory' : 'redis'
}

/** @param {string} name @param {string[]} names */
function unknownStore(name, names) {
  return notFound(`there is no store ${JSON.stringify(name.slice(0, 100))}: the stores are ${names.join(', ')}`)
}

/** @param {{ name: string, status: string, latency?: number, role?: string, error?: unknown }} health */
function shownHealth({ name, status, latency, role, error }) {
  const reason = error instanceof RedisStateError ? { reason: error.message, code: error.code } : {}
  // A store that lacks a setting cannot be reached either.
  return { name, status: status === 'unconfigured' ? 'down' : status, latency, role, ...reason }
}

module.exports = { targetOf }
