// @ts-check
'use strict'

const { EventEmitter } = require('node:events')
const { NativeStore } = require('../native.js')
const { Batches } = require('./batch.js')
const { callRecord, checkTraceId } = require('./entry.js')
const { RedisStateError, failureOf, fromThrown, invalidArgument } = require('./errors.js')
const { matcher } = require('./filter.js')
const { explainEnv, optionsFromEnv, resolveOptions } = require('./options.js')
const { SafeStrategy } = require('./strategy.js')
const { warn } = require('./warning.js')

/**
 * @typedef {import('../index.js').RedisStateAdapterOptions} Options
 * @typedef {import('../index.js').NodeRedisClientLike} Client
 * @typedef {import('../index.js').StateOptions} StateOptions
 * @typedef {import('../index.js').StateItem} StateItem
 * @typedef {import('../index.js').StateItemType} StateItemType
 * @typedef {import('../index.js').StateItemsInput} StateItemsInput
 * @typedef {import('../native.js').EventDetail} EventDetail
 * @typedef {import('./batch.js').Listing} Listing
 */

/**
 * Only Node has an event loop that a socket can be watched on from native code. The variable is for tests of the other
 * way: a thread that reads.
 */
const USE_EVENT_LOOP =
  !('bun' in process.versions || 'deno' in process.versions || process.platform === 'win32') &&
  process.env.REDIS_STATE_DRIVER !== 'thread'

/** @extends {EventEmitter<import('../index.js').RedisStateAdapterEvents>} */
class RedisStateAdapter extends EventEmitter {
  #native
  #batches
  #strategy
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
    this.#strategy = resolved.strategy && new SafeStrategy(resolved.strategy)
    this.#native = this.#open(resolved.options)
    this.#batches = new Batches(this.#native, () => this.#strategy?.reason)
    if (this.#native.rules.embedded) announceMemory()
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
   */
  get(traceId, key) {
    return this.#point('get', traceId, key)
  }

  /**
   * @template T
   * @param {string} traceId
   * @param {string} key
   * @param {T} value
   * @returns {Promise<T>}
   */
  set(traceId, key, value) {
    return this.#point('set', traceId, key, value)
  }

  /**
   * @param {string} traceId
   * @param {string} key
   */
  delete(traceId, key) {
    return this.#point('delete', traceId, key)
  }

  /** @param {string} traceId */
  getGroup(traceId) {
    return this.#listGroup(traceId, { start: (batch) => this.#native.getGroup(batch, traceId) })
  }

  /** @param {string} traceId */
  keys(traceId) {
    return this.#listGroup(traceId, { start: (batch) => this.#native.keys(batch, traceId) })
  }

  traceIds() {
    return this.#batches.listing({ start: (batch) => this.#native.traceIds(batch) })
  }

  /** @param {StateItemsInput} [input] */
  items(input = {}) {
    return checked({}, () => {
      if (typeof input !== 'object' || input === null) throw invalidArgument('the input must be an object')
      const { groupId, filter } = input
      const matches = matcher(filter)
      const finish = (/** @type {any[]} */ flat) => itemsOf(flat).filter((item) => matches(item.value))
      // An empty id means all groups, as in the JavaScript adapter.
      if (groupId === undefined || groupId === null || groupId === '') {
        return this.#batches.listing({ start: (batch) => this.#native.items(batch), finish })
      }
      return this.#listGroup(groupId, { start: (batch) => this.#native.items(batch, groupId), finish })
    })
  }

  /** @param {string} traceId */
  clear(traceId) {
    const start = (/** @type {number} */ batch) => this.#native.clear(batch, traceId)
    return this.#listGroup(traceId, { writes: true, start, finish: () => undefined })
  }

  cleanup() {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose]() {
    return this.cleanup()
  }

  async #close() {
    await this.#batches.close()
    this.#native.close()
    this.#end()
  }

  /** @param {Record<string, unknown>} options */
  #open(options) {
    const strategy = this.#strategy
    try {
      return new NativeStore(
        options,
        USE_EVENT_LOOP,
        (batch, last, values, failures, apart) => this.#batches.settle(batch, last, values, failures, apart),
        (name, detail) => this.#announce(name, detail),
        strategy && ((retries, failure) => strategy.ask(retries, failure)),
      )
    } catch (error) {
      throw fromThrown(error)
    }
  }

  /**
   * @param {'get' | 'set' | 'delete'} operation
   * @param {string} traceId
   * @param {string} key
   * @param {unknown} [value]
   */
  #point(operation, traceId, key, value) {
    let text
    try {
      text = callRecord(operation, traceId, key, value, this.#batches.strictTraceIds)
    } catch (error) {
      return refused(error, { traceId, key, writes: operation !== 'get' })
    }
    return this.#batches.point(operation, traceId, key, text, value)
  }

  /**
   * @param {string} traceId
   * @param {Listing} listing
   */
  #listGroup(traceId, listing) {
    return checked({ traceId, writes: listing.writes }, () => {
      checkTraceId(traceId, this.#batches.strictTraceIds)
      return this.#batches.listing({ ...listing, traceId })
    })
  }

  /**
   * @param {string} name
   * @param {EventDetail | null} [detail]
   */
  #announce(name, detail) {
    if (this.#ended) return
    if (name === 'connect' || name === 'ready') this.emit(name)
    if (name === 'attend' && this.#native.attend()) this.emit('ready')
    if (name === 'end') this.#end()
    if (!detail) return
    const { error: failure, retries = 0, delay = 0 } = detail
    const cause = failureOf(failure)()
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

/**
 * Calls reject, they do not throw.
 *
 * @param {{ traceId?: unknown, writes?: boolean }} about
 * @param {() => Promise<any>} call
 * @returns {Promise<any>}
 */
function checked(about, call) {
  try {
    return call()
  } catch (error) {
    return refused(error, about)
  }
}

/**
 * A write that was refused says that nothing was written.
 *
 * @param {unknown} error
 * @param {{ traceId?: unknown, key?: unknown, writes?: boolean }} about
 * @returns {Promise<any>}
 */
function refused(error, { traceId, key, writes }) {
  // What is not ours was thrown by a getter of the user's, or by V8 for a text that is too long.
  const ours =
    error instanceof RedisStateError ? error : invalidArgument('the arguments cannot be used', { cause: error })
  const ids = { traceId: stringOf(traceId), key: stringOf(key) }
  const details = { ...ids, cause: ours.cause, applied: writes ? /** @type {const} */ ('no') : undefined }
  return Promise.reject(new RedisStateError(ours.code, ours.message, details))
}

/** @param {unknown} id */
function stringOf(id) {
  return typeof id === 'string' ? id : undefined
}

/**
 * @param {any[]} flat trace id, key and value, one after the other
 * @returns {StateItem[]}
 */
function itemsOf(flat) {
  const items = []
  for (let at = 0; at < flat.length; at += 3) {
    const value = flat[at + 2]
    items.push({ groupId: flat[at], key: flat[at + 1], type: typeOf(value), value })
  }
  return items
}

/**
 * @param {unknown} value parsed JSON
 * @returns {StateItemType}
 */
function typeOf(value) {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return /** @type {StateItemType} */ (typeof value)
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
