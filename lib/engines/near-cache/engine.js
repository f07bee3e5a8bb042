// @ts-check
'use strict'

const { OPERATIONS } = require('../call.js')
const { now } = require('../../time.js')
const { EngineDecorator } = require('../decorator.js')
const { NearCache } = require('./near-cache.js')
const { runClear, runWrite } = require('./own-writes.js')
const { WritingView } = require('./writing-view.js')

/**
 * @typedef {import('../call.js').StateCall} StateCall
 * @typedef {import('../engine.js').Host} Host
 * @typedef {import('./near-cache.js').CacheOptions} CacheOptions
 * @typedef {import('../engine.js').StateEngine} StateEngine
 */

/**
 * An engine that answers `get` and `has` from memory where it can.
 *
 * @template {StateEngine} Engine
 * @extends {EngineDecorator<Engine>}
 */
class CachedEngine extends EngineDecorator {
  #cache

  /**
   * @param {(onInvalidation: NonNullable<Host['onInvalidation']>) => Engine} open
   * @param {CacheOptions} options
   * @param {{ meter: Host['meter'], now?: () => number }} context
   */
  constructor(open, options, context) {
    /** @type {NearCache | undefined} */
    let cache
    const engine = open((names) => cache?.invalidate(names))
    super(engine)
    cache = new NearCache(engine, options, { now, ...context })
    this.#cache = cache
  }

  get cacheCounts() {
    return this.#cache
  }

  /** @override @param {StateCall} call @returns {Promise<any>} */
  execute(call) {
    const { operation } = call
    if (operation === OPERATIONS.get && this.#usesCache(call)) return this.#cache.get(call)
    if (operation === OPERATIONS.has && this.#usesCache(call)) return this.#cache.has(call)
    if (!operation.writes) return this.inner.execute(call)
    return runWrite(call, this.#cache, () => this.inner.execute(call))
  }

  /** @override @param {import('../engine.js').Scope} scope @param {import('../engine.js').Cancellation} [cancellation] */
  clear(scope, cancellation) {
    return runClear(scope, this.#cache, () => this.inner.clear(scope, cancellation))
  }

  /** @override */
  stats() {
    return { ...this.inner.stats(), cache: this.#cache.stats() }
  }

  /** @override */
  abort() {
    this.#cache.close()
    this.inner.abort()
  }

  /** @override */
  close() {
    this.#cache.close()
    return this.inner.close()
  }

  /** An engine on the same connections, which knows entries by their Redis keys. @param {StateEngine} engine */
  viewByName(engine) {
    return new WritingView(engine, this.#cache, this.rules.inspectedFields)
  }

  /** @param {StateCall} call */
  #usesCache({ options }) {
    return options?.cache !== false && this.#cache.isInUse
  }
}

module.exports = { CachedEngine }
