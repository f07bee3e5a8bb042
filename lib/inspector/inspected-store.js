// @ts-check
'use strict'

const { dispatcherOf } = require('../adapter/state-adapter.js')

/**
 * @typedef {import('../../index.js').StateStore} StateStore
 * @typedef {import('../engines/engine.js').StateEngine} StateEngine
 */

/** A store, with what the inspector has to know of its engine. */
class InspectedStore {
  /** @param {string} name @param {StateStore} state */
  constructor(name, state) {
    this.name = name
    this.state = state
    const engine = engineOf(state)
    this.rules = engine?.rules
    this.capabilities = engine?.capabilities
  }

  /** What `api/info` says of it. */
  get info() {
    const { server, keyPrefix } = /** @type {{ server?: string, keyPrefix?: string }} */ (
      this.rules?.inspectedFields ?? {}
    )
    return {
      name: this.name,
      engine: this.#engine,
      server: server ?? '',
      keyPrefix: keyPrefix || '',
      watches: this.capabilities?.watch ?? true,
      queries: this.capabilities?.query ?? true,
    }
  }

  get isEmbedded() {
    return this.#engine === 'memory'
  }

  get hasCodec() {
    return this.rules?.codec !== undefined
  }

  /** Whether commands can read the stored text of entries. */
  get hasCommands() {
    // The embedded store keeps what a codec makes in another form.
    return this.rules?.entryKey !== undefined && !(this.isEmbedded && this.hasCodec)
  }

  get #engine() {
    const { entryKey, inspectedFields } = this.rules ?? {}
    const { server, container } = /** @type {{ server?: string, container?: string }} */ (inspectedFields ?? {})
    if (entryKey !== undefined) return server?.startsWith('memory:') ? 'memory' : 'redis'
    return container === undefined ? 'other' : 'cosmos'
  }
}

/** The engine of a store of this package; undefined if it is behind a Proxy. @param {StateStore} state @returns {StateEngine | undefined} */
function engineOf(state) {
  try {
    return dispatcherOf(/** @type {any} */ (state)).engine
  } catch {
    return undefined
  }
}

module.exports = { InspectedStore }
