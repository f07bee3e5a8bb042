// @ts-check
'use strict'

const { randomUUID } = require('node:crypto')
const { callFailure } = require('../../errors.js')
const { READ } = require('../../input/command-options.js')
const { dateIn, millisecondsUntil } = require('../../time.js')
const { constructing } = require('../constructing.js')
const { openState } = require('../open-state.js')
const { heldLock, jsonOf, length, optionalTtl, parsed, text, ttl } = require('./arguments.js')
const { Locks } = require('./locks.js')
const { readOptions } = require('./options.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('../../../types/adapters/chat.js').RedisStateAdapterOptions} Options
 * @typedef {{ threadId: string, token: string, expiresAt: number }} Lock
 * @typedef {{ state: State, locks: Locks, close: () => Promise<void> }} Opened
 */

/** A queue stays at least as long, whatever its entries say. */
const QUEUE_TTL_MS = 60_000

/** The state of Chat SDK, under the keys of @chat-adapter/state-redis. */
class RedisStateAdapter {
  #options
  /** @type {Opened | undefined} */
  #opened
  #isConnected = false
  /** @type {Promise<void> | undefined} */
  #connecting

  /** @param {Options} [options] */
  constructor(options) {
    this.#options = constructing(RedisStateAdapter, () => readOptions(options))
    this.#opened = constructing(RedisStateAdapter, () => this.#open(), 'client')
  }

  /** May be called again after it rejected, and after `disconnect`. */
  async connect() {
    this.#connecting ??= this.#attempt()
    await this.#connecting
  }

  #attempt() {
    const attempt = this.#connect().finally(() => {
      // After a `disconnect` it may be another attempt.
      if (this.#connecting === attempt) this.#connecting = undefined
    })
    return attempt
  }

  async #connect() {
    this.#opened ??= this.#open()
    const opened = this.#opened
    try {
      await opened.state.connect()
      this.#isConnected ||= opened === this.#opened
    } catch (error) {
      // The next call makes an attempt of its own, and does not reject because of this one.
      if (!this.#isConnected && opened === this.#opened) await this.disconnect()
      throw error
    }
  }

  async disconnect() {
    const opened = this.#opened
    this.#opened = undefined
    this.#connecting = undefined
    this.#isConnected = false
    await opened?.close()
  }

  /** The state, for calls of its own. @returns {State} */
  getClient() {
    this.#opened ??= this.#open()
    return this.#opened.state
  }

  /** @param {string} threadId */
  async subscribe(threadId) {
    const thread = text('subscribe', 'threadId', threadId)
    await this.#state('subscribe').command(['SADD', this.#subscriptions(), thread])
  }

  /** @param {string} threadId */
  async unsubscribe(threadId) {
    const thread = text('unsubscribe', 'threadId', threadId)
    await this.#state('unsubscribe').command(['SREM', this.#subscriptions(), thread])
  }

  /** @param {string} threadId */
  async isSubscribed(threadId) {
    const thread = text('isSubscribed', 'threadId', threadId)
    return (await this.#state('isSubscribed').command(['SISMEMBER', this.#subscriptions(), thread], READ)) === 1
  }

  /** @param {string} threadId @param {number} ttlMs @returns {Promise<Lock | null>} */
  async acquireLock(threadId, ttlMs) {
    const key = this.#key('acquireLock', 'lock', threadId)
    const milliseconds = ttl('acquireLock', ttlMs)
    const token = `redis_${randomUUID()}`
    // Before the server has it, so that no holder counts on a lock that has expired.
    const expiresAt = dateIn(milliseconds).getTime()
    const reply = await this.#state('acquireLock').command(['SET', key, token, 'NX', 'PX', milliseconds])
    return reply === null ? null : { threadId, token, expiresAt }
  }

  /** @param {Lock} lock */
  async releaseLock(lock) {
    const { threadId, token } = heldLock('releaseLock', lock)
    await this.#locks('releaseLock').release(this.#key('releaseLock', 'lock', threadId), token)
  }

  /** @param {Lock} lock @param {number} ttlMs */
  async extendLock(lock, ttlMs) {
    const { threadId, token } = heldLock('extendLock', lock)
    const key = this.#key('extendLock', 'lock', threadId)
    return this.#locks('extendLock').extend(key, token, ttl('extendLock', ttlMs))
  }

  /** @param {string} threadId */
  async forceReleaseLock(threadId) {
    const key = this.#key('forceReleaseLock', 'lock', threadId)
    await this.#state('forceReleaseLock').command(['DEL', key])
  }

  /** @param {string} key @returns {Promise<any>} a text that is not JSON as it is */
  async get(key) {
    const reply = await this.#state('get').command(['GET', this.#key('get', 'cache', key)], READ)
    if (typeof reply !== 'string') return null
    try {
      return JSON.parse(reply)
    } catch {
      return reply
    }
  }

  /** @param {string} key @param {unknown} value @param {number} [ttlMs] */
  async set(key, value, ttlMs) {
    await this.#state('set').command(this.#setCommand('set', key, value, ttlMs))
  }

  /** @param {string} key @param {unknown} value @param {number} [ttlMs] */
  async setIfNotExists(key, value, ttlMs) {
    const command = this.#setCommand('setIfNotExists', key, value, ttlMs)
    return (await this.#state('setIfNotExists').command([...command, 'NX'])) !== null
  }

  /** @param {string} key */
  async delete(key) {
    await this.#state('delete').command(['DEL', this.#key('delete', 'cache', key)])
  }

  /** @param {string} key @param {unknown} value @param {{ maxLength?: number, ttlMs?: number }} [options] */
  async appendToList(key, value, { maxLength, ttlMs } = {}) {
    const list = this.#key('appendToList', 'list', key)
    const json = jsonOf('appendToList', value)
    const most = length('appendToList', 'maxLength', maxLength)
    await push(this.#state('appendToList'), list, { json, most, ttlMs: optionalTtl('appendToList', ttlMs) })
  }

  /** @param {string} key @returns {Promise<any[]>} */
  async getList(key) {
    const list = this.#key('getList', 'list', key)
    const texts = await this.#state('getList').command(['LRANGE', list, 0, -1], READ)
    return /** @type {string[]} */ (texts).map((json) => parsed('getList', list, json))
  }

  /** @param {string} threadId @param {{ expiresAt: number }} entry @param {number} maxSize */
  async enqueue(threadId, entry, maxSize) {
    const queue = this.#key('enqueue', 'queue', threadId)
    const json = jsonOf('enqueue', entry)
    const most = length('enqueue', 'maxSize', maxSize)
    const ttlMs = ttl('enqueue', Math.max(millisecondsUntil(entry.expiresAt), QUEUE_TTL_MS))
    return push(this.#state('enqueue'), queue, { json, most, ttlMs })
  }

  /** @param {string} threadId @returns {Promise<any>} */
  async dequeue(threadId) {
    const queue = this.#key('dequeue', 'queue', threadId)
    const reply = await this.#state('dequeue').command(['LPOP', queue])
    return typeof reply === 'string' ? parsed('dequeue', queue, reply) : null
  }

  /** @param {string} threadId @returns {Promise<number>} */
  async queueDepth(threadId) {
    const queue = this.#key('queueDepth', 'queue', threadId)
    return Number(await this.#state('queueDepth').command(['LLEN', queue], READ))
  }

  /** @param {string} call @param {string} key @param {unknown} value @param {number} [ttlMs] */
  #setCommand(call, key, value, ttlMs) {
    const command = ['SET', this.#key(call, 'cache', key), jsonOf(call, value)]
    const milliseconds = optionalTtl(call, ttlMs)
    return milliseconds === undefined ? command : [...command, 'PX', milliseconds]
  }

  #subscriptions() {
    return `${this.#options.keyPrefix}:subscriptions`
  }

  /** @param {string} call @param {'lock' | 'queue' | 'cache' | 'list'} type @param {string} name of a thread, or a key */
  #key(call, type, name) {
    const argument = type === 'lock' || type === 'queue' ? 'threadId' : 'key'
    return `${this.#options.keyPrefix}:${type}:${text(call, argument, name)}`
  }

  /** @param {string} call */
  #locks(call) {
    this.#state(call)
    return /** @type {Opened} */ (this.#opened).locks
  }

  /** @param {string} call @returns {State} */
  #state(call) {
    if (this.#isConnected && this.#opened) return this.#opened.state
    const remedy = 'Call connect() first.'
    throw callFailure({ operation: call }, 'ERR_CLOSED', 'RedisStateAdapter is not connected', { remedy })
  }

  /** @returns {Opened} */
  #open() {
    const { connection, logger } = this.#options
    const { state, close } = openState(connection)
    const onError = (/** @type {Error} */ error) => logger?.error('Redis client error', { error })
    if (logger) state.on('error', onError)
    return {
      state,
      locks: new Locks(state),
      close: async () => {
        await close()
        state.off('error', onError)
      },
    }
  }
}

/**
 * Appends to a list, and returns its length then, in one round trip.
 *
 * @param {State} state
 * @param {string} key
 * @param {{ json: string, most: number, ttlMs: number | undefined }} what `most`: the elements that are kept; 0: all
 * @returns {Promise<number>}
 */
async function push(state, key, { json, most, ttlMs }) {
  const commands = [['RPUSH', key, json]]
  if (most > 0) commands.push(['LTRIM', key, `${-most}`, '-1'])
  if (ttlMs !== undefined) commands.push(['PEXPIRE', key, `${ttlMs}`])
  const pushed = Number(commands.length === 1 ? await state.command(commands[0]) : (await state.commands(commands))[0])
  return most > 0 ? Math.min(pushed, most) : pushed
}

module.exports = { RedisStateAdapter }
