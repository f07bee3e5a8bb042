// @ts-check
'use strict'

const { callFailure } = require('../../errors.js')
const { received } = require('../../input/received.js')
const { openState } = require('../open-state.js')
const { READ, READ_BYTES } = require('../../input/command-options.js')
const { inPortions, readStrings, removeKeys } = require('../raw-keys.js')
const { scanKeys } = require('../scan-keys.js')
const { Naming } = require('./keys.js')
const { readDriverOptions } = require('./options.js')
const { readRaw, storedRaw, textOfRaw } = require('./raw.js')
const { watchItems } = require('./watching.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('./options.js').DriverOptions} DriverOptions
 * @typedef {{ ttl?: number } & Record<string, any>} CallOptions
 * @typedef {{ key: string, value?: any, options?: CallOptions }} Item
 */

/** The calls that unstorage makes. */
class RedisDriver {
  name = 'redis'
  #settings
  #naming
  /** @type {import('../open-state.js').OpenedState | undefined} */
  #opened = undefined

  /** @param {any} options */
  constructor(options) {
    this.options = options
    this.#settings = readDriverOptions(options)
    this.#naming = new Naming(this.#settings.base)
    if (this.#settings.preConnect) this.#preConnect()
    if (this.#settings.watch !== undefined) this.watch = this.#watch
  }

  /** Opened by the first call: what only makes a driver needs no Redis. @returns {State} */
  getInstance = () => {
    this.#opened ??= openState(this.#settings.connection)
    return this.#opened.state
  }

  /** @param {string} key */
  hasItem = async (key) => (await this.#read(['EXISTS', this.#naming.keyOf(key)])) === 1

  /** @param {string} key */
  getItem = (key) => this.#textOf(this.#naming.keyOf(key))

  /** @param {Item[]} items */
  getItems = async (items) => {
    const names = items.map(({ key }) => this.#naming.keyOf(key))
    const values = await readStrings(this.getInstance(), names).catch((error) => {
      if (!isOfBytes(error)) throw error
      return inPortions(this.getInstance(), names, (name) => this.#textOf(name))
    })
    return items.map(({ key }, at) => ({ key: this.#naming.itemOf(this.#naming.keyOf(key)), value: values[at] }))
  }

  /** @param {string} key */
  getItemRaw = async (key) => {
    const stored = await this.getInstance().command(['GET', this.#naming.keyOf(key)], READ_BYTES)
    return stored === null ? null : readRaw(/** @type {Buffer} */ (stored))
  }

  /** @param {string} key @param {string} value @param {CallOptions} [options] */
  setItem = async (key, value, options) => {
    await this.getInstance().command(this.#write('setItem', { key, value, options }))
  }

  /** @param {Item[]} items @param {CallOptions} [common] */
  setItems = async (items, common) => {
    const state = this.getInstance()
    const commands = items.map((item) => this.#write('setItems', { ...item, options: { ...common, ...item.options } }))
    await inPortions(state, commands, (command) => state.command(command))
  }

  /** @param {string} key @param {any} value @param {CallOptions} [options] */
  setItemRaw = async (key, value, options) => {
    const stored = storedRaw(value, { key, encoding: this.#settings.raw })
    await this.getInstance().command(this.#write('setItemRaw', { key, value: stored, options }))
  }

  /** @param {string} key */
  removeItem = async (key) => {
    await this.getInstance().command(['UNLINK', this.#naming.keyOf(key)])
  }

  /** @param {string} key */
  getMeta = async (key) => {
    const name = this.#naming.keyOf(key)
    const [left, size] = await Promise.all([this.#read(['PTTL', name]), this.#read(['STRLEN', name])])
    if (left === -2) return null
    return left === -1 ? { size } : { size, ttl: Math.ceil(Number(left) / 1000) }
  }

  /** @param {string} [base] */
  getKeys = async (base) => {
    /** @type {Set<string>} */
    const found = new Set()
    for await (const keys of this.#pages(base)) for (const key of keys) found.add(this.#naming.itemOf(key))
    return [...found]
  }

  /** @param {string} [base] */
  clear = async (base) => {
    for await (const keys of this.#pages(base)) await removeKeys(this.getInstance(), keys)
  }

  dispose = async () => {
    const opened = this.#opened
    this.#opened = undefined
    await opened?.close()
  }

  /** @param {(event: 'update' | 'remove', key: string) => unknown} onChange */
  #watch = (onChange) => {
    const { configure = false } = this.#settings.watch ?? {}
    return watchItems(this.getInstance(), this.#naming.base, { configure, onChange })
  }

  #preConnect() {
    // Without a listener a failure would be an unhandled rejection; the first call reports it.
    this.getInstance()
      .connect()
      .catch(() => {})
  }

  /** @param {string} [base] */
  #pages(base) {
    return scanKeys(this.getInstance(), this.#naming.prefixOf(base), this.#settings.scanCount)
  }

  /** The text of an item. Bytes that are none are read as the other driver keeps them. @param {string} name */
  async #textOf(name) {
    try {
      return await this.#read(['GET', name])
    } catch (error) {
      if (!isOfBytes(error)) throw error
      const stored = await this.getInstance().command(['GET', name], READ_BYTES)
      return stored === null ? null : textOfRaw(/** @type {Buffer} */ (stored))
    }
  }

  /** @param {string[]} command @returns {Promise<any>} */
  #read(command) {
    return this.getInstance().command(command, READ)
  }

  /** @param {string} operation @param {Item} item */
  #write(operation, { key, value, options }) {
    const ttl = options?.ttl ?? this.#settings.ttl
    const name = this.#naming.keyOf(key)
    if (ttl === undefined || ttl === 0) return ['SET', name, value]
    if (typeof ttl === 'number' && ttl > 0 && ttl < 1e10) return ['SET', name, value, 'PX', Math.ceil(ttl * 1000)]
    const what = `options.ttl: expected a number of seconds from 0, got ${received(ttl)}`
    throw callFailure({ operation, traceId: key }, 'ERR_INVALID_ARGUMENT', what)
  }
}

/** Whether a reply was refused because it is no text. @param {any} error */
function isOfBytes(error) {
  return error?.code === 'ERR_REPLY'
}

module.exports = { RedisDriver }
