// @ts-check
'use strict'

const { isCluster } = require('../raw-keys.js')
const { keysOf } = require('./thread.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('./registry.js').Registry} Registry
 * @typedef {(string | number | Uint8Array)[][]} Commands
 */

/**
 * Writes and deletes threads, and keeps their names in the registry: what exists has its name there, whatever other processes do at
 * the same time. On one server a transaction does both. In a cluster the registry is on another node than the thread:
 *
 * - A write that creates the keys of a thread may follow a deletion that removes the name after it was added. It adds the name again.
 * - A deletion that finds keys after it has removed the name adds the name again.
 */
class Threads {
  #state
  #registry
  #settings
  #isCluster

  /** @param {State} state @param {Registry} registry @param {import('./settings.js').Settings} settings */
  constructor(state, registry, settings) {
    this.#state = state
    this.#registry = registry
    this.#settings = settings
    this.#isCluster = isCluster(state)
  }

  /**
   * Writes to a thread, with one round trip.
   *
   * @param {string} threadId
   * @param {Commands} commands the first adds members to the index of the thread
   */
  async write(threadId, commands) {
    const { ttl } = this.#settings
    const all = [...commands, ...this.#expiries(threadId)]
    if (this.#isCluster) await this.#writeInCluster(threadId, all)
    else await this.#state.commands([...all, ...this.#registry.addition(threadId, ttl)])
  }

  /** @param {string} threadId */
  async remove(threadId) {
    const { index, data } = this.#keysOf(threadId)
    const removal = ['UNLINK', index, data]
    if (this.#isCluster) await this.#removeInCluster(threadId, removal)
    else await this.#state.commands([removal, this.#registry.removal(threadId)])
  }

  /** @param {string} threadId @param {Commands} commands */
  async #writeInCluster(threadId, commands) {
    const { ttl } = this.#settings
    const [[added, ...others]] = await Promise.all([
      this.#state.commands([...commands, ['ZCARD', this.#keysOf(threadId).index]]),
      this.#registry.add(threadId, ttl),
    ])
    const isCreated = added === others[others.length - 1]
    if (isCreated) await this.#registry.add(threadId, ttl)
  }

  /** @param {string} threadId @param {string[]} removal */
  async #removeInCluster(threadId, removal) {
    await this.#state.command(removal)
    await this.#registry.remove(threadId)
    const left = Number(await this.#state.command(['PTTL', this.#keysOf(threadId).index]))
    // Another process has written to it since.
    if (left !== -2) await this.#registry.add(threadId, left === -1 ? undefined : left)
  }

  /** As in the package that is replaced, a write without an expiry is kept, whatever expiry earlier writes have. @param {string} threadId */
  #expiries(threadId) {
    const { ttl } = this.#settings
    const keys = Object.values(this.#keysOf(threadId))
    return keys.map((key) => (ttl === undefined ? ['PERSIST', key] : ['PEXPIRE', key, ttl]))
  }

  /** @param {string} threadId */
  #keysOf(threadId) {
    return keysOf(this.#settings.prefix, threadId)
  }
}

module.exports = { Threads }
