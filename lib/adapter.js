// @ts-check
'use strict'

const { EventEmitter } = require('node:events')
const { NativeStore } = require('../native.js')
const { Batches } = require('./batch.js')
const { ConnectionTrace } = require('./connection-trace.js')
const { SafeCredentials } = require('./credentials.js')
const { PING_RECORD, callRecord, checkTraceId } = require('./entry.js')
const { RedisStateError, failureOf, fromThrown, invalidArgument } = require('./errors.js')
const { matcher } = require('./filter.js')
const { itemsOf } = require('./items.js')
const { explainEnv, optionsFromEnv, resolveOptions } = require('./options.js')
const { SafeStrategy } = require('./strategy.js')
const tracing = require('./tracing.js')
const { warn } = require('./warning.js')
const { waitOf } = require('./write-options.js')

/**
 * @typedef {import('../index.js').RedisStateAdapterOptions} Options
 * @typedef {import('../index.js').NodeRedisClientLike} Client
 * @typedef {import('../index.js').StateOptions} StateOptions
 * @typedef {import('../index.js').StateItemsInput} StateItemsInput
 * @typedef {import('../index.js').WriteOptions} WriteOptions
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
  #origins
  /** The server, as it is named in traces. */
  #server
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
    this.#native = this.#open(resolved.options)
    const { embedded, unverified, server } = this.#native.rules
    this.#server = server
    this.#connectionTrace = new ConnectionTrace(server)
    this.#batches = new Batches(this.#native, this.#origins)
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
   */
  get(traceId, key) {
    return this.#point('get', traceId, key)
  }

  /**
   * @template T
   * @param {string} traceId
   * @param {string} key
   * @param {T} value
   * @param {WriteOptions} [options]
   * @returns {Promise<T>}
   */
  set(traceId, key, value, options) {
    return this.#point('set', traceId, key, value, options)
  }

  /**
   * @param {string} traceId
   * @param {string} key
   * @param {WriteOptions} [options]
   */
  delete(traceId, key, options) {
    return this.#point('delete', traceId, key, undefined, options)
  }

  /** @param {string} traceId */
  getGroup(traceId) {
    return this.#listGroup('getGroup', traceId, { start: (batch) => this.#native.getGroup(batch, traceId) })
  }

  /** @param {string} traceId */
  keys(traceId) {
    return this.#listGroup('keys', traceId, { start: (batch) => this.#native.keys(batch, traceId) })
  }

  traceIds() {
    return this.#list('traceIds', { start: (batch) => this.#native.traceIds(batch) })
  }

  /** @param {StateItemsInput} [input] */
  items(input = {}) {
    return this.#checked({}, () => {
      if (typeof input !== 'object' || input === null) throw invalidArgument('the input must be an object')
      const { groupId, filter } = input
      const matches = matcher(filter)
      const finish = (/** @type {any[]} */ flat) => itemsOf(flat).filter((item) => matches(item.value))
      // An empty id means all groups, as in the JavaScript adapter.
      if (groupId === undefined || groupId === null || groupId === '') {
        return this.#list('items', { start: (batch) => this.#native.items(batch), finish })
      }
      return this.#listGroup('items', groupId, { start: (batch) => this.#native.items(batch, groupId), finish })
    })
  }

  /** @param {string} traceId */
  clear(traceId) {
    const start = (/** @type {number} */ batch) => this.#native.clear(batch, traceId)
    return this.#listGroup('clear', traceId, { writes: true, start, finish: () => undefined })
  }

  async ping() {
    const start = performance.now()
    await this.#observed({ operation: 'ping' }, () =>
      this.#batches.point('ping', undefined, undefined, PING_RECORD, undefined),
    )
    return performance.now() - start
  }

  stats() {
    return this.#batches.stats
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
    const { strategy, credentials } = this.#origins
    try {
      return new NativeStore(
        options,
        USE_EVENT_LOOP,
        (batch, last, values, failures, apart) => this.#batches.settle(batch, last, values, failures, apart),
        (name, detail) => this.#announce(name, detail),
        strategy && ((retries, failure) => strategy.ask(retries, failure)),
        credentials && (() => credentials.ask()),
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
   * @param {WriteOptions} [options]
   */
  #point(operation, traceId, key, value, options) {
    if (!tracing.isObserved(tracing.commands)) return this.#send(operation, traceId, key, value, options)
    return this.#observed({ operation, traceId, key }, () => this.#send(operation, traceId, key, value, options))
  }

  /**
   * @param {'get' | 'set' | 'delete'} operation
   * @param {string} traceId
   * @param {string} key
   * @param {unknown} value
   * @param {WriteOptions | undefined} options
   */
  #send(operation, traceId, key, value, options) {
    let text
    let wait
    try {
      text = callRecord(operation, traceId, key, value, this.#batches.rules)
      wait = waitOf(options, this.#batches.rules)
    } catch (error) {
      return this.#refused(error, { traceId, key, writes: operation !== 'get' })
    }
    return this.#batches.point(operation, traceId, key, text, value, wait)
  }

  /**
   * @param {string} operation
   * @param {string} traceId
   * @param {Listing} listing
   */
  #listGroup(operation, traceId, listing) {
    return this.#checked({ traceId, writes: listing.writes }, () => {
      checkTraceId(traceId, this.#batches.rules)
      return this.#list(operation, { ...listing, traceId })
    })
  }

  /**
   * @param {string} operation
   * @param {Listing} listing
   */
  #list(operation, listing) {
    return this.#observed({ operation, traceId: listing.traceId }, () => this.#batches.listing(listing))
  }

  /**
   * Tells of a call those who listen.
   *
   * @template T
   * @param {{ operation: string, traceId?: string, key?: string }} call
   * @param {() => Promise<T>} run
   */
  #observed(call, run) {
    if (!tracing.isObserved(tracing.commands)) return run()
    return tracing.trace(tracing.commands, { ...call, ...this.#server }, run)
  }

  /**
   * Calls reject, they do not throw.
   *
   * @param {{ traceId?: unknown, writes?: boolean }} about
   * @param {() => Promise<any>} call
   * @returns {Promise<any>}
   */
  #checked(about, call) {
    try {
      return call()
    } catch (error) {
      return this.#refused(error, about)
    }
  }

  /**
   * A write that was refused says that nothing was written.
   *
   * @param {unknown} error
   * @param {{ traceId?: unknown, key?: unknown, writes?: boolean }} about
   * @returns {Promise<any>}
   */
  #refused(error, { traceId, key, writes }) {
    // What is not ours was thrown by a getter of the user's, or by V8 for a text that is too long.
    const ours =
      error instanceof RedisStateError ? error : invalidArgument('the arguments cannot be used', { cause: error })
    this.#batches.refused(ours.code)
    const ids = { traceId: stringOf(traceId), key: stringOf(key) }
    const details = { ...ids, cause: ours.cause, applied: writes ? /** @type {const} */ ('no') : undefined }
    return Promise.reject(new RedisStateError(ours.code, ours.message, details))
  }

  /**
   * @param {string} name
   * @param {EventDetail | null} [detail]
   */
  #announce(name, detail) {
    if (this.#ended) return
    this.#connectionTrace.tell(name, () => detail && failureOf(detail.error, this.#origins)())
    if (name === 'connect' || name === 'ready') this.emit(name)
    if (name === 'attend' && this.#native.attend()) this.#announce('ready')
    if (name === 'end') this.#end()
    if (!detail) return
    const { error: failure, retries = 0, delay = 0 } = detail
    const cause = failureOf(failure, this.#origins)()
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

/** @param {unknown} id */
function stringOf(id) {
  return typeof id === 'string' ? id : undefined
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
