// @ts-check
'use strict'

const { Store } = require('express-session')
const { asyncDispose } = require('../../async-dispose.js')
const { callFailure, inCall } = require('../../errors.js')
const { shownId } = require('../../error-message.js')
const { READ } = require('../../input/command-options.js')
const { received } = require('../../input/received.js')
const { isPromise } = require('../../input/schema.js')
const { answer } = require('../callbacks.js')
const { readStrings, removeKeys } = require('../raw-keys.js')
const { scanKeys } = require('../scan-keys.js')
const { openStore } = require('../store-options.js')
const { secondsLeft } = require('./expiry.js')
const { FIELDS } = require('./options.js')

/**
 * @typedef {import('../../../types/adapters/session.js').RedisStoreOptions} RedisStoreOptions
 * @typedef {import('../../../types/adapters/session.js').SessionCallback<any>} Callback
 * @typedef {import('../../../types/adapters/session.js').SessionSerializer} Serializer
 * @typedef {import('../../../types/adapters/session.js').SessionTtl} Ttl
 */

/** Keeps the sessions of express-session as connect-redis does: the key `<prefix><id>` has the text of a session. */
class RedisStore extends Store {
  #close

  /** @param {RedisStoreOptions} [options] */
  constructor(options) {
    super()
    const { opened, options: read } = openStore(RedisStore, options, FIELDS)
    this.client = opened.state
    this.#close = opened.close
    /** @type {string} */
    this.prefix = read.prefix
    /** @type {number} */
    this.scanCount = read.scanCount
    /** @type {Serializer} */
    this.serializer = read.serializer
    /** @type {Ttl} */
    this.ttl = read.ttl
    /** @type {boolean} */
    this.disableTTL = read.disableTTL
    /** @type {boolean} */
    this.disableTouch = read.disableTouch
  }

  /** @param {string} sid @param {Callback} [callback] */
  get(sid, callback) {
    return answer(this.#get(sid), callback)
  }

  /** @param {string} sid @param {any} session @param {Callback} [callback] */
  set(sid, session, callback) {
    return answer(this.#set(sid, session), callback)
  }

  /** @param {string} sid @param {any} session @param {Callback} [callback] */
  touch(sid, session, callback) {
    return answer(this.#touch(sid, session), callback)
  }

  /** @param {string} sid @param {Callback} [callback] */
  destroy(sid, callback) {
    return answer(this.#destroy(sid), callback)
  }

  /** @param {Callback} [callback] */
  clear(callback) {
    return answer(this.#clear(), callback)
  }

  /** @param {Callback} [callback] */
  length(callback) {
    return answer(this.#length(), callback)
  }

  /** @param {Callback} [callback] */
  ids(callback) {
    return answer(this.#ids(), callback)
  }

  /** @param {Callback} [callback] */
  all(callback) {
    return answer(this.#all(), callback)
  }

  close() {
    return this.#close()
  }

  [asyncDispose]() {
    return this.close()
  }

  /** @param {string} sid */
  async #get(sid) {
    const text = await this.client.command(['GET', this.#keyOf('get', sid)], READ)
    return text ? this.#parsed('get', sid, /** @type {string} */ (text)) : null
  }

  /** @param {string} sid @param {any} session @returns {Promise<null>} */
  async #set(sid, session) {
    const key = this.#keyOf('set', sid)
    const seconds = this.#secondsLeft('set', session)
    const text = this.#textOf(session)
    if (seconds <= 0) await this.client.command(['DEL', key])
    else await this.client.command(this.disableTTL ? ['SET', key, text] : ['SET', key, text, 'EX', seconds])
    return null
  }

  /** @param {string} sid @param {any} session @returns {Promise<null>} */
  async #touch(sid, session) {
    const key = this.#keyOf('touch', sid)
    if (this.disableTouch || this.disableTTL) return null
    const seconds = this.#secondsLeft('touch', session)
    await this.client.command(seconds > 0 ? ['EXPIRE', key, seconds] : ['DEL', key])
    return null
  }

  /** @param {string} sid @returns {Promise<null>} */
  async #destroy(sid) {
    await this.client.command(['DEL', this.#keyOf('destroy', sid)])
    return null
  }

  /** @returns {Promise<null>} */
  async #clear() {
    for await (const keys of scanKeys(this.client, this.prefix, this.scanCount)) {
      await removeKeys(this.client, keys, 'DEL')
    }
    return null
  }

  async #length() {
    return (await this.#keys()).size
  }

  async #ids() {
    return [...(await this.#keys())].map((key) => this.#idOf(key))
  }

  async #all() {
    /** @type {Map<string, any>} */
    const sessions = new Map()
    for await (const keys of scanKeys(this.client, this.prefix, this.scanCount)) {
      const texts = await readStrings(this.client, keys)
      for (let index = 0; index < keys.length; index += 1) {
        const text = texts[index]
        // It has expired since, or the key has another type.
        if (!text) continue
        const id = this.#idOf(keys[index])
        const parsed = this.#parsed('all', id, text)
        const session = isPromise(parsed) ? await parsed : parsed
        session.id = id
        sessions.set(id, session)
      }
    }
    return [...sessions.values()]
  }

  /** The keys of the sessions, each once. */
  async #keys() {
    /** @type {Set<string>} */
    const found = new Set()
    for await (const keys of scanKeys(this.client, this.prefix, this.scanCount)) {
      for (const key of keys) found.add(key)
    }
    return found
  }

  /** @param {string} method @param {unknown} sid */
  #keyOf(method, sid) {
    if (typeof sid === 'string') return this.prefix + sid
    throw callFailure(callOf(method), 'ERR_INVALID_ARGUMENT', `sid: expected a string, got ${received(sid)}`)
  }

  /** @param {string} key */
  #idOf(key) {
    return key.slice(this.prefix.length)
  }

  /** @param {string} method @param {unknown} session */
  #secondsLeft(method, session) {
    return inCall(callOf(method), () => secondsLeft(session, this.ttl))
  }

  /** @param {unknown} session @returns {string} */
  #textOf(session) {
    /** @type {unknown} */
    let text
    try {
      text = this.serializer.stringify(/** @type {any} */ (session))
    } catch (cause) {
      throw callFailure(callOf('set'), 'ERR_INVALID_ARGUMENT', 'the serializer cannot convert the session', { cause })
    }
    if (typeof text === 'string') return text
    const what = `serializer.stringify returned ${received(text)}, expected a string`
    throw callFailure(callOf('set'), 'ERR_INVALID_ARGUMENT', what)
  }

  /** A session, or its promise. @param {string} method @param {string} sid @param {string} text @returns {any} */
  #parsed(method, sid, text) {
    try {
      const session = this.serializer.parse(text)
      return isPromise(session) ? session.then(undefined, (cause) => throwCorrupt(method, sid, cause)) : session
    } catch (cause) {
      return throwCorrupt(method, sid, cause)
    }
  }
}

/** @param {string} method @param {string} sid @param {unknown} cause @returns {never} */
function throwCorrupt(method, sid, cause) {
  const what = `the text of session ${shownId(sid)} cannot be parsed by the serializer`
  throw callFailure(callOf(method), 'ERR_CORRUPT_VALUE', what, { cause })
}

/** @param {string} method */
function callOf(method) {
  return { operation: `RedisStore.${method}` }
}

/** @satisfies {typeof import('../../../types/adapters/session.js').RedisStore} checks the public types */
const published = RedisStore

module.exports = { RedisStore: published }
