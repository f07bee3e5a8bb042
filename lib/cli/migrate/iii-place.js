// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')
const { byTrace } = require('../transfer/by-trace.js')
const { sortPages } = require('../../names/sorted-names.js')
const { readFields, scanAll, scanFields, scanNodes } = require('./redis-reader.js')
const { foundOf, textOf } = require('./value-text.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Found} Found
 * @typedef {import('./place.js').Copy} Copy
 */

const PREFIX = 'state:'

/** The state of the iii engine, which Motia 1.x runs on: a hash `state:<scope>` for each scope, whose fields have JSON. */
class IiiPlace {
  keepsText = true
  keepsTtl = false
  joinsNames = false
  #state
  #traceId
  #notJson
  /** @type {Set<string>} */
  #scopes = new Set()

  /** @param {State} state @param {{ description: string, prefix?: string, traceId?: string, notJson?: string }} options */
  constructor(state, { description, prefix = PREFIX, traceId, notJson }) {
    this.#state = state
    this.prefix = prefix
    this.#traceId = traceId
    this.#notJson = notJson
    this.description = `${description}, hashes ${JSON.stringify(`${prefix}<scope>`)} of iii`
  }

  /** @param {(name: string, why: string) => void} onUnusable @param {AbortSignal} signal */
  names(onUnusable, signal) {
    const scan = (/** @type {(string | undefined)[]} */ nodes) => this.#pages(nodes, onUnusable, signal)
    return sortPages(scanAll(this.#state, signal, scan), signal)
  }

  /** @param {(string | undefined)[]} nodes @param {(name: string, why: string) => void} onUnusable @param {AbortSignal} signal */
  async *#pages(nodes, onUnusable, signal) {
    this.#scopes = await this.#listScopes(nodes, onUnusable, signal)
    for (const scope of this.#scopes) yield* this.#fields(scope, onUnusable, signal)
  }

  /**
   * @param {(string | undefined)[]} nodes
   * @param {(name: string, why: string) => void} onUnusable
   * @param {AbortSignal} signal
   * @returns {Promise<Set<string>>}
   */
  async #listScopes(nodes, onUnusable, signal) {
    /** @type {Set<string>} */
    const scopes = new Set(this.#traceId === undefined ? [] : [this.#traceId])
    if (this.#traceId !== undefined) return scopes
    const onNoText = (/** @type {Buffer} */ key) => onUnusable(shown(key), 'the key is no text in UTF-8')
    for await (const keys of scanNodes(this.#state, nodes, { start: this.prefix, type: 'hash', signal, onNoText }))
      for (const key of keys) scopes.add(key.slice(this.prefix.length))
    return scopes
  }

  /** @param {string} scope */
  mayHave(scope) {
    return this.#scopes.has(scope)
  }

  /** @param {string} scope @param {(name: string, why: string) => void} onUnusable @param {AbortSignal} signal */
  async *#fields(scope, onUnusable, signal) {
    for await (const page of scanFields(this.#state, this.prefix + scope, signal)) {
      yield page.flatMap((bytes) => {
        const field = textOf(bytes)
        if (field !== undefined) return [scope, field]
        onUnusable(`${scope} ${shown(bytes)}`, 'the name of the field is no text in UTF-8')
        return []
      })
    }
  }

  /** @param {Name[]} names @returns {Promise<(Found | null)[]>} */
  async read(names) {
    /** @type {Map<Name, Found | null>} */
    const found = new Map()
    for (const [scope, ofScope] of byTrace(names)) {
      const fields = ofScope.map(({ key }) => key)
      const values = await readFields(this.#state, this.prefix + scope, fields)
      for (const [index, name] of ofScope.entries()) {
        const bytes = values[index]
        found.set(name, bytes && foundOf(bytes, Infinity, this.#notJson))
      }
    }
    return names.map((name) => found.get(name) ?? null)
  }

  /** @param {Copy[]} copies @returns {Promise<(undefined | 'kept' | Error)[]>} */
  write(copies) {
    return Promise.all(copies.map((copy) => this.#write(copy)))
  }

  /** @param {Copy} copy @returns {Promise<undefined | 'kept' | Error>} */
  async #write({ name: { traceId, key }, found: { text = '' }, ifAbsent }) {
    try {
      const command = ifAbsent ? 'HSETNX' : 'HSET'
      const added = await this.#state.command([command, this.prefix + traceId, key, text])
      return ifAbsent && added === 0 ? 'kept' : undefined
    } catch (error) {
      if (isWrongType(error)) return /** @type {Error} */ (error)
      throw error
    }
  }

  /** @param {Name[]} names */
  async remove(names) {
    for (const [scope, ofScope] of byTrace(names)) {
      await this.#state.command(['HDEL', this.prefix + scope, ...ofScope.map(({ key }) => key)])
    }
  }
}

/** Bytes as a part of a message. @param {Buffer} bytes */
function shown(bytes) {
  return JSON.stringify(bytes.toString('latin1'))
}

/** @param {unknown} error */
function isWrongType(error) {
  return error instanceof RedisStateError && (error.code === 'ERR_WRONG_TYPE' || /WRONGTYPE/.test(error.reply ?? ''))
}

module.exports = { IiiPlace, shown }
