// @ts-check
'use strict'

const { RedisStateError, ofCall } = require('../../errors.js')
const { OPERATIONS, callNameOf } = require('../call.js')
const { itemOf } = require('../items.js')
const { EngineDecorator } = require('../decorator.js')

/**
 * @typedef {import('../call.js').StateCall} StateCall
 * @typedef {import('../engine.js').Cancellation} Cancellation
 * @typedef {import('../engine.js').Scope} Scope
 * @typedef {import('../engine.js').StateEngine} StateEngine
 * @typedef {import('../../../index.js').StateItem} StateItem
 */

const NO_JSON = 'with a codec, the server cannot read values'

/** What the server does with JSON. */
const OF_JSON = ['update', 'increment', 'query']

/**
 * An engine whose values are in the format of a codec: decodes what is read. The facade encodes what is written.
 *
 * @extends {EngineDecorator<StateEngine>}
 */
class CodecEngine extends EngineDecorator {
  #codec
  #meter

  /**
   * @param {StateEngine} inner
   * @param {import('./codec.js').Codec} codec
   * @param {import('../engine.js').Host} host
   */
  constructor(inner, codec, { meter }) {
    super(inner)
    this.#codec = codec
    this.#meter = meter
    this.rules = { ...inner.rules, codec }
    const { operations, reasons } = inner.capabilities
    this.capabilities = {
      ...inner.capabilities,
      operations: new Set([...operations].filter((name) => !OF_JSON.includes(name))),
      query: false,
      reasons: { ...reasons, ...Object.fromEntries(OF_JSON.map((name) => [name, NO_JSON])) },
    }
    this.reindex = inner.reindex?.bind(inner)
    this.checkIndex = inner.checkIndex?.bind(inner)
    /** @type {StateEngine['listPage']} */
    this.listPage = inner.listPage && ((scope, cancellation) => this.#listPage(scope, cancellation))
  }

  get cacheCounts() {
    return this.inner.cacheCounts
  }

  /** @override @param {StateCall} call @returns {Promise<any>} */
  execute(call) {
    // Read first: a cache changes it to `getTracked`.
    const { operation } = call
    const reply = this.inner.execute(call)
    if (operation === OPERATIONS.getWithMetadata)
      return reply.then((found) => found && { ...found, value: this.#valueOf(call, operation, found.value) })
    const isValue = operation === OPERATIONS.get || (operation === OPERATIONS.delete && !call.input?.existence)
    return isValue ? reply.then((stored) => (stored === null ? null : this.#valueOf(call, operation, stored))) : reply
  }

  /** @override @param {Scope} scope @param {import('../engine.js').Projection} projection @param {Cancellation} [cancellation] */
  async list(scope, projection, cancellation) {
    const hasValues = projection === 'items' || projection === 'values'
    if (!hasValues) return this.inner.list(scope, projection, cancellation)
    // As items also for values, so that an error names the entry.
    const items = this.#items(await this.inner.list(scope, 'items', cancellation))
    return projection === 'items' ? items : items.map(({ value }) => value)
  }

  /** @param {import('../engine.js').PageScope} scope @param {Cancellation} [cancellation] */
  async #listPage(scope, cancellation) {
    const page = await this.inner.listPage?.(scope, cancellation)
    return page && { ...page, items: this.#items(page.items) }
  }

  /** @param {StateItem[]} items */
  #items(items) {
    return items.map(({ groupId, key, value }) => itemOf(groupId, key, this.#decode(value, { traceId: groupId, key })))
  }

  /** @param {StateCall} call @param {StateCall['operation']} operation @param {unknown} stored */
  #valueOf(call, operation, stored) {
    try {
      return this.#decode(stored)
    } catch (error) {
      if (!(error instanceof RedisStateError)) throw error
      // A delete has removed the entry although its value cannot be decoded.
      const applied = operation.writes ? /** @type {const} */ ('unknown') : undefined
      throw ofCall(error, { ...callNameOf(call), operation: call.method ?? operation.name, applied })
    }
  }

  /** @param {unknown} stored @param {{ traceId?: string, key?: string }} [entry] that an error names */
  #decode(stored, entry) {
    try {
      return this.#codec.decode(stored, entry)
    } catch (error) {
      this.#meter.failed('ERR_CORRUPT_VALUE', 1)
      throw error
    }
  }
}

module.exports = { CodecEngine }
