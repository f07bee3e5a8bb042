// @ts-check
'use strict'

const { EventEmitter } = require('node:events')
const { deleteMany, getMany, getManyWithMetadata, setMany } = require('./bulk.js')
const { deleteWith, setWith } = require('./conditional.js')
const { ConnectionTrace } = require('./connection-trace.js')
const { Core } = require('./core.js')
const { SafeCredentials } = require('./credentials.js')
const { failureOf, invalidArgument } = require('./errors.js')
const { matcher } = require('./filter.js')
const { StateGroup } = require('./group.js')
const { itemsOf } = require('./items.js')
const { lock } = require('./lock.js')
const { getWithMetadata, has, persist, touch, ttl } = require('./metadata.js')
const { explainEnv, optionsFromEnv, resolveOptions } = require('./options.js')
const { queryOf } = require('./query.js')
const { rateLimit } = require('./rate-limit.js')
const { scan } = require('./scan.js')
const { SafeStrategy } = require('./strategy.js')
const { transaction } = require('./transaction.js')
const { increment, update } = require('./update.js')
const { warn } = require('./warning.js')
const { Watches } = require('./watch.js')

/**
 * @typedef {import('../index.js').RedisStateAdapterOptions} Options
 * @typedef {import('../index.js').NodeRedisClientLike} Client
 * @typedef {import('../index.js').StateOptions} StateOptions
 * @typedef {import('../index.js').StateItemsInput} StateItemsInput
 * @typedef {import('../index.js').ReadOptions} ReadOptions
 * @typedef {import('../index.js').StateQuery} StateQuery
 * @typedef {import('../index.js').ScanOptions} ScanOptions
 * @typedef {import('../index.js').WatchOptions} WatchOptions
 * @typedef {import('../index.js').WriteOptions} WriteOptions
 * @typedef {import('../native.js').EventDetail} EventDetail
 */

const WITH_GET = ['signal']

/** @extends {EventEmitter<import('../index.js').RedisStateAdapterEvents>} */
class RedisStateAdapter extends EventEmitter {
  #core
  #watches
  #origins
  #connectionTrace
  /** @type {Promise<void> | undefined} */
  #closing = undefined
  #ended = false

  /**
   * @param {Options | Client} [connection]
   * @param {StateOptions} [options]
   */
  constructor(connection, options) {
    super()
    const resolved = resolveOptions(connection, options)
    this.#origins = {
      strategy: resolved.strategy && new SafeStrategy(resolved.strategy),
      credentials: resolved.credentials && new SafeCredentials(resolved.credentials),
    }
    this.#core = new Core(resolved.options, this.#origins, (name, detail) => this.#announce(name, detail))
    const { embedded, unverified, server } = this.#core.rules
    this.#connectionTrace = new ConnectionTrace(server)
    this.#watches = new Watches(this.#core, this.#origins)
    if (embedded) announceMemory()
    if (unverified) warn('rejectUnauthorized is false: whoever answers at the address is taken for the server')
  }

  /** @param {Record<string, string | undefined>} env */
  static fromEnv(env = process.env) {
    try {
      return new RedisStateAdapter(optionsFromEnv(env))
    } catch (error) {
      throw explainEnv(error, env)
    }
  }

  /**
   * @param {string} traceId
   * @param {string} key
   * @param {ReadOptions} [options]
   */
  get(traceId, key, options) {
    if (options === undefined) return this.#core.point('get', traceId, key)
    return this.#core.pointWith('get', traceId, key, undefined, options, WITH_GET)
  }

  /**
   * @template T
   * @param {string} traceId
   * @param {string} key
   * @param {T} value
   * @param {import('../index.js').SetOptions} [options]
   * @returns {Promise<T>}
   */
  set(traceId, key, value, options) {
    if (options === undefined) return this.#core.point('set', traceId, key, value)
    return setWith(this.#core, traceId, key, value, options)
  }

  /**
   * @param {string} traceId
   * @param {string} key
   * @param {import('../index.js').DeleteOptions} [options]
   */
  delete(traceId, key, options) {
    if (options === undefined) return this.#core.point('delete', traceId, key)
    return deleteWith(this.#core, traceId, key, options)
  }

  /** @param {string} traceId */
  getGroup(traceId) {
    const { native } = this.#core
    return this.#core.listGroup('getGroup', traceId, { start: (batch) => native.getGroup(batch, traceId) })
  }

  /**
   * @param {string} traceId
   * @param {string} keyPrefix
   */
  getByPrefix(traceId, keyPrefix) {
    const start = (/** @type {number} */ batch) => this.#core.native.getByPrefix(batch, traceId, keyPrefix)
    return this.#core.listPart('getByPrefix', traceId, keyPrefix, { start, finish: itemsOf })
  }

  /** @param {string} traceId */
  keys(traceId) {
    const { native } = this.#core
    return this.#core.listGroup('keys', traceId, { start: (batch) => native.keys(batch, traceId) })
  }

  /**
   * @param {string} traceId
   * @param {string} [keyPrefix]
   */
  count(traceId, keyPrefix = '') {
    const start = (/** @type {number} */ batch) => this.#core.native.count(batch, traceId, keyPrefix)
    return this.#core.listPart('count', traceId, keyPrefix, { start, finish: ([count]) => count })
  }

  traceIds() {
    return this.#core.list('traceIds', { start: (batch) => this.#core.native.traceIds(batch) })
  }

  /** @param {StateItemsInput} [input] */
  items(input = {}) {
    const core = this.#core
    return core.checked({}, () => {
      if (typeof input !== 'object' || input === null) throw invalidArgument('the input must be an object')
      const { groupId, filter } = input
      const matches = matcher(filter)
      const finish = (/** @type {any[]} */ flat) => itemsOf(flat).filter((item) => matches(item.value))
      // An empty id means all groups, as in the JavaScript adapter.
      if (groupId === undefined || groupId === null || groupId === '') {
        return core.list('items', { start: (batch) => core.native.items(batch), finish })
      }
      return core.listGroup('items', groupId, { start: (batch) => core.native.items(batch, groupId), finish })
    })
  }

  /** @param {StateQuery} [input] */
  query(input) {
    const core = this.#core
    return core.checked({}, () => {
      const { groupId, text, finish } = queryOf(input)
      const start = (/** @type {number} */ batch) => core.native.query(batch, text, groupId)
      const listing = { more: text, start, finish }
      return groupId === undefined ? core.list('query', listing) : core.listGroup('query', groupId, listing)
    })
  }

  /**
   * @param {string} traceId
   * @param {ScanOptions} [options]
   */
  scan(traceId, options) {
    return scan(this.#core, traceId, options)
  }

  /**
   * @param {string} traceId
   * @param {string} [keyPrefix]
   */
  clear(traceId, keyPrefix = '') {
    const start = (/** @type {number} */ batch) => this.#core.native.clear(batch, traceId, keyPrefix)
    return this.#core.listPart('clear', traceId, keyPrefix, { writes: true, start, finish: () => undefined })
  }

  /** @param {string} traceId @param {string} key @param {ReadOptions} [options] */
  has(traceId, key, options) {
    return has(this.#core, traceId, key, options)
  }

  /** @param {string} traceId @param {string} key @param {ReadOptions} [options] */
  getWithMetadata(traceId, key, options) {
    return getWithMetadata(this.#core, traceId, key, options)
  }

  /** @param {string} traceId @param {string} key @param {ReadOptions} [options] */
  ttl(traceId, key, options) {
    return ttl(this.#core, traceId, key, options)
  }

  /** @param {string} traceId @param {string} key @param {number} seconds @param {WriteOptions} [options] */
  touch(traceId, key, seconds, options) {
    return touch(this.#core, traceId, key, seconds, options)
  }

  /** @param {string} traceId @param {string} key @param {WriteOptions} [options] */
  persist(traceId, key, options) {
    return persist(this.#core, traceId, key, options)
  }

  /** @param {string} traceId @param {string[]} keys @param {ReadOptions} [options] */
  getMany(traceId, keys, options) {
    return getMany(this.#core, traceId, keys, options)
  }

  /** @param {string} traceId @param {string[]} keys @param {ReadOptions} [options] */
  getManyWithMetadata(traceId, keys, options) {
    return getManyWithMetadata(this.#core, traceId, keys, options)
  }

  /**
   * @param {string} traceId
   * @param {Record<string, unknown> | import('../index.js').SetManyEntry[]} entries
   * @param {import('../index.js').BulkSetOptions} [options]
   */
  setMany(traceId, entries, options) {
    return setMany(this.#core, traceId, entries, options)
  }

  /**
   * @param {string} traceId
   * @param {(string | import('../index.js').DeleteManyEntry)[]} keys
   * @param {WriteOptions} [options]
   */
  deleteMany(traceId, keys, options) {
    return deleteMany(this.#core, traceId, keys, options)
  }

  /**
   * @param {string} traceId
   * @param {string} key
   * @param {number} [by]
   * @param {import('../index.js').IncrementOptions} [options]
   */
  increment(traceId, key, by = 1, options) {
    return increment(this.#core, traceId, key, by, options)
  }

  /**
   * @param {string} traceId
   * @param {string} key
   * @param {import('../index.js').UpdateOperation[]} operations
   * @param {import('../index.js').UpdateOptions} [options]
   */
  update(traceId, key, operations, options) {
    return update(this.#core, traceId, key, operations, options)
  }

  /**
   * @param {string} traceId
   * @param {import('../index.js').TransactionWork} work
   * @param {WriteOptions} [options]
   */
  transaction(traceId, work, options) {
    return transaction(this.#core, traceId, work, options)
  }

  /** @param {string} traceId @param {string} key @param {import('../index.js').LockOptions} options */
  lock(traceId, key, options) {
    return lock(this.#core, traceId, key, options)
  }

  /** @param {string} traceId @param {string} key @param {import('../index.js').RateLimitOptions} options */
  rateLimit(traceId, key, options) {
    return rateLimit(this.#core, traceId, key, options)
  }

  /** @param {string} traceId @param {import('../index.js').GroupOptions<any>} options */
  group(traceId, options) {
    return new StateGroup(this, traceId, options, this.#core.rules)
  }

  /**
   * @param {string} [traceId]
   * @param {string} [key]
   * @param {WatchOptions} [options]
   */
  watch(traceId, key, options) {
    return this.#watches.open(traceId, key, options)
  }

  async ping() {
    const start = performance.now()
    await this.#core.ping()
    return performance.now() - start
  }

  stats() {
    return this.#core.stats
  }

  cleanup() {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose]() {
    return this.cleanup()
  }

  async #close() {
    this.#watches.close()
    await this.#core.close()
    this.#end()
  }

  /**
   * @param {string} name
   * @param {EventDetail | null} [detail]
   */
  #announce(name, detail) {
    if (this.#ended) return
    this.#connectionTrace.tell(name, () => detail && failureOf(detail.error, this.#origins)())
    if (name === 'connect' || name === 'ready') this.emit(name)
    if (name === 'attend' && this.#core.native.attend()) this.#announce('ready')
    if (name === 'end') this.#end()
    if (!detail) return
    const { error: failure, retries = 0, delay = 0 } = detail
    const cause = failureOf(failure, this.#origins)()
    if (name === 'end') this.#watches.fail(cause)
    if (name === 'reconnecting') this.emit(name, { retries, delay, cause })
    // Without a listener Node would throw it, and with that end the process.
    if (name === 'error' && this.listenerCount('error') > 0) this.emit('error', cause)
  }

  #end() {
    if (this.#ended) return
    this.#ended = true
    try {
      this.emit('end')
    } catch (error) {
      // A listener's fault is its own, not that of whoever closes the adapter.
      process.nextTick(() => {
        throw error
      })
    }
  }
}

let memoryAnnounced = false

function announceMemory() {
  if (memoryAnnounced) return
  memoryAnnounced = true
  warn('the embedded store is used: state is kept in this process only and ends with it')
}

/** @satisfies {typeof import('../index.js').RedisStateAdapter} the types that users see hold */
const published = RedisStateAdapter

module.exports = { RedisStateAdapter: published }
