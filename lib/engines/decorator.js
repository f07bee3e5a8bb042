// @ts-check
'use strict'

/**
 * @typedef {import('./call.js').StateCall} StateCall
 * @typedef {import('./engine.js').Cancellation} Cancellation
 * @typedef {import('./engine.js').Scope} Scope
 * @typedef {import('./engine.js').StateEngine} StateEngine
 */

/** An engine that passes everything on to another one. @template {StateEngine} Engine @implements {StateEngine} */
class EngineDecorator {
  /** @param {Engine} inner */
  constructor(inner) {
    this.inner = inner
    this.capabilities = inner.capabilities
    this.rules = inner.rules
  }

  /** @param {StateCall} call @returns {Promise<any>} */
  execute(call) {
    return this.inner.execute(call)
  }

  /** @param {Scope} scope @param {import('./engine.js').Projection} projection @param {Cancellation} [cancellation] */
  list(scope, projection, cancellation) {
    return this.inner.list(scope, projection, cancellation)
  }

  /** @param {Scope} scope @param {Cancellation} [cancellation] */
  clear(scope, cancellation) {
    return this.inner.clear(scope, cancellation)
  }

  /** @param {import('./engine.js').QueryPlan} plan @param {Cancellation} [cancellation] */
  query(plan, cancellation) {
    return this.inner.query(plan, cancellation)
  }

  /** @param {import('./engine.js').WatchScope} scope @param {import('./engine.js').WatchSink} sink */
  subscribe(scope, sink) {
    return this.inner.subscribe(scope, sink)
  }

  /** @param {{ traceId: string, key: string }} lock @param {(event: import('./engine.js').LockEvent) => void} onEvent */
  subscribeToLock(lock, onEvent) {
    return this.inner.subscribeToLock(lock, onEvent)
  }

  stats() {
    return this.inner.stats()
  }

  isReady() {
    return this.inner.isReady()
  }

  /** @param {number} [waited] */
  unready(waited) {
    return this.inner.unready(waited)
  }

  abort() {
    this.inner.abort()
  }

  close() {
    return this.inner.close()
  }
}

module.exports = { EngineDecorator }
