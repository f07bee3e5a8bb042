// @ts-check
'use strict'

const { callFailure } = require('../../errors.js')
const { callNameOf } = require('../call.js')
const { itemsOf } = require('../items.js')
const { Batcher } = require('./batcher.js')
const { RECORDS, encode, recordKindOf } = require('./codec.js')
const { errorFromThrown, eventError } = require('./failures.js')
const { capabilitiesOf } = require('./capabilities.js')
const { checkCall, pageCall, pageOf, rebuild } = require('./indexes.js')
const { loadNative } = require('./load.js')
const { warnOf } = require('./notices.js')
const { warnOfUntracked, warnOnOpen } = require('./open-warnings.js')
const { checkSlot } = require('./slots.js')
const { Subscriptions } = require('./subscriptions.js')
const { withUrlParts } = require('./url.js')
const { userFunctionsOf } = require('./user-functions.js')
const { now } = require('../../time.js')

const { NativeStore } = loadNative()

/**
 * @typedef {import('../../../native.js').NativeEventDetail} EventDetail
 * @typedef {import('../engine.js').Host} Host
 * @typedef {import('../engine.js').Projection} Projection
 * @typedef {import('../engine.js').Scope} Scope
 * @typedef {import('../engine.js').StateEngine} StateEngine
 * @typedef {import('../engine.js').Cancellation} Cancellation
 * @typedef {import('../call.js').StateCall} StateCall
 */

/**
 * Whether native code reads its sockets on the event loop, which only Node.js on Unix makes accessible. Otherwise a thread reads
 * them; the variable lets tests select that driver.
 */
const USE_EVENT_LOOP =
  !('bun' in process.versions || 'deno' in process.versions || process.platform === 'win32') &&
  process.env.REDIS_STATE_DRIVER !== 'thread'

/** Operations of calls on more than one entry. The names are empty, because only the facade knows which method made the call. */
const LIST = { name: '', reads: true, writes: false }
const CLEAR = { name: '', reads: true, writes: true }

/** @type {Partial<Record<Projection, (values: any[]) => unknown>>} */
const LISTING_RESULTS = { items: itemsOf, count: ([count]) => count }

/** The engine in Rust: Redis, Valkey and the embedded store. @implements {StateEngine} */
class NativeEngine {
  /** @type {import('../../../native.js').NativeStore} */
  #native
  #meter
  #batcher
  #subscriptions
  /** @type {ReturnType<typeof userFunctionsOf>} */
  #userFunctions
  #naming
  #scriptBytes
  /** The address of the only server, if there is one. @type {string | undefined} */
  #server
  /** The figures of connections that were closed, which native code forgets. @type {Partial<ReturnType<Batcher['stats']>>} */
  #traffic = {}
  /** From the clock of native code to `now()`. An underestimate, so that proofs are not newer than they are. */
  #clockOffset = now() - NativeStore.clock()

  /**
   * @param {Record<string, unknown>} options
   * @param {Host} host
   * @param {NativeEngine} [base] the engine whose connections this one uses, see `view`
   */
  constructor(options, host, base) {
    this.#userFunctions = base === undefined ? userFunctionsOf(host) : base.#userFunctions
    this.#native = this.#open(options, host, base)
    this.#meter = host.meter
    const rules = this.#native.rules
    this.#naming = { hashTags: rules.hashTags }
    this.#scriptBytes = rules.scriptBytes
    this.#server = addressOf(rules.server)
    this.#batcher = new Batcher(this.#native, host.meter, this.#userFunctions, this.#server)
    this.#subscriptions = new Subscriptions(this.#native, this.#userFunctions, this.#server)
    this.rules = {
      strictTraceIds: rules.strictTraceIds,
      isUnprefixed: rules.keyPrefix === '' && !rules.hashTags,
      hashTags: rules.hashTags,
      mustBeTag: rules.index && rules.isCluster,
      strictValues: rules.strictValues,
      commandTimeout: rules.commandTimeout,
      maxPending: { calls: rules.maxPendingCommands, bytes: rules.maxPendingBytes },
      server: rules.server,
      inspectedFields: { server: rules.description, keyPrefix: rules.keyPrefix },
      entryKey: entryKeyOf(rules),
      isView: base !== undefined,
    }
    this.capabilities = capabilitiesOf(rules)
    /** @type {StateEngine['listPage']} */
    this.listPage = rules.index && !rules.embedded ? (...args) => this.#listPage(...args) : undefined
    if (base === undefined && !host.isPrivate) warnOnOpen(rules, NativeStore.openStores())
  }

  /**
   * An engine on the connections of this one, with other names of entries. It emits no events of the connections, which the last
   * of both engines closes. `abort` of one rejects the calls of both.
   *
   * @param {Record<string, unknown>} options
   * @param {Host} host
   */
  view(options, host) {
    return new NativeEngine(options, host, this)
  }

  /** @param {StateCall} call @returns {Promise<any>} */
  execute(call) {
    const kind = recordKindOf(call)
    if (kind === RECORDS.transaction && this.capabilities.movesEntries) checkSlot(call, this.#naming)
    if (kind === RECORDS.command) return this.#batcher.add(call, encode(call, kind, this.#naming), 0, call.input.parts)
    const reply = this.#batcher.add(call, encode(call, kind, this.#naming), this.#scriptBytes[kind.letter])
    const { decode } = kind
    return decode === undefined ? reply : reply.then((raw) => this.#decode(call, () => decode(raw, call)))
  }

  /** @param {Scope} scope @param {Projection} projection @param {Cancellation} [cancellation] @returns {Promise<any>} */
  list(scope, projection, cancellation) {
    const finish = LISTING_RESULTS[projection] ?? ((values) => values)
    return this.#list(
      { operation: LIST, traceId: scope.traceId, finish, ...this.#nativeListing(scope, projection) },
      cancellation,
    )
  }

  /** @param {Scope} scope @param {Cancellation} [cancellation] @returns {Promise<void>} */
  clear({ traceId = '', keyPrefix = '' }, cancellation) {
    const start = (/** @type {number} */ batch) => this.#native.clear(batch, traceId, keyPrefix)
    return this.#list({ operation: CLEAR, traceId, text: keyPrefix, start, finish: () => undefined }, cancellation)
  }

  /** @param {import('../engine.js').PageScope} scope @param {Cancellation} [cancellation] */
  #listPage(scope, cancellation) {
    return this.#list({ operation: LIST, ...pageCall(this.#native, scope) }, cancellation)
  }

  /** @param {Parameters<typeof rebuild>[1]} wanted @param {Cancellation} [cancellation] */
  reindex(wanted, cancellation) {
    return rebuild(this.#native, wanted, (call) => this.#list({ operation: LIST, ...call }, cancellation))
  }

  /** @param {Cancellation} [cancellation] */
  checkIndex(cancellation) {
    return this.#list({ operation: LIST, ...checkCall(this.#native) }, cancellation)
  }

  /** @param {import('../engine.js').QueryPlan} plan @param {Cancellation} [cancellation] */
  query({ traceId, ...plan }, cancellation) {
    const text = JSON.stringify(plan)
    const start = (/** @type {number} */ batch) => this.#native.query(batch, text, traceId)
    return this.#list({ operation: LIST, traceId, text, start, finish: pageOf }, cancellation)
  }

  /** @param {import('../engine.js').WatchScope} scope @param {import('../engine.js').WatchSink} sink */
  subscribe(scope, sink) {
    return this.#subscriptions.open(scope, sink)
  }

  /** @param {{ traceId: string, key: string }} lock @param {(event: import('../engine.js').LockEvent) => void} onEvent */
  subscribeToLock(lock, onEvent) {
    return this.#subscriptions.openForLock(lock, onEvent)
  }

  stats() {
    return { ...this.#batcher.stats(), ...this.#traffic }
  }

  isReady() {
    return this.#native.isReady()
  }

  /** @param {number} [waited] */
  unready(waited) {
    const unready = this.#native.unready(waited)
    if (unready === null) return undefined
    const { failure, isPermanent } = unready
    const makeError = () => eventError(failure, this.#userFunctions, this.#server)
    return { isPermanent, silent: failure.silent, makeError }
  }

  isTracking() {
    return this.#native.isTracking()
  }

  provenAt() {
    return this.#native.provenAt() + this.#clockOffset
  }

  /** @returns {Promise<boolean>} */
  prove() {
    return new Promise((resolve) => this.#native.prove(resolve))
  }

  abort() {
    this.#native.abort()
  }

  async close() {
    await this.#batcher.close()
    const { bytesSent, bytesReceived, reconnects } = this.stats()
    this.#traffic = { bytesSent, bytesReceived, reconnects }
    this.#native.close()
  }

  /** @param {Record<string, unknown>} options @param {Host} host @param {NativeEngine} [base] */
  #open(options, { onEvent, onInvalidation }, base) {
    const { strategy, credentials } = this.#userFunctions
    /** @type {ConstructorParameters<typeof NativeStore>[2]} */
    const onSettled = (batch, last, values, failures, separate, bytes) =>
      this.#batcher.settle(batch, last, values, failures, separate, bytes)
    try {
      if (base !== undefined) return base.#native.view(withUrlParts(options), onSettled)
      return new NativeStore(
        withUrlParts(options),
        USE_EVENT_LOOP,
        onSettled,
        (name, detail) => this.#onEvent(name, detail, onEvent),
        strategy && ((retries, failure) => strategy.decide(retries, failure)),
        credentials && (() => credentials.get()),
        () => require('./node-roots.js').rootsOfNode(),
        onInvalidation,
      )
    } catch (error) {
      throw require('./option-errors.js').explainOption(errorFromThrown(error), options)
    }
  }

  /**
   * @param {string} name
   * @param {EventDetail | null | undefined} detail
   * @param {Host['onEvent']} onEvent
   */
  #onEvent(name, detail, onEvent) {
    const event = this.#eventOf(name, detail)
    if (name === 'untracked') warnOfUntracked(event.makeError?.())
    else if (!warnOf(name)) onEvent(event)
  }

  /**
   * @param {string} name
   * @param {EventDetail | null} [detail]
   * @returns {import('../engine.js').ConnectionEvent}
   */
  #eventOf(name, detail) {
    const makeError = detail ? () => eventError(detail.error, this.#userFunctions, this.#server) : undefined
    const { retries = 0, delay = 0 } = detail ?? {}
    const known = /** @type {import('../engine.js').ConnectionEvent['name']} */ (name)
    return { name: known, makeError, silent: detail?.error.silent, retries, delay }
  }

  /**
   * Selects the native method that lists a scope.
   *
   * @param {Scope} scope
   * @param {Projection} projection
   * @returns {{ text?: string, start: (batch: number) => void }}
   */
  #nativeListing({ traceId, keyPrefix, keys, names }, projection) {
    if (names !== undefined) return { start: (batch) => this.#native.listPresent(batch, names) }
    if (keys === undefined) {
      const native = /** @type {Exclude<Projection, 'present'>} */ (projection)
      return { text: keyPrefix, start: (batch) => this.#native.list(batch, native, traceId, keyPrefix) }
    }
    const text = JSON.stringify(keys)
    return { text, start: (batch) => this.#native.listItems(batch, traceId ?? '', text) }
  }

  /**
   * @param {import('./batcher.js').Listing} listing
   * @param {Cancellation} [cancellation]
   */
  #list(listing, cancellation) {
    if (cancellation === undefined) return this.#batcher.list(listing)
    const start = (/** @type {number} */ batch) => {
      cancellation.cancel = () => this.#native.cancel(batch)
      listing.start(batch)
    }
    return this.#batcher.list({ ...listing, start })
  }

  /**
   * Decodes a reply; one of an unexpected form is a failure of its call.
   *
   * @param {StateCall} call
   * @param {() => any} decode
   */
  #decode(call, decode) {
    try {
      return decode()
    } catch (cause) {
      this.#meter.failed('ERR_REPLY', 1)
      const applied = call.operation.writes ? /** @type {const} */ ('unknown') : undefined
      const what = 'the reply of the server does not fit the command'
      throw callFailure(callNameOf(call), 'ERR_REPLY', what, { server: this.#server, applied, cause })
    }
  }
}

/** @param {import('../../../native.js').NativeServer} server */
function addressOf({ serverAddress, serverPort }) {
  return serverPort === undefined ? serverAddress : `${serverAddress}:${serverPort}`
}

/**
 * Throws if options are invalid, without opening a store.
 *
 * @param {Record<string, unknown>} options
 */
function checkOptions(options) {
  try {
    NativeStore.checkOptions(withUrlParts(options))
  } catch (error) {
    throw require('./option-errors.js').explainOption(errorFromThrown(error), options)
  }
}

/** How the keys of entries are made on the server; src/keyspace.rs makes them for calls. @param {{ keyPrefix: string, hashTags: boolean }} rules */
function entryKeyOf({ keyPrefix, hashTags }) {
  return (/** @type {string} */ traceId, /** @type {string} */ key) =>
    hashTags ? `${keyPrefix}{${traceId}}:${key}` : `${keyPrefix}${traceId}:${key}`
}

module.exports = { NativeEngine, checkOptions }
