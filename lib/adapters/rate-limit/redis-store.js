// @ts-check
'use strict'

const { callFailure } = require('../../errors.js')
const { READ } = require('../../input/command-options.js')
const { MAX_TTL_SECONDS, string, withDefault } = require('../../input/option-kinds.js')
const { received } = require('../../input/received.js')
const { dateIn } = require('../../time.js')
const { openStore } = require('../store-options.js')

/**
 * @typedef {import('../../../types/adapters/rate-limit.js').RedisStoreOptions} RedisStoreOptions
 *
 * @typedef {object} Hits
 * @property {number} totalHits
 * @property {Date} resetTime
 */

const MAX_WINDOW_MS = MAX_TTL_SECONDS * 1000
const FIELDS = { prefix: withDefault(string, 'rl:') }

/**
 * Counts the hits of express-rate-limit as rate-limit-redis does: the key `<prefix><client>` has the hits of a window, and expires at
 * its end. Transactions take the place of its scripts, so no server has to know them.
 */
class RedisStore {
  #close
  localKeys = /** @type {const} */ (false)
  /** @type {number | undefined} */
  windowMs = undefined

  /** @param {RedisStoreOptions} [options] */
  constructor(options) {
    const { opened, options: read } = openStore(RedisStore, options, FIELDS)
    this.client = opened.state
    this.#close = opened.close
    /** @type {string} */
    this.prefix = read.prefix
  }

  /** @param {{ windowMs: number }} options */
  init({ windowMs }) {
    if (!(typeof windowMs === 'number' && windowMs > 0 && windowMs <= MAX_WINDOW_MS)) {
      const what = `windowMs: expected milliseconds from 1 to ${MAX_WINDOW_MS}, got ${received(windowMs)}`
      throw callFailure(callOf('init'), 'ERR_INVALID_CONFIG', what)
    }
    // A calculated one, such as 1e6 / 60, need not be whole.
    this.windowMs = Math.ceil(windowMs)
  }

  /** @param {string} key @returns {Promise<Hits | undefined>} */
  async get(key) {
    const redisKey = this.#keyOf('get', key)
    const reads = [
      ['GET', redisKey],
      ['PTTL', redisKey],
    ]
    const [hits, left] = await this.client.commands(reads, READ)
    // The next hit starts a counter without an end again.
    return Number(left) < 0 ? undefined : hitsOf(hits, Number(left))
  }

  /** @param {string} key @returns {Promise<Hits>} */
  async increment(key) {
    const windowMs = this.#window('increment')
    const redisKey = this.#keyOf('increment', key)
    const [, hits, left] = await this.client.commands([
      ['SET', redisKey, 0, 'PX', windowMs, 'NX'],
      ['INCR', redisKey],
      ['PTTL', redisKey],
    ])
    if (Number(left) >= 0 && Number(hits) > 0) return hitsOf(hits, Number(left))
    // A counter without an end, which rate-limit-redis leaves behind when it takes back a hit of a window that has
    // ended, or one below 0: it starts again.
    await this.client.command(['SET', redisKey, 1, 'PX', windowMs])
    return hitsOf(1, windowMs)
  }

  /** @param {string} key */
  async decrement(key) {
    const windowMs = this.#window('decrement')
    const redisKey = this.#keyOf('decrement', key)
    // A hit of a window that has ended leaves a counter of 0 and not of -1.
    await this.client.commands([
      ['SET', redisKey, 1, 'PX', windowMs, 'NX'],
      ['DECR', redisKey],
    ])
  }

  /** @param {string} key */
  async resetKey(key) {
    await this.client.command(['DEL', this.#keyOf('resetKey', key)])
  }

  shutdown() {
    return this.#close()
  }

  /** @param {string} method */
  #window(method) {
    if (this.windowMs !== undefined) return this.windowMs
    const remedy = 'Pass the store to rateLimit({ store }), which calls init.'
    throw callFailure(callOf(method), 'ERR_INVALID_CONFIG', 'the length of a window is not known', { remedy })
  }

  /** @param {string} method @param {unknown} key */
  #keyOf(method, key) {
    if (typeof key === 'string') return this.prefix + key
    throw callFailure(callOf(method), 'ERR_INVALID_ARGUMENT', `key: expected a string, got ${received(key)}`)
  }
}

/** @param {unknown} hits @param {number} left milliseconds @returns {Hits} */
function hitsOf(hits, left) {
  return { totalHits: Number(hits), resetTime: dateIn(left) }
}

/** @param {string} method */
function callOf(method) {
  return { operation: `RedisStore.${method}` }
}

/** @satisfies {typeof import('../../../types/adapters/rate-limit.js').RedisStore} checks the public types */
const published = RedisStore

module.exports = { RedisStore: published }
