// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')

/** @typedef {import('../../../index.js').RedisStateAdapter} State */

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`
const EXTEND = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`

/**
 * Changes of locks of which only key and token are known, as those of another process: a lock with another token stays as it is.
 * Servers run a script. The embedded store has none; it has commands of Valkey 9 with the same effect, which Redis lacks.
 */
class Locks {
  #hasScripts = true

  /** @param {State} state */
  constructor(state) {
    this.state = state
  }

  /** @param {string} key @param {string} token */
  async release(key, token) {
    await this.#compared({ lua: RELEASE, keys: [key], args: [token] }, ['DELIFEQ', key, token])
  }

  /** @param {string} key @param {string} token @param {number} ttlMs @returns {Promise<boolean>} whether it was held */
  async extend(key, token, ttlMs) {
    const script = { lua: EXTEND, keys: [key], args: [token, ttlMs] }
    const reply = await this.#compared(script, ['SET', key, token, 'IFEQ', token, 'PX', ttlMs])
    return reply === 1 || reply === 'OK'
  }

  /**
   * @param {{ lua: string, keys: string[], args: (string | number)[] }} script
   * @param {(string | number)[]} command
   */
  async #compared({ lua, keys, args }, command) {
    if (!this.#hasScripts) return this.state.command(command)
    try {
      return await this.state.script(lua, { keys, args })
    } catch (error) {
      if (!(error instanceof RedisStateError) || error.code !== 'ERR_UNSUPPORTED') throw error
      this.#hasScripts = false
      return this.state.command(command)
    }
  }
}

module.exports = { Locks }
