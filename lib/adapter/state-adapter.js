// @ts-check
'use strict'

const { inspect } = require('node:util')
const { asyncDispose } = require('../async-dispose.js')
const { OPERATIONS } = require('../engines/call.js')
const { deleteMany, getMany, getManyWithMetadata, hasMany, setMany } = require('../operations/bulk.js')
const { clear, count, items, listTrace, query, traceIds } = require('../operations/listings.js')
const { lock } = require('../operations/lock.js')
const { LockWaiters } = require('../operations/lock-waiters.js')
const { ping } = require('../operations/ping.js')
const { rateLimit } = require('../operations/rate-limit.js')
const { scan } = require('../operations/scan.js')
const { set } = require('../operations/set.js')
const { touch } = require('../operations/touch.js')
const { increment, update } = require('../operations/update.js')
const { bindMembers } = require('../input/bind-members.js')
const { inspected } = require('../inspected.js')
const { now } = require('../time.js')
const { Watches } = require('../watch/watches.js')
const { CommandMethods, dispatcherOf } = require('./command-methods.js')
const { Lifecycle } = require('./lifecycle.js')

/**
 * @typedef {import('../../index.js').StateItemsInput} StateItemsInput
 * @typedef {import('../../index.js').ReadOptions} ReadOptions
 * @typedef {import('../../index.js').CachedReadOptions} CachedReadOptions
 * @typedef {import('../../index.js').StateQuery} StateQuery
 * @typedef {import('../../index.js').ScanOptions} ScanOptions
 * @typedef {import('../../index.js').WatchOptions} WatchOptions
 * @typedef {import('../../index.js').WriteOptions} WriteOptions
 * @typedef {import('../engines/engine.js').Host} Host
 * @typedef {import('../engines/engine.js').StateEngine} StateEngine
 */

/** The methods of a state store, on any engine. */
class StateAdapter extends CommandMethods {
  #dispatcher
  #watches
  #lockWaiters
  #lifecycle

  /** @param {(host: Host) => StateEngine} openEngine @param {{ stackTraces?: boolean }} [options] */
  constructor(openEngine, { stackTraces = false } = {}) {
    super((host) => openEngine({ ...host, onEvent: (event) => this.#lifecycle.recv(event) }), stackTraces)
    this.#dispatcher = dispatcherOf(this)
    this.#watches = new Watches(this.#dispatcher)
    this.#lockWaiters = new LockWaiters(this.#dispatcher.engine)
    const parts = { dispatcher: this.#dispatcher, watches: this.#watches, lockWaiters: this.#lockWaiters }
    this.#lifecycle = new Lifecycle(this, parts)
    for (const { prototype } of [CommandMethods, StateAdapter]) bindMembers(this, prototype, stackTraces)
  }

  /** @param {string} traceId @param {string} key @param {CachedReadOptions} [options] */
  get(traceId, key, options) {
    if (options === undefined) return this.#dispatcher.plain(OPERATIONS.get, traceId, key)
    return this.#dispatcher.call({ operation: OPERATIONS.get, traceId, key, options })
  }

  /**
   * @template T
   * @param {string} traceId
   * @param {string} key
   * @param {T} value
   * @param {import('../../index.js').SetOptions} [options]
   * @returns {Promise<T>}
   */
  set(traceId, key, value, options) {
    if (options === undefined) return this.#dispatcher.plain(OPERATIONS.set, traceId, key, value)
    return set(this.#dispatcher, traceId, key, value, options)
  }

  /** @param {string} traceId @param {string} key @param {any} [options] @returns {Promise<any>} */
  delete(traceId, key, options) {
    if (options === undefined) return this.#dispatcher.plain(OPERATIONS.delete, traceId, key)
    return this.#dispatcher.call({ operation: OPERATIONS.delete, traceId, key, options }, ({ all: { existence } }) =>
      existence ? { input: { existence } } : {},
    )
  }

  /** @param {string} traceId @param {ReadOptions} [options] */
  getGroup(traceId, options) {
    return listTrace(this.#dispatcher, 'getGroup', 'values', { traceId }, options)
  }

  /** @param {string} traceId @param {string} keyPrefix @param {ReadOptions} [options] */
  getByPrefix(traceId, keyPrefix, options) {
    return listTrace(this.#dispatcher, 'getByPrefix', 'items', { traceId, keyPrefix }, options)
  }

  /** @param {string} traceId @param {ReadOptions} [options] */
  keys(traceId, options) {
    return listTrace(this.#dispatcher, 'keys', 'keys', { traceId }, options)
  }

  /** @param {[] | [options: ReadOptions] | [traceId: string, keyPrefix?: string, options?: ReadOptions]} scope */
  count(...scope) {
    return count(this.#dispatcher, scope)
  }

  /** @param {ReadOptions} [options] */
  traceIds(options) {
    return traceIds(this.#dispatcher, options)
  }

  /** @param {StateItemsInput} [input] @param {ReadOptions} [options] */
  items(input, options) {
    return items(this.#dispatcher, input, options)
  }

  /** @param {StateQuery} [input] @param {ReadOptions} [options] */
  query(input, options) {
    return query(this.#dispatcher, input, options)
  }

  /** @param {string} traceId @param {ScanOptions} [options] @returns {AsyncIterable<any>} */
  scan(traceId, options) {
    return scan(this.#dispatcher, traceId, options)
  }

  /** @param {string} traceId @param {string} [keyPrefix] @param {ReadOptions} [options] */
  clear(traceId, keyPrefix = '', options) {
    return clear(this.#dispatcher, traceId, keyPrefix, options)
  }

  /** @param {string} traceId @param {string} key @param {CachedReadOptions} [options] */
  has(traceId, key, options) {
    return this.#dispatcher.call({ operation: OPERATIONS.has, traceId, key, options })
  }

  /** @param {string} traceId @param {string} key @param {ReadOptions} [options] */
  getWithMetadata(traceId, key, options) {
    return this.#dispatcher.call({ operation: OPERATIONS.getWithMetadata, traceId, key, options })
  }

  /** @param {string} traceId @param {string} key @param {ReadOptions} [options] */
  ttl(traceId, key, options) {
    return this.#dispatcher.call({ operation: OPERATIONS.ttl, traceId, key, options })
  }

  /** @param {string} traceId @param {string} key @param {import('../../index.js').TimeToLive} ttl @param {WriteOptions} [options] */
  touch(traceId, key, ttl, options) {
    return touch(this.#dispatcher, traceId, key, ttl, options)
  }

  /** @param {string} traceId @param {string} key @param {WriteOptions} [options] */
  persist(traceId, key, options) {
    return this.#dispatcher.call({ operation: OPERATIONS.persist, traceId, key, options })
  }

  /** @param {string} traceId @param {readonly string[]} keys @param {CachedReadOptions} [options] */
  getMany(traceId, keys, options) {
    return getMany(this.#dispatcher, traceId, keys, options)
  }

  /** @param {string} traceId @param {readonly string[]} keys @param {ReadOptions} [options] */
  getManyWithMetadata(traceId, keys, options) {
    return getManyWithMetadata(this.#dispatcher, traceId, keys, options)
  }

  /** @param {string} traceId @param {readonly string[]} keys @param {CachedReadOptions} [options] */
  hasMany(traceId, keys, options) {
    return hasMany(this.#dispatcher, traceId, keys, options)
  }

  /**
   * @param {string} traceId
   * @param {Record<string, unknown> | readonly import('../../index.js').SetManyEntry<unknown>[]} entries
   * @param {import('../../index.js').BulkSetOptions} [options]
   */
  setMany(traceId, entries, options) {
    return setMany(this.#dispatcher, traceId, entries, options)
  }

  /**
   * @param {string} traceId
   * @param {readonly (string | import('../../index.js').DeleteManyEntry)[]} keys
   * @param {any} [options]
   * @returns {Promise<any>}
   */
  deleteMany(traceId, keys, options) {
    return deleteMany(this.#dispatcher, traceId, keys, options)
  }

  /**
   * @param {string} traceId
   * @param {string} key
   * @param {number} [by]
   * @param {any} [options]
   * @returns {Promise<any>}
   */
  increment(traceId, key, by = 1, options) {
    return increment(this.#dispatcher, traceId, key, by, options)
  }

  /**
   * @param {string} traceId
   * @param {string} key
   * @param {readonly import('../../index.js').UpdateOperation[]} operations
   * @param {import('../../index.js').UpdateOptions} [options]
   */
  update(traceId, key, operations, options) {
    return update(this.#dispatcher, traceId, key, operations, options)
  }

  /** @param {string} traceId @param {import('../../index.js').TransactionWork} work @param {WriteOptions} [options] */
  transaction(traceId, work, options) {
    // Loaded by the first transaction, not by the import of the package.
    const { transaction } = require('../operations/transaction.js')
    return transaction(this.#dispatcher, traceId, work, options)
  }

  /** @param {string} traceId @param {string} key @param {import('../../index.js').LockOptions} options */
  lock(traceId, key, options) {
    return lock(this.#dispatcher, this.#lockWaiters, traceId, key, options)
  }

  /**
   * @param {string} traceId
   * @param {string} key
   * @param {(context: import('../../index.js').LoadContext) => any} load
   * @param {import('../../index.js').GetOrSetOptions} [options]
   */
  getOrSet(traceId, key, load, options) {
    // Loaded by the first call, not by the import of the package.
    const { getOrSet } = require('../operations/get-or-set.js')
    return getOrSet(this.#dispatcher, this.#lockWaiters, { traceId, key, load, options })
  }

  /**
   * @param {string} traceId
   * @param {string} key
   * @param {import('../../index.js').LockOptions} options
   * @param {(lock: import('../../index.js').StateLock, signal: AbortSignal) => any} work
   */
  withLock(traceId, key, options, work) {
    // Loaded by the first call, not by the import of the package.
    const { withLock } = require('../operations/with-lock.js')
    return withLock(this.#dispatcher, this.#lockWaiters, { traceId, key, options, work })
  }

  /** @param {string} traceId @param {string} key @param {import('../../index.js').RateLimitOptions} options */
  rateLimit(traceId, key, options) {
    return rateLimit(this.#dispatcher, traceId, key, options)
  }

  /** @param {string} traceId @param {import('../../index.js').GroupOptions<any>} options */
  group(traceId, options) {
    // Loaded by the first group, not by the import of the package.
    const { StateGroup } = require('./group.js')
    const { rules, stackTraces } = this.#dispatcher
    return new StateGroup(this, traceId, options, { strictTraceIds: rules.strictTraceIds, stackTraces })
  }

  /** @param {string} [traceId] @param {string} [key] @param {WatchOptions} [options] */
  watch(traceId, key, options) {
    return this.#watches.open(traceId, key, options)
  }

  /** @param {import('../../index.js').PingOptions} [options] */
  async ping(options) {
    const start = now()
    await ping(this.#dispatcher, options)
    return now() - start
  }

  /** @param {import('../../index.js').HealthOptions} [options] */
  health(options) {
    // Loaded by the first call, not by the import of the package.
    return require('./health.js').health(this.#dispatcher, this, options)
  }

  /** Only the types differ. @returns {any} */
  typed() {
    return this
  }

  stats() {
    return this.#dispatcher.stats()
  }

  get isReady() {
    return #lifecycle in this && this.#lifecycle.isReady
  }

  /** @param {import('../../index.js').ConnectOptions} [options] */
  async connect(options) {
    await this.#lifecycle.connected(options)
    return this
  }

  /** @param {import('../../index.js').CleanupOptions} [options] */
  cleanup(options) {
    return this.#lifecycle.close(options)
  }

  [asyncDispose]() {
    return this.cleanup()
  }

  /**
   * An object without the fields of the constructor, such as the prototype, is shown as any other object.
   *
   * @param {number} depth
   * @param {import('node:util').InspectOptionsStylized} options
   */
  [inspect.custom](depth, options) {
    if (!(#lifecycle in this)) return this
    const { inspectedFields } = this.#dispatcher.rules
    const fields = { ...inspectedFields, isReady: this.isReady, pending: this.stats().inFlight }
    return inspected(this.constructor.name, fields, depth, options)
  }
}

module.exports = { StateAdapter, dispatcherOf }
