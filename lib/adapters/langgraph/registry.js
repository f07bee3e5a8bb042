// @ts-check
'use strict'

const { createHash } = require('node:crypto')
const { READ } = require('../../input/command-options.js')
const { wallNow } = require('../../time.js')

/** @typedef {import('../../../index.js').RedisStateAdapter} State */

/** In a cluster they are on different nodes, so that no node serves all writes. */
const SHARDS = 16
/** Clocks of processes may differ by so many milliseconds. */
const CLOCK_SKEW = 3_600_000
const FOREVER = 'inf'

/**
 * The names of all threads, or of all roots of a store, in sorted sets by the time when they expire. Listings of everything start
 * here: they do not walk the database. A name can be that of something which is gone, but all that exists has its name here.
 */
class Registry {
  #state
  #prefix

  /** @param {State} state @param {string} prefix */
  constructor(state, prefix) {
    this.#state = state
    this.#prefix = prefix
  }

  /**
   * Notes a name, and forgets those that have expired.
   *
   * @param {string} name
   * @param {number} [ttl] in milliseconds
   */
  async add(name, ttl) {
    const [only, ...others] = this.addition(name, ttl)
    await (others.length === 0 ? this.#state.command(only) : this.#state.commands([only, ...others]))
  }

  /**
   * The commands of `add`.
   *
   * @param {string} name
   * @param {number} [ttl] in milliseconds
   * @returns {(string | number)[][]}
   */
  addition(name, ttl) {
    const key = this.#keyOf(name)
    if (ttl === undefined) return [['ZADD', key, FOREVER, name]]
    const now = wallNow()
    // An expiry is never put forward: something else with this name may live longer.
    return [
      ['ZADD', key, 'GT', now + ttl + CLOCK_SKEW, name],
      ['ZREMRANGEBYSCORE', key, '-inf', now],
    ]
  }

  /**
   * Notes that something lives longer, if it is here.
   *
   * @param {string} name
   * @param {number} ttl in milliseconds
   */
  async extend(name, ttl) {
    await this.#state.command(['ZADD', this.#keyOf(name), 'XX', 'GT', wallNow() + ttl + CLOCK_SKEW, name])
  }

  /** @param {string} name */
  async remove(name) {
    await this.#state.command(this.removal(name))
  }

  /** The command of `remove`. @param {string} name */
  removal(name) {
    return ['ZREM', this.#keyOf(name), name]
  }

  /** @returns {Promise<string[]>} */
  async names() {
    const shards = Array.from({ length: SHARDS }, (_, shard) => this.#shard(shard))
    const names = await Promise.all(shards.map((key) => this.#state.command(['ZRANGE', key, 0, -1], READ)))
    return /** @type {string[][]} */ (names).flat()
  }

  /** @param {string} name */
  #keyOf(name) {
    return this.#shard(createHash('sha256').update(name).digest()[0] % SHARDS)
  }

  /** @param {number} shard */
  #shard(shard) {
    return `${this.#prefix}:{${shard}}`
  }
}

module.exports = { Registry }
