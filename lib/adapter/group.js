// @ts-check
'use strict'

const { checkTraceId } = require('../input/entry.js')
const { RedisStateError, inCall, invalidArgument, ofOuterCall } = require('../errors.js')
const { bindOnAccess } = require('../input/bind-on-access.js')
const { isPlain } = require('../input/input.js')
const { readInput, readOptions } = require('../input/method-options.js')
const { kindOf } = require('../input/received.js')
const { conform, isPromise } = require('../input/schema.js')
const { conformingList, conformingWork } = require('./conforming.js')

/**
 * @typedef {import('../../index.js').RedisStateAdapter} Adapter
 * @typedef {import('../../index.js').ReadOptions} ReadOptions
 * @typedef {import('../../index.js').CachedReadOptions} CachedReadOptions
 * @typedef {import('../../index.js').WriteOptions} WriteOptions
 */

/** The entries of one trace, whose values conform to a schema. */
class StateGroup {
  #adapter
  #schema
  #stackTraces
  #checksOnGet

  /**
   * @param {Adapter} adapter
   * @param {string} traceId
   * @param {any} options
   * @param {{ strictTraceIds: boolean, stackTraces: boolean }} rules
   */
  constructor(adapter, traceId, options, rules) {
    const { schema, checkOnGet } = inCall({ operation: 'group', traceId: stringOrNothing(traceId) }, () => {
      checkTraceId(traceId, rules)
      return readOptions('group', options)
    })
    this.#adapter = adapter
    this.#schema = schema
    this.#stackTraces = rules.stackTraces
    this.#checksOnGet = checkOnGet
    this.traceId = traceId
    // biome-ignore lint/correctness/noConstructorReturn: the methods are bound to the object behind the proxy
    return bindOnAccess(this, rules.stackTraces)
  }

  /** @param {string} key @param {CachedReadOptions} [options] */
  async get(key, options) {
    const value = await this.#adapter.get(this.traceId, key, options)
    return this.#checkRead('get', key, value)
  }

  /** @param {string} key @param {ReadOptions} [options] */
  async getWithMetadata(key, options) {
    return this.#checkFound('getWithMetadata', key, await this.#adapter.getWithMetadata(this.traceId, key, options))
  }

  /** @param {string} key @param {unknown} value @param {import('../../index.js').SetOptions} [options] */
  async set(key, value, options) {
    const conformed = this.#conform('set', key, value)
    return this.#adapter.set(this.traceId, key, isPromise(conformed) ? await conformed : conformed, options)
  }

  /** @param {string} key @param {any} [options] @returns {Promise<any>} */
  delete(key, options) {
    return this.#adapter.delete(this.traceId, key, options)
  }

  /** @param {string} key @param {CachedReadOptions} [options] */
  has(key, options) {
    return this.#adapter.has(this.traceId, key, options)
  }

  /** @param {string} key @param {ReadOptions} [options] */
  ttl(key, options) {
    return this.#adapter.ttl(this.traceId, key, options)
  }

  /** @param {string} key @param {import('../../index.js').TimeToLive} ttl @param {WriteOptions} [options] */
  touch(key, ttl, options) {
    return this.#adapter.touch(this.traceId, key, ttl, options)
  }

  /** @param {string} key @param {WriteOptions} [options] */
  persist(key, options) {
    return this.#adapter.persist(this.traceId, key, options)
  }

  /** @param {readonly string[]} keys @param {CachedReadOptions} [options] */
  async getMany(keys, options) {
    const values = await this.#adapter.getMany(this.traceId, keys, options)
    return Promise.all(values.map((value, index) => this.#checkRead('getMany', keys[index], value)))
  }

  /** @param {readonly string[]} keys @param {CachedReadOptions} [options] */
  hasMany(keys, options) {
    return this.#adapter.hasMany(this.traceId, keys, options)
  }

  /** @param {readonly string[]} keys @param {ReadOptions} [options] */
  async getManyWithMetadata(keys, options) {
    const found = await this.#adapter.getManyWithMetadata(this.traceId, keys, options)
    return Promise.all(found.map((one, index) => this.#checkFound('getManyWithMetadata', keys[index], one)))
  }

  /**
   * @param {Record<string, unknown> | readonly import('../../index.js').SetManyEntry[]} values
   * @param {import('../../index.js').BulkSetOptions} [options]
   */
  async setMany(values, options) {
    const list = inCall({ operation: 'setMany', traceId: this.traceId }, () => entriesOf(values))
    const entries = this.#conformingList('setMany', list)
    return this.#adapter.setMany(this.traceId, isPromise(entries) ? await entries : entries, options)
  }

  /**
   * @param {readonly (string | import('../../index.js').DeleteManyEntry)[]} keys
   * @param {any} [options]
   * @returns {Promise<any>}
   */
  deleteMany(keys, options) {
    return this.#adapter.deleteMany(this.traceId, keys, options)
  }

  /**
   * @param {import('../../index.js').TransactionWork} work
   * @param {WriteOptions} [options]
   */
  async transaction(work, options) {
    const operations =
      typeof work === 'function' ? this.#conformingWork(work) : this.#conformingList('transaction', work)
    return this.#adapter.transaction(this.traceId, isPromise(operations) ? await operations : operations, options)
  }

  /** @param {ReadOptions} [options] */
  entries(options) {
    return this.#list('entries', '', options)
  }

  /** @param {ReadOptions} [options] */
  async values(options) {
    const entries = await this.#list('values', '', options)
    return entries.map(({ value }) => value)
  }

  /** @param {string} keyPrefix @param {ReadOptions} [options] */
  getByPrefix(keyPrefix, options) {
    return this.#list('getByPrefix', keyPrefix, options)
  }

  /** @param {import('../../index.js').GroupQuery} [input] @param {ReadOptions} [options] */
  async query(input, options) {
    const checked = inCall({ operation: 'query', traceId: this.traceId }, () => queryOf(this.traceId, input))
    const result = await this.#adapter.query(checked, options)
    return { ...result, items: await this.#entriesOf('query', result.items) }
  }

  /** @param {import('../../index.js').ScanOptions} [options] */
  async *scan(options) {
    for await (const item of this.#adapter.scan(this.traceId, options)) yield this.#entryOf('scan', item)
  }

  /** @param {ReadOptions} [options] */
  keys(options) {
    return this.#adapter.keys(this.traceId, options)
  }

  /** @param {string} [keyPrefix] @param {ReadOptions} [options] */
  count(keyPrefix, options) {
    return this.#adapter.count(this.traceId, keyPrefix, options)
  }

  /** @param {string} [keyPrefix] @param {ReadOptions} [options] */
  clear(keyPrefix, options) {
    return this.#adapter.clear(this.traceId, keyPrefix, options)
  }

  /**
   * @param {string} [key]
   * @param {import('../../index.js').WatchOptions} [options]
   * @returns {import('../../index.js').StateWatch<any>}
   */
  watch(key, options) {
    return this.#adapter.watch(this.traceId, key, options)
  }

  /** @param {string} key @param {import('../../index.js').LockOptions} options */
  lock(key, options) {
    return this.#adapter.lock(this.traceId, key, options)
  }

  /**
   * @param {string} key
   * @param {(context: import('../../index.js').LoadContext) => any} load
   * @param {import('../../index.js').GetOrSetOptions} [options]
   */
  async getOrSet(key, load, options) {
    const conforming = async (/** @type {import('../../index.js').LoadContext} */ context) =>
      this.#conform('getOrSet', key, await load(context))
    const value = await this.#adapter.getOrSet(
      this.traceId,
      key,
      typeof load === 'function' ? conforming : load,
      options,
    )
    return this.#checkRead('getOrSet', key, value)
  }

  /**
   * @param {string} key
   * @param {import('../../index.js').LockOptions} options
   * @param {(lock: import('../../index.js').StateLock, signal: AbortSignal) => any} work
   */
  withLock(key, options, work) {
    return this.#adapter.withLock(this.traceId, key, options, work)
  }

  /** @param {string} key @param {import('../../index.js').RateLimitOptions} options */
  rateLimit(key, options) {
    return this.#adapter.rateLimit(this.traceId, key, options)
  }

  /** @param {string} operation @param {string} key @param {unknown} value */
  #conform(operation, key, value) {
    return conform(this.#schema, value, { operation, traceId: this.traceId, key, applied: 'no' })
  }

  /**
   * Rejects instead of throwing, so that all values are checked.
   *
   * @param {string} operation
   * @param {string} key
   * @param {unknown} value
   */
  #tryConform(operation, key, value) {
    try {
      return this.#conform(operation, key, value)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** @param {string} operation @param {any} list */
  #conformingList(operation, list) {
    return Array.isArray(list) ? conformingList(list, (key, value) => this.#tryConform(operation, key, value)) : list
  }

  /** @param {(tx: import('../../index.js').StateTransaction) => unknown} work */
  #conformingWork(work) {
    return conformingWork(work, (key, value) => this.#conform('transaction', key, value), this.#stackTraces)
  }

  /** @param {string} operation @param {string} key @param {unknown} value null if the entry does not exist */
  async #checkRead(operation, key, value) {
    if (!this.#checksOnGet || value === null) return value
    return conform(this.#schema, value, { operation, traceId: this.traceId, key })
  }

  /** @param {string} operation @param {string} key @param {import('../../index.js').EntryMetadata<unknown> | null} found */
  async #checkFound(operation, key, found) {
    return found && { ...found, value: await this.#checkRead(operation, key, found.value) }
  }

  /**
   * @param {string} operation the method of the group
   * @param {string} keyPrefix
   * @param {ReadOptions} [options]
   */
  async #list(operation, keyPrefix, options) {
    const items = await this.#adapter.getByPrefix(this.traceId, keyPrefix, options).catch((error) => {
      throw error instanceof RedisStateError ? ofOuterCall(error, { operation, traceId: this.traceId }) : error
    })
    return this.#entriesOf(operation, items)
  }

  /** @param {string} operation @param {import('../../index.js').StateItem[]} items */
  #entriesOf(operation, items) {
    return Promise.all(items.map((item) => this.#entryOf(operation, item)))
  }

  /** @param {string} operation @param {import('../../index.js').StateItem} item */
  async #entryOf(operation, { key, value }) {
    return { key, value: await this.#checkRead(operation, key, value) }
  }
}

/** @param {unknown} traceId */
function stringOrNothing(traceId) {
  return typeof traceId === 'string' ? traceId : undefined
}

/** @param {string} traceId @param {unknown} input */
function queryOf(traceId, input = {}) {
  // To the adapter it would mean all trace ids.
  if (traceId === '') throw invalidArgument('traceId: a group with an empty trace id has no queries')
  return { ...readInput('groupQuery', input, 'input', ''), groupId: traceId }
}

/** @param {any} values by key, or a list of entries */
function entriesOf(values) {
  if (Array.isArray(values)) return values
  if (typeof values !== 'object' || values === null || !isPlain(values)) {
    throw invalidArgument(`values: expected an object of values by key or a list of entries, got ${kindOf(values)}`)
  }
  return Object.keys(values).map((key) => ({ key, value: values[key] }))
}

module.exports = { StateGroup }
