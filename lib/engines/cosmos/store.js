// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { failure, invalidArgument, unsupported } = require('../../errors.js')
const { checkedItem } = require('./checks.js')
const { checkConsistency, checkExpiry, serviceLevelOf } = require('./container.js')
const { checkTraceId } = require('./item.js')
const { Lanes } = require('./lanes.js')
const { secondsOf } = require('./seconds.js')
const { NOT_FOUND } = require('./statuses.js')
const { NEVER, isEntry, remainingOf, storedValueOf } = require('./stored.js')

/**
 * @typedef {import('./engine.js').CosmosOptions} Options
 * @typedef {import('./container.js').OpenedContainer} OpenedContainer
 * @typedef {import('./exchange.js').Exchange} Exchange
 * @typedef {import('./item.js').ItemLayout} ItemLayout
 * @typedef {import('./item.js').Item} Item
 * @typedef {import('../call.js').StateCall} StateCall
 *
 * @typedef {object} Entry
 * @property {Item} item
 * @property {string} etag
 * @property {number} remaining seconds until it expires, -1 if it does not
 * @property {() => unknown} value throws if the stored value is not JSON
 */

/** The consistency of the account, whatever the store has. */
const LATEST = Symbol('latest')
/** As the service names it. */
const SESSION = 'Session'
/** The largest time to live that the service takes, in seconds. */
const MAX_TTL = 2_147_483_647
/** Of an item without its own members, in bytes: more is refused by the service. */
const MAX_ITEM_BYTES = 2 * 1024 * 1024
const MEMBERS_BYTES = 1024

/** A container that is open, and how entries are items of it. */
class CosmosStore {
  /**
   * @param {OpenedContainer} opened
   * @param {{ layout: ItemLayout, options: Options, workbench: import('./embedded.js').Workbench, clock: () => number }} parts
   */
  constructor({ container, defaultTtl, accountConsistency, otherWriteRegions }, { layout, options, workbench, clock }) {
    this.container = container
    this.layout = layout
    this.containerTtl = defaultTtl
    this.accountConsistency = accountConsistency
    this.otherWriteRegions = otherWriteRegions
    this.options = options
    this.workbench = workbench
    /** Rewrites of the same entry wait for each other. */
    this.rewrites = new Lanes()
    /** The server's time in seconds, as far as it is known. */
    this.clock = clock
  }

  /** @param {Item} item */
  at(item) {
    return this.container.item(item.id, /** @type {any} */ (this.layout.traceIdOf(item)))
  }

  /**
   * Options of a request that reads.
   *
   * @param {Exchange} exchange
   * @param {string | typeof LATEST} [consistency] of the call
   */
  reading(exchange, consistency) {
    const level = consistency === LATEST ? undefined : (consistency ?? this.options.consistency)
    checkConsistency(level, this.accountConsistency)
    const abortSignal = exchange.signal
    if (level !== undefined) return { abortSignal, consistencyLevel: serviceLevelOf(level) }
    // The SDK sends the session token, without which there is no session, only if the request names this level.
    return this.accountConsistency === SESSION ? { abortSignal, consistencyLevel: SESSION } : { abortSignal }
  }

  /**
   * Options of a request that writes.
   *
   * @param {Exchange} exchange
   * @param {string} [etag] that the item must have
   */
  writing(exchange, etag) {
    const options = { abortSignal: exchange.signal, excludedLocations: this.otherWriteRegions }
    return etag === undefined ? options : { ...options, accessCondition: { type: 'IfMatch', condition: etag } }
  }

  /**
   * Reads an entry.
   *
   * @param {{ traceId: string, key: string, options?: any }} call
   * @param {Exchange} exchange
   * @returns {Promise<Entry | undefined>}
   */
  async find(call, exchange) {
    const item = await this.read(call, exchange)
    return item && this.entryOf(item, call, exchange)
  }

  /**
   * Reads an entry that the call is to write. The consistency of the store is for calls that only read.
   *
   * @param {{ traceId: string, key: string }} call
   * @param {Exchange} exchange
   */
  async findLatest(call, exchange) {
    const item = await this.readLatest(call, exchange)
    return item && this.entryOf(item, call, exchange)
  }

  /**
   * Reads the item of such an entry, which can have expired.
   *
   * @param {{ traceId: string, key: string }} call
   * @param {Exchange} exchange
   */
  readLatest({ traceId, key }, exchange) {
    return this.read({ traceId, key, options: { all: { consistency: LATEST } } }, exchange)
  }

  /**
   * Reads the item of an entry, which can have expired.
   *
   * @param {{ traceId: string, key: string, options?: any }} call
   * @param {Exchange} exchange
   * @returns {Promise<Item | undefined>}
   */
  async read({ traceId, key, options }, exchange) {
    const reading = this.reading(exchange, options?.all?.consistency)
    const id = this.layout.idOf(key)
    const { resource } = await this.container.item(id, traceId).read(reading)
    if (exchange.status === NOT_FOUND) {
      rejectLostContainer(exchange)
      return undefined
    }
    const item = checkedItem(resource, this.layout, { id, traceId })
    if (!isEntry(item)) throw failure('ERR_WRONG_TYPE', 'the item is no entry: it has no value', { traceId, key })
    return item
  }

  /** @param {Item} item @param {{ traceId: string, key: string }} name @param {Exchange} exchange @returns {Entry | undefined} */
  entryOf(item, name, exchange) {
    const remaining = remainingOf(item, this.containerTtl, exchange.serverTime)
    if (remaining === 0) return undefined
    return { item, etag: String(item._etag), remaining, value: () => storedValueOf(item, name) }
  }

  /**
   * The item of a call that writes a value.
   *
   * @param {{ traceId: string, key: string, json?: string }} call
   * @param {number} [ttl] see `ttlOf`
   */
  newItem({ traceId, key, json = 'null' }, ttl) {
    const time = this.ttlOf(ttl)
    const content = { value: JSON.parse(json), ...(time === undefined ? {} : { ttl: time }) }
    return this.layout.itemOf(traceId, this.layout.idOf(key), content)
  }

  /**
   * The member `ttl` of an item.
   *
   * @param {number} [ttl] in seconds; 0 for none, omitted for the default of the store
   */
  ttlOf(ttl = this.options.ttl) {
    if (ttl === undefined) return undefined
    // Without a default time to live of the container nothing expires, and -1 would be refused.
    if (ttl <= 0) return this.containerTtl === undefined ? undefined : NEVER
    this.checkExpiry(ttl)
    return ttl
  }

  /** @param {number} ttl */
  checkExpiry(ttl) {
    checkExpiry(this.containerTtl, 'ttl', this.options)
    if (ttl > MAX_TTL) throw invalidArgument(`ttl: ${ttl} is more than ${MAX_TTL}, the most of Azure Cosmos DB`)
  }

  /** What is rejected before anything is sent. @param {StateCall} call */
  checkCall({ operation, traceId, key, json = '', options, input }) {
    if (traceId === undefined) return
    checkTraceId(traceId)
    if (operation.name !== 'transaction') this.layout.idOf(key)
    checkSize(json)
    secondsOf(options?.ttl)
    if (input?.withTtl) throw unsupported('withTtl: Azure Cosmos DB does not return the time to live of what it writes')
    for (const { key: one, json: text = '', ttl } of input?.steps ?? []) {
      this.layout.idOf(one)
      secondsOf(ttl)
      checkSize(text)
    }
  }
}

/** @param {string} json */
function checkSize(json) {
  const max = MAX_ITEM_BYTES - MEMBERS_BYTES
  if (json.length * 3 <= max || Buffer.byteLength(json) <= max) return
  throw failure('ERR_TOO_LARGE', 'the value has more than the 2 MB that an item of Azure Cosmos DB can have')
}

/** A 404 with a substatus is of the container, or of a replica that lags behind; not of the item. @param {Exchange} exchange */
function rejectLostContainer({ status, substatus }) {
  if (substatus !== 0) throw Object.assign(new Error('not found'), { code: status })
}

module.exports = { CosmosStore, LATEST, rejectLostContainer }
