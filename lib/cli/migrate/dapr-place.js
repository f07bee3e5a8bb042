// @ts-check
'use strict'

const { now } = require('../../time.js')
const { sortPages } = require('../../names/sorted-names.js')
const { expiresAt } = require('./expiry.js')
const { shown } = require('./iii-place.js')
const { readKeys, scanAll, scanNodes } = require('./redis-reader.js')
const { foundOf } = require('./value-text.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Found} Found
 */

/** The time to live of a key that does not exist. */
const GONE = -2
const FIELDS = ['data', 'version']
const NO_HASH = 'the key is no hash of Dapr: of RedisJSON, which stores with queryIndexes use, or of another program'

/**
 * The entries of a state store of Dapr (`state.redis`): a hash with `data` and `version` for each key. What follows the prefix, such
 * as `<app id>||`, is divided at its first separator into trace id and key, as the keys of entries are; or it is the key, and
 * all have one trace id.
 */
class DaprPlace {
  keepsText = true
  keepsTtl = true
  joinsNames = false
  #state
  #naming
  #notJson

  /**
   * @param {State} state
   * @param {{ description: string, prefix: string, separator: string, allIn?: string, traceId?: string, notJson?: string }} options
   *   `allIn`: the trace id of all keys. `traceId`: only this trace
   */
  constructor(state, { description, prefix, separator, allIn, traceId, notJson }) {
    this.#state = state
    this.prefix = prefix
    this.#naming = { separator, allIn, traceId }
    this.#notJson = notJson
    this.description = `${description}, hashes ${JSON.stringify(`${prefix}<key>`)} of Dapr`
  }

  /** @param {(name: string, why: string) => void} onUnusable @param {AbortSignal} signal */
  names(onUnusable, signal) {
    const scan = (/** @type {(string | undefined)[]} */ nodes) => this.#pages(nodes, onUnusable, signal)
    return sortPages(scanAll(this.#state, signal, scan), signal)
  }

  /** @param {(string | undefined)[]} nodes @param {(name: string, why: string) => void} onUnusable @param {AbortSignal} signal */
  async *#pages(nodes, onUnusable, signal) {
    const onNoText = (/** @type {Buffer} */ key) => onUnusable(shown(key), 'the key is no text in UTF-8')
    for await (const page of scanNodes(this.#state, nodes, { start: this.prefix, type: '', signal, onNoText })) {
      yield page.flatMap((redisKey) => {
        const key = redisKey.slice(this.prefix.length)
        const name = this.#nameOf(key)
        if (name === undefined) onUnusable(JSON.stringify(key), this.#unnamed())
        return name !== undefined && this.#isWanted(name) ? [name.traceId, name.key] : []
      })
    }
  }

  #unnamed() {
    return `the key has no ${this.#naming.separator}; use --trace-id or --separator`
  }

  /** @param {Name} name */
  #isWanted({ traceId }) {
    return this.#naming.traceId === undefined || this.#naming.traceId === traceId
  }

  /** @param {string} traceId */
  mayHave(traceId) {
    return this.#naming.allIn === undefined && this.#isWanted({ traceId, key: '' })
  }

  /** @param {string} daprKey @returns {Name | undefined} */
  #nameOf(daprKey) {
    const { separator, allIn } = this.#naming
    if (allIn !== undefined) return { traceId: allIn, key: daprKey }
    const at = daprKey.indexOf(separator)
    return at === -1 ? undefined : { traceId: daprKey.slice(0, at), key: daprKey.slice(at + separator.length) }
  }

  /** @param {Name} name */
  #redisKey({ traceId, key }) {
    const { separator, allIn } = this.#naming
    if (allIn === undefined) return `${this.prefix}${traceId}${separator}${key}`
    return `${this.prefix}${key}`
  }

  /** @param {Name[]} names @returns {Promise<(Found | null)[]>} */
  async read(names) {
    const readAt = now()
    const keys = names.map((name) => this.#redisKey(name))
    const read = await readKeys(this.#state, keys, FIELDS)
    return read.map(([ttl, values]) => (ttl === GONE ? null : this.#found(values, expiresAt(ttl, readAt))))
  }

  /** @param {(Buffer | null)[]} values @param {number} at @returns {Found} */
  #found([data, version], at) {
    // `undefined` if it is of another type.
    const isOfDapr = data !== null && version !== null && version !== undefined
    return isOfDapr ? foundOf(data, at, this.#notJson) : { problem: NO_HASH, expiresAt: at }
  }
}

module.exports = { DaprPlace }
