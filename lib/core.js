// @ts-check
'use strict'

const { NativeStore } = require('../native.js')
const { abortable } = require('./abort.js')
const { Batches } = require('./batch.js')
const { callOptions } = require('./call-options.js')
const { PING_RECORD, actionRecord, callRecord, checkId, checkTraceId, nameOf } = require('./entry.js')
const { RedisStateError, fromThrown, invalidArgument } = require('./errors.js')
const { OPERATIONS } = require('./operations.js')
const tracing = require('./tracing.js')

/**
 * @typedef {import('../native.js').EventDetail} EventDetail
 * @typedef {import('./batch.js').Listing} Listing
 * @typedef {import('./call-options.js').Given} Given
 * @typedef {import('./operations.js').Action} Action
 *
 * @typedef {object} Act a call on an entry that is more than getting, setting or deleting it
 * @property {string} operation the method, as it is traced
 * @property {Action} action
 * @property {string} traceId
 * @property {string} key
 * @property {unknown} [options] of the call
 * @property {readonly string[]} accepted names of the options that it has
 * @property {(given: Given) => string[]} args what crosses beside the name of the entry; may throw
 * @property {unknown} [value] what it resolves to, where it reads nothing
 * @property {(reply: any) => any} [finish] makes the result of what was read
 */

/**
 * Only Node has an event loop that a socket can be watched on from native code. The variable is for tests of the other
 * way: a thread that reads.
 */
const USE_EVENT_LOOP =
  !('bun' in process.versions || 'deno' in process.versions || process.platform === 'win32') &&
  process.env.REDIS_STATE_DRIVER !== 'thread'

/** A native store, and how calls come to it: checked, told to those who listen, in batches. */
class Core {
  #native
  #batches
  /** The server, as it is named in traces. */
  #server

  /**
   * @param {Record<string, unknown>} options
   * @param {{ strategy?: import('./strategy.js').SafeStrategy, credentials?: import('./credentials.js').SafeCredentials }} origins
   * @param {(name: string, detail?: EventDetail | null) => void} announce
   */
  constructor(options, origins, announce) {
    this.#native = this.#open(options, origins, announce)
    this.#server = this.#native.rules.server
    this.#batches = new Batches(this.#native, origins)
  }

  get native() {
    return this.#native
  }

  /** What is kept to before a call crosses. */
  get rules() {
    return this.#batches.rules
  }

  get stats() {
    return this.#batches.stats
  }

  /**
   * @param {'get' | 'set' | 'delete'} operation
   * @param {string} traceId
   * @param {string} key
   * @param {unknown} [value]
   * @returns {Promise<any>}
   */
  point(operation, traceId, key, value) {
    if (!tracing.isObserved(tracing.commands)) return this.#send(operation, traceId, key, value)
    return this.observed({ operation, traceId, key }, () => this.#send(operation, traceId, key, value))
  }

  /**
   * As `point`, of which the options have to be looked at first.
   *
   * @param {'get' | 'set' | 'delete'} operation
   * @param {string} traceId
   * @param {string} key
   * @param {unknown} value
   * @param {unknown} options
   * @param {readonly string[]} accepted
   */
  pointWith(operation, traceId, key, value, options, accepted) {
    const about = { traceId, key, writes: operation !== 'get' }
    return this.observed({ operation, traceId, key }, () =>
      this.checked(about, () => {
        const given = callOptions(options, accepted, this.rules)
        return this.#abortable(this.#send(operation, traceId, key, value, given), given.signal, about)
      }),
    )
  }

  /**
   * @param {Act} act
   * @returns {Promise<any>}
   */
  act({ operation, action, traceId, key, options, accepted, args, value, finish }) {
    const about = { traceId, key, writes: OPERATIONS[action].writes }
    return this.observed({ operation, traceId, key }, () =>
      this.checked(about, () => {
        const given = callOptions(options, accepted, this.rules)
        const text = actionRecord(action, nameOf(traceId, key, this.rules), args(given))
        const script = this.rules.scriptBytes[OPERATIONS[action].letter]
        const reply = this.#batches.point(action, traceId, key, text, value, given.wait, script)
        const result = finish ? reply.then((read) => finished(read, finish, about)) : reply
        return this.#abortable(result, given.signal, about)
      }),
    )
  }

  /** Asks the server for an answer. */
  ping() {
    return this.observed({ operation: 'ping' }, () =>
      this.#batches.point('ping', undefined, undefined, PING_RECORD, undefined),
    )
  }

  /**
   * @param {string} operation
   * @param {string} traceId
   * @param {Listing} listing
   */
  listGroup(operation, traceId, listing) {
    return this.checked({ traceId, writes: listing.writes }, () => {
      checkTraceId(traceId, this.rules)
      return this.list(operation, { ...listing, traceId })
    })
  }

  /**
   * As `listGroup`, for the keys that start so.
   *
   * @param {string} operation
   * @param {string} traceId
   * @param {string} keyPrefix
   * @param {Listing} listing
   */
  listPart(operation, traceId, keyPrefix, listing) {
    return this.checked({ traceId, writes: listing.writes }, () => {
      checkTraceId(traceId, this.rules)
      checkId('key prefix', keyPrefix)
      return this.list(operation, { ...listing, traceId, more: keyPrefix })
    })
  }

  /**
   * @param {string} operation
   * @param {Listing} listing
   */
  list(operation, listing) {
    return this.observed({ operation, traceId: listing.traceId }, () => this.#batches.listing(listing))
  }

  /**
   * Tells of a call those who listen.
   *
   * @template T
   * @param {{ operation: string, traceId?: string, key?: string }} call
   * @param {() => Promise<T>} run
   */
  observed(call, run) {
    if (!tracing.isObserved(tracing.commands)) return run()
    return tracing.trace(tracing.commands, { ...call, ...this.#server }, run)
  }

  /**
   * Calls reject, they do not throw.
   *
   * @param {{ traceId?: unknown, key?: unknown, writes?: boolean }} about
   * @param {() => Promise<any>} call
   * @returns {Promise<any>}
   */
  checked(about, call) {
    try {
      return call()
    } catch (error) {
      return this.#refused(error, about)
    }
  }

  /** Takes no more calls, and ends when those in flight are settled. */
  async close() {
    await this.#batches.close()
    this.#native.close()
  }

  /**
   * @param {Record<string, unknown>} options
   * @param {{ strategy?: import('./strategy.js').SafeStrategy, credentials?: import('./credentials.js').SafeCredentials }} origins
   * @param {(name: string, detail?: EventDetail | null) => void} announce
   */
  #open(options, { strategy, credentials }, announce) {
    try {
      return new NativeStore(
        options,
        USE_EVENT_LOOP,
        (batch, last, values, failures, apart) => this.#batches.settle(batch, last, values, failures, apart),
        announce,
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
   * @param {unknown} value
   * @param {Given} [given]
   */
  #send(operation, traceId, key, value, given) {
    let text
    try {
      text = callRecord(operation, traceId, key, value, this.#batches.rules)
    } catch (error) {
      return this.#refused(error, { traceId, key, writes: operation !== 'get' })
    }
    return this.#batches.point(operation, traceId, key, text, value, given?.wait)
  }

  /**
   * @template T
   * @param {Promise<T>} call
   * @param {AbortSignal | undefined} signal
   * @param {{ traceId: string, key: string, writes: boolean }} about
   */
  #abortable(call, signal, about) {
    return signal === undefined ? call : abortable(call, signal, about)
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
}

/**
 * @param {any} read
 * @param {(reply: any) => any} finish
 * @param {{ traceId: string, key: string, writes: boolean }} about
 */
function finished(read, finish, { traceId, key, writes }) {
  try {
    return finish(read)
  } catch (cause) {
    if (cause instanceof RedisStateError) throw cause
    const applied = writes ? /** @type {const} */ ('unknown') : undefined
    throw new RedisStateError('ERR_REPLY', "the server's answer does not fit the command", {
      traceId,
      key,
      applied,
      cause,
    })
  }
}

/** @param {unknown} id */
function stringOf(id) {
  return typeof id === 'string' ? id : undefined
}

module.exports = { Core }
