// @ts-check
'use strict'

const { objectOf } = require('./call-options.js')
const { checkTraceId } = require('./entry.js')
const { invalidArgument } = require('./errors.js')
const { checkSchema, conforming } = require('./schema.js')

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
    const unknown = Object.keys(given).find((name) => !ACCEPTED.includes(name))
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
    return this.#adapter.set(this.traceId, key, await this.#conforming(key, value), options)
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
    const checking = Object.entries(objectOf('the values', values)).map(async ([key, value]) => ({
      key,
      value: await this.#conforming(key, value),
    }))
    return this.#adapter.setMany(this.traceId, await Promise.all(checking), options)
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

  /** @param {string} key @param {unknown} value null where there is none */
  async #read(key, value) {
    if (!this.#checksOnGet || value === null) return value
    return conforming(this.#schema, value, { traceId: this.traceId, key })
  }
}

module.exports = { StateGroup }
