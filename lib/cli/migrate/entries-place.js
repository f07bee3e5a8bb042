// @ts-check
'use strict'

const { dispatcherOf } = require('../../adapter/state-adapter.js')
const { OPERATIONS } = require('../../engines/call.js')
const { RedisStateError } = require('../../errors.js')
const { portionsOf } = require('../../operations/bulk.js')
const { now } = require('../../time.js')
const { byTrace } = require('../transfer/by-trace.js')
const { sortedNames } = require('../../names/sorted-names.js')
const { serverText } = require('./server-text.js')
const { expiresAt } = require('./expiry.js')
const { namingOf, startOf } = require('../../names/redis-name.js')
const { readKeys } = require('./redis-reader.js')
const { foundOf } = require('./value-text.js')

/**
 * @typedef {import('../command.js').StateStore} StateStore
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Found} Found
 * @typedef {import('./place.js').Copy} Copy
 */

/** Azure Cosmos DB counts whole seconds. */
const MS_PER_SECOND = 1000
/** Failures of single entries, which do not stop the others. */
const OF_ENTRY = new Set(['ERR_CORRUPT_VALUE', 'ERR_WRONG_TYPE', 'ERR_INVALID_ARGUMENT'])

/** The entries of this package, in any of its stores. */
class EntriesPlace {
  keepsTtl = true
  /** Whether keys with hash tags are those of the other side, which has the same prefix. */
  ignoresTagged = false
  #state
  #dispatcher
  #notJson
  #traceId
  #ttlUnit

  /**
   * @param {StateStore} state
   * @param {{ traceId?: string, notJson?: string }} [options] `traceId`: only this trace
   */
  constructor(state, { traceId, notJson } = {}) {
    this.#state = state
    this.#traceId = traceId
    this.#notJson = notJson
    this.#dispatcher = dispatcherOf(/** @type {any} */ (state))
    const { rules, capabilities } = this.#dispatcher.engine
    const { server = '' } = /** @type {{ server?: string }} */ (rules.inspectedFields)
    const { prefix, hashTags } = namingOf(state)
    this.prefix = prefix
    this.hashTags = hashTags
    const isRedis = capabilities.operations.has(OPERATIONS.command.name)
    this.#ttlUnit = isRedis ? 1 : MS_PER_SECOND
    this.keepsText = isRedis && !server.startsWith('memory:')
    this.joinsNames = this.keepsText && !hashTags
    this.description = `${serverText(rules)}, entries with the prefix ${JSON.stringify(this.prefix)}${this.hashTags ? ' and hash tags' : ''}`
  }

  /** @param {unknown} _onUnusable @param {AbortSignal} signal */
  names(_onUnusable, signal) {
    return sortedNames(this.#state, this.#traceId, signal)
  }

  /** @param {string} traceId */
  mayHave(traceId) {
    return this.#traceId === undefined || this.#traceId === traceId
  }

  /** @param {Name[]} names @returns {Promise<(Found | null)[]>} */
  read(names) {
    return this.keepsText ? this.#readTexts(names) : this.#readValues(names)
  }

  /** @param {Name[]} names @returns {Promise<(Found | null)[]>} */
  async #readTexts(names) {
    const readAt = now()
    const state = /** @type {import('../../../index.js').RedisStateAdapter} */ (this.#state)
    const read = await readKeys(
      state,
      names.map((name) => this.#redisKey(name)),
    )
    return read.map(([ttl, [bytes, isOtherType]], index) => {
      if (this.excludes(names[index])) return null
      if (isOtherType) return { problem: 'the key is no string', isOtherType: true, expiresAt: Infinity }
      return bytes && foundOf(bytes, expiresAt(ttl, readAt), this.#notJson)
    })
  }

  /** @param {Name} name */
  excludes({ traceId, key }) {
    return this.ignoresTagged && traceId.startsWith('{') && `${traceId}:${key}`.includes('}:')
  }

  /** @param {Name} name */
  #redisKey({ traceId, key }) {
    return startOf(this, traceId) + key
  }

  /** @param {Name[]} names */
  async #readValues(names) {
    /** @type {Map<Name, Found | null>} */
    const found = new Map()
    const reading = [...byTrace(names)].map(async ([traceId, ofTrace]) => {
      const results = await this.#valuesOf(traceId, ofTrace)
      for (const [index, name] of ofTrace.entries()) found.set(name, results[index])
    })
    await Promise.all(reading)
    return names.map((name) => found.get(name) ?? null)
  }

  /** @param {string} traceId @param {Name[]} names @returns {Promise<(Found | null)[]>} */
  async #valuesOf(traceId, names) {
    const readAt = now()
    const keys = names.map(({ key }) => key)
    try {
      const read = await this.#state.getManyWithMetadata(traceId, keys)
      return read.map((one) => one && textOfValue(one, readAt))
    } catch (error) {
      if (!isOfEntry(error)) throw error
      return Promise.all(keys.map((key) => this.#valueOf(traceId, key)))
    }
  }

  /** @param {string} traceId @param {string} key @returns {Promise<Found | null>} */
  async #valueOf(traceId, key) {
    const readAt = now()
    try {
      const one = await this.#state.getWithMetadata(traceId, key)
      return one && textOfValue(one, readAt)
    } catch (error) {
      if (!isOfEntry(error)) throw error
      return { problem: 'the value is not JSON', expiresAt: Infinity }
    }
  }

  /** @param {Copy[]} copies @returns {Promise<(undefined | 'kept' | Error)[]>} */
  async write(copies) {
    /** @type {(undefined | 'kept' | Error)[]} */
    const results = new Array(copies.length)
    const calls = copies.flatMap((copy, index) => {
      try {
        return [Object.assign(this.#callOf(copy), { index })]
      } catch (error) {
        if (!isOfEntry(error)) throw error
        results[index] = error
        return []
      }
    })
    const all = /** @type {(import('../../engines/call.js').StateCall & { index: number })[]} */ (calls)
    for (const portion of portionsOf(this.#dispatcher, all)) {
      const settled = await Promise.allSettled(portion.map((call) => this.#dispatcher.engine.execute(call)))
      for (const [index, result] of settled.entries())
        if (result.status === 'rejected') results[/** @type {any} */ (portion[index]).index] = outcomeOf(result.reason)
    }
    return results
  }

  /** @param {Name[]} names */
  async remove(names) {
    for (const [traceId, ofTrace] of byTrace(names)) {
      await this.#state.deleteMany(
        traceId,
        ofTrace.map(({ key }) => key),
      )
    }
  }

  /** A time to live in the unit of the store. @param {number} ms */
  #roundedUp(ms) {
    return Math.ceil(ms / this.#ttlUnit) * this.#ttlUnit
  }

  /** @param {Copy} copy */
  #callOf({ name: { traceId, key }, found, ifAbsent }) {
    const ttl = found.expiresAt === Infinity ? 0 : this.#roundedUp(Math.max(1, found.expiresAt - now()))
    const condition = ifAbsent ? /** @type {const} */ ({ kind: 'absent' }) : undefined
    return this.#dispatcher.prepare(OPERATIONS.set, traceId, key, { ttl, condition, all: {} }, () => ({
      json: found.text,
    }))
  }
}

/** @param {{ value: unknown, ttl: number }} entry @param {number} readAt @returns {Found} */
function textOfValue({ value, ttl }, readAt) {
  return { text: JSON.stringify(value), expiresAt: expiresAt(ttl < 0 ? ttl : ttl * 1000, readAt) }
}

/** @param {unknown} error */
function outcomeOf(error) {
  if (error instanceof RedisStateError && error.code === 'ERR_CONFLICT') return 'kept'
  if (isOfEntry(error)) return error
  throw error
}

/** @param {unknown} error @returns {error is Error} */
function isOfEntry(error) {
  return error instanceof RedisStateError && OF_ENTRY.has(error.code)
}

module.exports = { EntriesPlace }
