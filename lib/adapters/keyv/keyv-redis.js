// @ts-check
'use strict'

const { READ } = require('../../input/command-options.js')
const { constructing } = require('../constructing.js')
const { openState } = require('../open-state.js')
const { inPortions, isCluster, portionsOf, readStrings, removeKeys } = require('../raw-keys.js')
const { capabilitiesForKeyv6 } = require('./capabilities.js')
const { connectionOf } = require('./connection.js')
const { lifeOfTtl, lifeUntil, writeCommand } = require('./expiry.js')
const { Forwarding } = require('./forwarding.js')
const { isDisconnected, notConnected } = require('./messages.js')
const { clearKeys, entriesOf } = require('./namespace.js')
const { Settings } = require('./settings.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {{ key: string, value: any, ttl?: number, expires?: number }} Entry
 */

/** Entries of one transaction. */
const ENTRIES_AT_ONCE = 1_000

/** A store of Keyv 5 and 6. Keyv 6 uses a store as it is only if its methods are `async` functions. */
class KeyvRedis extends Settings {
  #connection
  /** @type {import('../open-state.js').OpenedState | undefined} */
  #opened = undefined
  #forwarding = new Forwarding(this)
  /** Keyv 6 reads `capabilities` when it takes a store, and gives the end of a value in place of its ttl. */
  #isOfKeyv6 = false

  /** @param {any} [connection] @param {unknown} [options] */
  constructor(connection, options) {
    super()
    this.#connection = constructing(KeyvRedis, () => {
      this.opts = options
      return connectionOf(connection ?? undefined)
    })
    constructing(KeyvRedis, () => this.#open())
  }

  /** The state that it works on. @returns {State} */
  get client() {
    return (this.#opened ?? this.#open()).state
  }

  set client(connection) {
    const former = this.#opened
    this.#connection = connectionOf(connection)
    this.#open()
    this.#forwarding.end(former?.state)
    // No call could reject with it.
    former?.close().catch((error) => this.#forwarding.emitError(error))
  }

  /** Resolves to the state when it is connected. */
  async getClient() {
    const state = this.client
    await state.connect(this.connectionTimeout === undefined ? undefined : { timeout: this.connectionTimeout })
    return state
  }

  get capabilities() {
    this.#isOfKeyv6 = true
    return capabilitiesForKeyv6()
  }

  /** @param {string} key @param {any} value @param {number} [ttl] for Keyv 6 its end */
  async set(key, value, ttl) {
    try {
      const state = this.#ready() ?? (await this.getClient())
      const life = this.#isOfKeyv6 ? lifeUntil(ttl) : lifeOfTtl(ttl)
      await state.command(writeCommand(this.prefix + key, value, life, this.#removal))
      return true
    } catch (error) {
      return this.#failed(error, false)
    }
  }

  /** @param {Entry[]} entries @returns {Promise<boolean[]>} */
  async setMany(entries) {
    try {
      const state = this.#ready() ?? (await this.getClient())
      const commands = entries.map((entry) => this.#writeOf(entry))
      if (isCluster(state)) await inPortions(state, commands, (command) => state.command(command))
      else for (const portion of portionsOf(commands, ENTRIES_AT_ONCE)) await state.commands(portion)
      return entries.map(() => true)
    } catch (error) {
      return this.#failed(
        error,
        Array.from(entries, () => false),
      )
    }
  }

  /** @param {string} key */
  async has(key) {
    try {
      const state = this.#ready() ?? (await this.getClient())
      return (await state.command(['EXISTS', this.prefix + key], READ)) === 1
    } catch (error) {
      return this.#failed(error, false)
    }
  }

  /** @param {string[]} keys @returns {Promise<boolean[]>} */
  async hasMany(keys) {
    try {
      const state = this.#ready() ?? (await this.getClient())
      const counts = await inPortions(state, this.#prefixed(keys), (key) => state.command(['EXISTS', key], READ))
      return counts.map((count) => count === 1)
    } catch (error) {
      return this.#failed(
        error,
        Array.from(keys, () => false),
      )
    }
  }

  /** @param {string} key @returns {Promise<any>} */
  async get(key) {
    try {
      const state = this.#ready() ?? (await this.getClient())
      return (await state.command(['GET', this.prefix + key], READ)) ?? undefined
    } catch (error) {
      return this.#failed(error, undefined)
    }
  }

  /** @param {string[]} keys @returns {Promise<any[]>} */
  async getMany(keys) {
    try {
      const state = this.#ready() ?? (await this.getClient())
      const values = await readStrings(state, this.#prefixed(keys))
      return values.map((value) => value ?? undefined)
    } catch (error) {
      return this.#failed(
        error,
        Array.from(keys, () => undefined),
      )
    }
  }

  /** @param {string} key */
  async delete(key) {
    try {
      const state = this.#ready() ?? (await this.getClient())
      return (await state.command([this.#removal, this.prefix + key])) === 1
    } catch (error) {
      return this.#failed(error, false)
    }
  }

  /** @param {string[]} keys @returns {Promise<any>} whether there was one; for Keyv 6 that of each */
  async deleteMany(keys) {
    try {
      const state = this.#ready() ?? (await this.getClient())
      const prefixed = this.#prefixed(keys)
      if (!this.#isOfKeyv6) return (await removeKeys(state, prefixed, this.#removal)) > 0
      const counts = await inPortions(state, prefixed, (key) => state.command([this.#removal, key]))
      return counts.map((count) => count === 1)
    } catch (error) {
      return this.#failed(error, this.#isOfKeyv6 ? Array.from(keys, () => false) : false)
    }
  }

  async clear() {
    try {
      const state = this.#ready() ?? (await this.getClient())
      await clearKeys(state, this)
    } catch (error) {
      this.#failed(error, undefined)
    }
  }

  /** Without an argument, as Keyv 6 calls it, in the namespace of the adapter. @param {string} [namespace] */
  async *iterator(namespace = this.namespace) {
    yield* entriesOf(this.#ready() ?? (await this.getClient()), this, namespace)
  }

  /** The next call opens it again. @param {boolean} [force] rejects the pending calls */
  async disconnect(force = false) {
    const opened = this.#opened
    this.#opened = undefined
    await opened?.close(force ? { timeout: 0 } : undefined)
    this.#forwarding.end(opened?.state)
  }

  /** @param {string} key @param {string} [namespace] */
  createKeyPrefix(key, namespace) {
    return namespace ? `${namespace}${this.keyPrefixSeparator}${key}` : key
  }

  /** @param {string} key @param {string} [namespace] */
  getKeyWithoutPrefix(key, namespace) {
    const prefix = this.createKeyPrefix('', namespace)
    return key.startsWith(prefix) ? key.slice(prefix.length) : key
  }

  isCluster() {
    return isCluster(this.client)
  }

  #open() {
    this.#opened = openState(this.#connection)
    // A state of the user may have many adapters, and the user listens to it.
    if (this.#opened.state !== this.#connection) this.#forwarding.start(this.#opened.state)
    return this.#opened
  }

  /** The state, unless a call has to wait until it is connected. */
  #ready() {
    const state = this.client
    return this.connectionTimeout === undefined || state.isReady ? state : undefined
  }

  get #removal() {
    return this.useUnlink ? 'UNLINK' : 'DEL'
  }

  /** @param {string[]} keys */
  #prefixed(keys) {
    const { prefix } = this
    return prefix === '' ? keys : keys.map((key) => prefix + key)
  }

  /** @param {Entry} entry */
  #writeOf({ key, value, ttl, expires }) {
    const life = this.#isOfKeyv6 ? lifeUntil(expires) : lifeOfTtl(ttl)
    return writeCommand(this.prefix + key, value, life, this.#removal)
  }

  /**
   * Reports a failure, and throws it if the options say so.
   *
   * @template T
   * @param {unknown} error
   * @param {T} instead what the call resolves to otherwise
   */
  #failed(error, instead) {
    this.emit('error', error)
    if (this.throwOnErrors) throw error
    if (this.throwOnConnectError && isDisconnected(error, this.#opened?.state.isReady ?? false))
      throw notConnected(error)
    return instead
  }
}

module.exports = { KeyvRedis }
