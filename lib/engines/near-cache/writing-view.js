// @ts-check
'use strict'

const { namesOf } = require('./command-keys.js')
const { EngineDecorator } = require('../decorator.js')
const { runClear, runWrite } = require('./own-writes.js')

/**
 * An engine on the connections of one with a cache. It reads from the server. What is written over these connections is reported too late for
 * reads behind it, so its writes drop the entries from that cache.
 *
 * @extends {EngineDecorator<import('../engine.js').StateEngine>}
 */
class WritingView extends EngineDecorator {
  /** @type {import('./own-writes.js').Droppable} */
  #dropping

  /**
   * @param {import('../engine.js').StateEngine} engine its entries are named `<traceId>:<key>` on the server
   * @param {import('./near-cache.js').NearCache} cache
   * @param {{ keyPrefix?: string }} naming of the engine with the cache
   */
  constructor(engine, cache, { keyPrefix = '' }) {
    super(engine)
    this.#dropping = {
      drop: (traceId, key) => {
        const name = `${traceId}:${key}`
        if (name.startsWith(keyPrefix)) for (const one of namesOf(name.slice(keyPrefix.length))) cache.dropName(one)
      },
      dropUnder: () => void cache.dropAll(),
      dropKeysOf: (input) => cache.dropKeysOf(input),
    }
  }

  /** @override @param {import('../call.js').StateCall} call @returns {Promise<any>} */
  execute(call) {
    return call.operation.writes
      ? runWrite(call, this.#dropping, () => this.inner.execute(call))
      : this.inner.execute(call)
  }

  /** @override @param {import('../engine.js').Scope} scope @param {import('../engine.js').Cancellation} [cancellation] */
  clear(scope, cancellation) {
    return runClear(scope, this.#dropping, () => this.inner.clear(scope, cancellation))
  }
}

module.exports = { WritingView }
