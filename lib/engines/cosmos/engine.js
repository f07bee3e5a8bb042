// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { failure, unsupported } = require('../../errors.js')
const { clearTimeout, nextTick, setTimeout } = require('../../time.js')
const { callNameOf } = require('../call.js')
const { bytesOf, lanesOf, modeOf } = require('./call-shape.js')
const { CAPABILITIES, ETAG } = require('./capabilities.js')
const { createClient } = require('./client.js')
const { openContainer } = require('./container.js')
const { Workbench, queryEntries } = require('./embedded.js')
const { Exchange } = require('./exchange.js')
const { errorOf } = require('./failures.js')
const { ItemLayout, checkTraceId } = require('./item.js')
const { clear, entries, list } = require('./listings.js')
const { EXECUTE } = require('./operations.js')
const { Opening } = require('./opening.js')
const { Runner } = require('./runner.js')
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
 */

/** Calls of a bulk method that run at a time. Each has `commandTimeout`, so they must not wait for each other. */
const MAX_PORTION = 100

/** The engine on Azure Cosmos DB. @implements {StateEngine} */
class CosmosEngine {
  #options
  #layout
  #workbench = new Workbench()
  #opening
  #client
  #http
  #runner
  #isClosed = false

  /** @param {CosmosOptions} options @param {Host} host */
  constructor(options, { meter, onEvent }) {
    this.#options = options
    this.#layout = new ItemLayout(options)
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
    const { server, rules } = this
    const limits = { commandTimeout, maxPending }
    this.#runner = new Runner({ meter, opening: this.#opening, server, traceFields: rules.server, ...limits })
    // Not in the constructor, so that the caller can listen to events.
    nextTick(() => {
      if (!this.#isClosed) this.#opening.ready().catch(() => {})
    })
  }

  /** @param {StateCall} call @returns {Promise<any>} */
  execute(call) {
    const { operation } = call
    const bytes = bytesOf(call)
    return this.#runner.run(
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
    const { calls, bytes } = this.#runner.pending
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
    this.#runner.abort()
  }

  async close() {
    this.#isClosed = true
    this.#opening.close()
    await this.#runner.close()
    this.#client.dispose()
    this.#http.close()
    await this.#workbench.close()
  }

  async #open() {
    // So that `connect` and the events say at once what is wrong.
    const exchange = new Exchange({ isPatient: false })
    const { commandTimeout } = this.#options
    const timer = setTimeout(() => exchange.abort(), commandTimeout)
    timer.unref()
    const ignoreAborts = this.#runner.onAbort(() => exchange.abort())
    try {
      const opened = await exchange.run(() => openContainer(this.#client, this.#options, exchange))
      this.#runner.note(exchange)
      const parts = {
        layout: this.#layout,
        options: this.#options,
        workbench: this.#workbench,
        clock: () => this.#runner.serverTime,
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
      ignoreAborts()
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
    return this.#runner.run({ name: { traceId }, writes, bytes, cancellation }, (exchange, store) => {
      if (traceId !== undefined) checkTraceId(traceId)
      return work(exchange, store)
    })
  }
}

module.exports = { CosmosEngine }
