// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { callFailure, failure, unsupported } = require('../../errors.js')
const tracing = require('../../observability/tracing.js')
const { clearTimeout, nextTick, now, setTimeout } = require('../../time.js')
const { OPERATIONS, callNameOf } = require('../call.js')
const { createClient } = require('./client.js')
const { openContainer } = require('./container.js')
const { Workbench, queryEntries } = require('./embedded.js')
const { Exchange } = require('./exchange.js')
const { errorOf, lastFailureOf } = require('./failures.js')
const { ItemLayout, checkTraceId } = require('./item.js')
const { ALONE, Lanes, laneOf } = require('./lanes.js')
const { clear, entries, list } = require('./listings.js')
const { EXECUTE } = require('./operations.js')
const { Opening } = require('./opening.js')
const { Pending } = require('./pending.js')
const { CosmosStore } = require('./store.js')

/**
 * @typedef {object} CosmosOptions checked options, with defaults
 * @property {string} endpoint
 * @property {string} [key]
 * @property {any} [credential] `TokenCredential` of `@azure/identity`
 * @property {{ tenantId: string, clientId: string, clientSecret: string, authorityHost?: string }} [application]
 * @property {string} database
 * @property {string} container
 * @property {string[]} path of the partition key
 * @property {string} keyPrefix
 * @property {string} [consistency]
 * @property {number} [ttl]
 * @property {string[]} [regions]
 * @property {false | Record<string, any>} createIfMissing
 * @property {boolean} enableEndpointDiscovery
 * @property {object} [tls] options of the `Agent` of Node.js
 * @property {any} [agent]
 * @property {number} commandTimeout
 * @property {{ calls: number, bytes: number }} maxPending
 * @property {boolean} strictTraceIds
 * @property {boolean} strictValues
 *
 * @typedef {import('../engine.js').Host} Host
 * @typedef {import('../engine.js').Scope} Scope
 * @typedef {import('../engine.js').Projection} Projection
 * @typedef {import('../engine.js').Cancellation} Cancellation
 * @typedef {import('../engine.js').StateEngine} StateEngine
 * @typedef {import('../call.js').StateCall} StateCall
 *
 * @typedef {object} Task a call of the engine
 * @property {import('../../error-message.js').CallName} name
 * @property {boolean} writes
 * @property {number} bytes
 * @property {string} [mode] of its lanes
 * @property {Cancellation} [cancellation]
 */

const AWAIT_CALLS = 'Await calls before you make more.'
/** Calls of a bulk method that run at a time. Each has `commandTimeout`, so they must not wait for each other. */
const MAX_PORTION = 100

/** The engine on Azure Cosmos DB. @implements {StateEngine} */
class CosmosEngine {
  #options
  #meter
  #layout
  #pending
  #workbench = new Workbench()
  /** @type {Set<(reason: 'closed') => void>} */
  #aborts = new Set()
  #lanes = new Lanes()
  #opening
  #client
  #http
  /** The server's time in seconds, and when it was read. */
  #time = { server: 0, read: 0 }
  #isClosed = false

  /** @param {CosmosOptions} options @param {Host} host */
  constructor(options, { meter, onEvent }) {
    this.#options = options
    this.#meter = meter
    this.#layout = new ItemLayout(options)
    this.#pending = new Pending(options.maxPending)
    const { client, http } = createClient(options)
    this.#client = client
    this.#http = http
    this.#opening = new Opening(() => this.#open(), onEvent)
    const { hostname, port, protocol } = new URL(options.endpoint)
    this.server = `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`
    const { strictTraceIds, strictValues, commandTimeout, maxPending, database, container, keyPrefix } = options
    this.rules = {
      ...{ strictTraceIds, strictValues, commandTimeout, maxPending, maxPortion: MAX_PORTION, hasConsistency: true },
      etag: ETAG,
      server: { serverAddress: hostname, serverPort: Number(this.server.split(':').at(-1)), database, container },
      inspectedFields: { server: options.endpoint, database, container, keyPrefix },
    }
    this.capabilities = CAPABILITIES
    // Not in the constructor, so that the caller can listen to events.
    nextTick(() => {
      if (!this.#isClosed) this.#opening.ready().catch(() => {})
    })
  }

  /** @param {StateCall} call @returns {Promise<any>} */
  execute(call) {
    const { operation } = call
    const bytes = operation === OPERATIONS.ping ? 0 : bytesOf(call)
    return this.#run(
      { name: callNameOf(call), writes: operation.writes, bytes, mode: modeOf(operation) },
      (exchange, store) => {
        store.checkCall(call)
        return EXECUTE[operation.name](store, call, exchange)
      },
      lanesOf(call),
    )
  }

  /** @param {Scope} scope @param {Projection} projection @param {Cancellation} [cancellation] */
  list(scope, projection, cancellation) {
    return this.#onScope(scope, { writes: false, cancellation }, (exchange, store) =>
      list(store, scope, projection, exchange),
    )
  }

  /** @param {Scope} scope @param {Cancellation} [cancellation] */
  clear(scope, cancellation) {
    return this.#onScope(scope, { writes: true, cancellation }, (exchange, store) => clear(store, scope, exchange))
  }

  /** @param {import('../engine.js').QueryPlan} plan @param {Cancellation} [cancellation] */
  query(plan, cancellation) {
    return this.#onScope(plan, { writes: false, cancellation }, async (exchange, store) => {
      const { traceId, consistency } = plan
      return queryEntries(plan, await entries(store, { traceId, consistency }, exchange))
    })
  }

  /** @returns {never} */
  subscribe() {
    throw unsupported(`this store does not support watch: ${CAPABILITIES.reasons.watch}`)
  }

  /** No releases are announced, so calls that wait make attempts from time to time. */
  subscribeToLock() {
    return () => {}
  }

  stats() {
    const { calls, bytes } = this.#pending
    const { bytesSent, bytesReceived, charge } = this.#http
    return {
      ...{ inFlight: calls, waiting: 0, pendingBytes: bytes, bytesSent, bytesReceived, reconnects: 0 },
      requestCharge: Math.round(charge * 100) / 100,
    }
  }

  isReady() {
    return !this.#isClosed && this.#opening.opened !== undefined
  }

  /** @param {number} [waited] */
  unready(waited) {
    return this.#opening.unready(waited)
  }

  abort() {
    for (const abort of [...this.#aborts]) abort('closed')
  }

  async close() {
    this.#isClosed = true
    this.#opening.close()
    await this.#pending.drained()
    this.#client.dispose()
    this.#http.close()
    await this.#workbench.close()
  }

  async #open() {
    // So that `connect` and the events tell at once what is wrong.
    const exchange = new Exchange({ isPatient: false })
    const { commandTimeout } = this.#options
    const timer = setTimeout(() => exchange.abort(), commandTimeout)
    timer.unref()
    const abort = () => exchange.abort()
    this.#aborts.add(abort)
    try {
      const opened = await exchange.run(() => openContainer(this.#client, this.#options, exchange))
      this.#note(exchange)
      const parts = {
        layout: this.#layout,
        options: this.#options,
        workbench: this.#workbench,
        clock: () => this.#clock(),
      }
      return new CosmosStore(opened, parts)
    } catch (error) {
      if (exchange.signal.aborted)
        throw failure('ERR_COMMAND_TIMEOUT', `the container could not be read within ${commandTimeout} ms`, {
          server: this.server,
          cause: exchange.error,
        })
      throw errorOf(error, exchange, { name: {}, writes: false, server: this.server })
    } finally {
      clearTimeout(timer)
      this.#aborts.delete(abort)
    }
  }

  /**
   * @template T
   * @param {{ traceId?: string, keyPrefix?: string }} scope
   * @param {{ writes: boolean, cancellation?: Cancellation }} task
   * @param {(exchange: Exchange, store: CosmosStore) => Promise<T>} work
   */
  #onScope({ traceId, keyPrefix = '' }, { writes, cancellation }, work) {
    const bytes = Buffer.byteLength((traceId ?? '') + keyPrefix)
    return this.#run({ name: { traceId }, writes, bytes, cancellation }, (exchange, store) => {
      if (traceId !== undefined) checkTraceId(traceId)
      return work(exchange, store)
    })
  }

  /**
   * Runs a call, which settles within `commandTimeout`.
   *
   * @template T
   * @param {Task} task
   * @param {(exchange: Exchange, store: CosmosStore) => Promise<T>} work
   * @param {string[]} [lanes] of the entries of the call
   * @returns {Promise<T>}
   */
  #run(task, work, lanes = []) {
    const refused = this.#refusal(task)
    if (refused !== undefined) {
      this.#meter.rejected(refused.code)
      return Promise.reject(refused)
    }
    const exchange = new Exchange()
    const since = now()
    this.#meter.calls += 1
    this.#pending.add(task.bytes)
    const trace = this.#traceStart()
    return this.#settling(task, exchange, () =>
      this.#lanes.run(lanes, task.mode ?? ALONE, () => this.#work(exchange, work)),
    ).then(
      (value) => {
        this.#settle(task, exchange, { since, trace })
        return value
      },
      (error) => {
        this.#settle(task, exchange, { since, trace, error })
        throw error
      },
    )
  }

  /** @template T @param {Exchange} exchange @param {(exchange: Exchange, store: CosmosStore) => Promise<T>} work @returns {Promise<T>} */
  async #work(exchange, work) {
    const store = this.#opening.opened ?? (await this.#opening.usable(exchange.signal))
    return exchange.run(() => work(exchange, store))
  }

  /**
   * Settles with the work, its deadline, or `abort`.
   *
   * @template T
   * @param {Task} task
   * @param {Exchange} exchange
   * @param {() => Promise<T>} start
   * @returns {Promise<T>}
   */
  #settling({ name, writes, cancellation }, exchange, start) {
    const { server } = this
    const { commandTimeout } = this.#options
    return new Promise((resolve, reject) => {
      const end = (/** @type {'closed' | 'timeout'} */ reason) => {
        stop()
        const applied = writes ? exchange.applied : undefined
        const [code, what] = ENDS[reason](commandTimeout)
        const waiting = this.#opening.opened === undefined ? this.#opening.unready()?.makeError() : undefined
        reject(callFailure(name, code, what, { applied, server, cause: waiting ?? lastFailureOf(exchange) }))
        exchange.abort()
      }
      const timer = setTimeout(() => end('timeout'), commandTimeout)
      const stop = () => {
        clearTimeout(timer)
        this.#aborts.delete(end)
      }
      this.#aborts.add(end)
      if (cancellation) cancellation.cancel = () => exchange.abort()
      start().then(
        (value) => {
          stop()
          resolve(value)
        },
        (error) => {
          stop()
          reject(errorOf(error, exchange, { name, writes, server }))
          // Its other requests.
          exchange.abort()
        },
      )
    })
  }

  /** @param {Task} task */
  #refusal({ name, writes, bytes }) {
    const applied = writes ? /** @type {const} */ ('no') : undefined
    if (this.#isClosed) return callFailure(name, 'ERR_CLOSED', 'the adapter was closed with cleanup()', { applied })
    const what = this.#pending.exceededBy(bytes)
    if (what === undefined) return undefined
    return callFailure(name, 'ERR_BACKPRESSURE', what, { applied, remedy: AWAIT_CALLS })
  }

  /** @param {Task} task @param {Exchange} exchange @param {{ since: number, trace: any, error?: any }} result */
  #settle({ bytes }, exchange, { since, trace, error }) {
    this.#note(exchange)
    this.#meter.settled(1, since)
    if (error !== undefined) this.#meter.failed(error.code, 1)
    if (trace !== undefined) {
      const { charge: requestCharge, requests } = exchange
      tracing.finish(tracing.batches, Object.assign(trace, { failed: error ? 1 : 0, requestCharge, requests }))
    }
    this.#pending.remove(bytes)
  }

  #traceStart() {
    if (!tracing.isObserved(tracing.batches)) return undefined
    const trace = { calls: 1, failed: 0, ...this.rules.server }
    tracing.batches.start.publish(trace)
    tracing.batches.end.publish(trace)
    return trace
  }

  /** @param {Exchange} exchange */
  #note({ serverTime }) {
    if (serverTime !== undefined) this.#time = { server: serverTime, read: now() }
  }

  #clock() {
    return Math.floor(this.#time.server + (now() - this.#time.read) / 1000)
  }
}

/** @type {Record<string, (timeout: number) => [code: 'ERR_CLOSED' | 'ERR_COMMAND_TIMEOUT', what: string]>} */
const ENDS = {
  closed: () => ['ERR_CLOSED', 'the adapter was closed before the call was done'],
  timeout: (timeout) => ['ERR_COMMAND_TIMEOUT', `timed out after ${timeout} ms`],
}

const NO_LEASES = 'the service has no time more exact than a second. Use a store on Redis for it'

/** Etags of the service are any text; those of emulators have other forms. */
const ETAG = {
  expected: 'the etag of an entry',
  accepts: (/** @type {string} */ text) => /^[\x21-\x7e]{1,200}$/.test(text),
}

/** The lanes of the entries that a call reads or writes. @param {StateCall} call */
function lanesOf({ operation, traceId, key, input }) {
  if (operation === OPERATIONS.ping) return []
  const steps = /** @type {import('../call.js').TransactionStep[]} */ (input?.steps ?? [{ key }])
  return [...new Set(steps.map((step) => laneOf({ traceId, key: step.key })))]
}

/** Reads of an entry do not disturb each other, and neither do increments. @param {import('../call.js').Operation} operation */
function modeOf({ name, writes }) {
  if (name === 'increment') return 'increment'
  return writes ? ALONE : 'read'
}

/** @param {StateCall} call */
function bytesOf({ traceId, key, json = '', input }) {
  const steps = /** @type {import('../call.js').TransactionStep[]} */ (input?.steps ?? [])
  const texts = [traceId, key, json, ...steps.map((step) => step.key + (step.json ?? ''))]
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}

const CAPABILITIES = {
  operations: new Set(Object.keys(EXECUTE)),
  conditions: true,
  expiry: true,
  query: true,
  watch: false,
  replicas: false,
  movesEntries: false,
  /** Why something is not supported. */
  reasons: {
    watch:
      'the change feed of Azure Cosmos DB has no deletions, no expirations and no old values. Read the entries from time to time, or use a store on Redis',
    lock: NO_LEASES,
    rateLimit: NO_LEASES,
    replicas: 'Azure Cosmos DB replicates by itself. Choose a consistency instead',
  },
}

module.exports = { CosmosEngine }
