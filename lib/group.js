// @ts-check
'use strict'

const { checkTraceId } = require('./entry.js')
const { invalidArgument } = require('./errors.js')
const { objectOf, unknownName } = require('./input.js')
const { checkSchema, conforming, isPromise } = require('./schema.js')

/** @typedef {import('../index.js').RedisStateAdapter} Adapter */

const ACCEPTED = ['schema', 'checkOnGet']

/** The entries of one trace, whose values conform to a schema. */
class StateGroup {
  #adapter
  #schema
  #checksOnGet

  /**
   * @param {Adapter} adapter
   * @param {string} traceId
   * @param {any} options
   * @param {{ strictTraceIds: boolean, hashTags: boolean }} naming
   */
  constructor(adapter, traceId, options, naming) {
    checkTraceId(traceId, naming)
    const given = objectOf('the options', options)
    const unknown = unknownName(given, ACCEPTED)
    if (unknown !== undefined) throw invalidArgument(`there is no option ${unknown}`)
    this.#adapter = adapter
    this.#schema = checkSchema(given.schema)
    this.#checksOnGet = given.checkOnGet === true
    this.traceId = traceId
  }

  /** @param {string} key @param {import('../index.js').ReadOptions} [options] */
  async get(key, options) {
    const value = await this.#adapter.get(this.traceId, key, options)
    return this.#read(key, value)
  }

  /** @param {string} key @param {unknown} value @param {import('../index.js').SetOptions} [options] */
  async set(key, value, options) {
    const conforming = this.#conforming(key, value)
    return this.#adapter.set(this.traceId, key, isPromise(conforming) ? await conforming : conforming, options)
  }

  /** @param {string} key @param {import('../index.js').DeleteOptions} [options] */
  delete(key, options) {
    return this.#adapter.delete(this.traceId, key, options)
  }

  /** @param {string[]} keys @param {import('../index.js').ReadOptions} [options] */
  async getMany(keys, options) {
    const values = await this.#adapter.getMany(this.traceId, keys, options)
    return Promise.all(values.map((value, index) => this.#read(keys[index], value)))
  }

  /** @param {Record<string, unknown>} values @param {import('../index.js').BulkSetOptions} [options] */
  async setMany(values, options) {
    const keys = Object.keys(objectOf('the values', values))
    const checking = keys.map((key) => this.#attempt(key, values[key]))
    const checked = checking.some(isPromise) ? await Promise.all(checking) : checking
    const entries = keys.map((key, index) => ({ key, value: checked[index] }))
    return this.#adapter.setMany(this.traceId, entries, options)
  }

  async entries() {
    const items = await this.#adapter.items({ groupId: this.traceId })
    return Promise.all(items.map(async ({ key, value }) => ({ key, value: await this.#read(key, value) })))
  }

  keys() {
    return this.#adapter.keys(this.traceId)
  }

  clear() {
    return this.#adapter.clear(this.traceId)
  }

  /** @param {string} key @param {unknown} value */
  #conforming(key, value) {
    return conforming(this.#schema, value, { traceId: this.traceId, key, applied: 'no' })
  }

  /** Never throws, so that all are heard of. @param {string} key @param {unknown} value */
  #attempt(key, value) {
    try {
      return this.#conforming(key, value)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** @param {string} key @param {unknown} value null where there is none */
  async #read(key, value) {
    if (!this.#checksOnGet || value === null) return value
    return conforming(this.#schema, value, { traceId: this.traceId, key })
  }
}

module.exports = { StateGroup }
