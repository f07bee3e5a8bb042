// @ts-check
'use strict'

const { runScript } = require('../run-script.js')

/** @typedef {import('../../../index.js').RedisStateAdapter} State */

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`
const EXTEND = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`

/**
 * Changes of locks of which only key and token are known, as those of another process: a lock with another token stays as it is.
 * Servers run a script. The embedded store has none; it has commands of Valkey 9 with the same effect, which Redis lacks.
 */
class Locks {
  /** @param {State} state */
  constructor(state) {
    this.state = state
  }

  /** @param {string} key @param {string} token */
  async release(key, token) {
    const removed = await runScript(this.state, RELEASE, { keys: [key], args: [token] })
    if (removed === undefined) await this.state.command(['DELIFEQ', key, token])
  }

  /** @param {string} key @param {string} token @param {number} ttlMs @returns {Promise<boolean>} whether it was held */
  async extend(key, token, ttlMs) {
    const extended = await runScript(this.state, EXTEND, { keys: [key], args: [token, ttlMs] })
    if (extended !== undefined) return extended === 1
    return (await this.state.command(['SET', key, token, 'IFEQ', token, 'PX', ttlMs])) === 'OK'
  }
}

module.exports = { Locks }
