// @ts-check
'use strict'

const { inCall, invalidArgument, ofCall } = require('../../errors.js')
const { kindOf } = require('../../input/received.js')
const { dateOf, wallNow } = require('../../time.js')
const { constructing } = require('../constructing.js')
const { openState } = require('../open-state.js')
const { Items } = require('./items.js')
const { checkNamespace } = require('./namespaces.js')
const { OrderedWrites } = require('./ordered-writes.js')
const { Registry } = require('./registry.js')
const { Searching } = require('./searching.js')
const { EXPIRY_OPTIONS, idOf, millisecondsOf, settingsOf } = require('./settings.js')
const { Vectors } = require('./vectors.js')

/**
 * @typedef {import('../../../adapters/langgraph.js').RedisStoreOptions} RedisStoreOptions
 * @typedef {import('../../../adapters/langgraph.js').LangGraphConnection} Connection
 * @typedef {import('../../../adapters/langgraph.js').RedisStorePutOptions} PutOptions
 * @typedef {import('@langchain/langgraph-checkpoint').Item} Item
 * @typedef {import('@langchain/langgraph-checkpoint').Operation} Operation
 * @typedef {import('@langchain/langgraph-checkpoint').PutOperation & { ttl?: number }} PutOperation
 * @typedef {import('./items.js').StoredItem} StoredItem
 */

const OPTIONS = [...EXPIRY_OPTIONS, 'keyPrefix', 'index', 'ttl']
const EXISTING = { mayBeReserved: true }

/**
 * Makes the class of the store. The base class comes from the module system of the user, so that both have the same classes.
 *
 * @param {import('./tuples.js').Peer} peer
 */
function defineStore(peer) {
  return class RedisStore extends peer.BaseStore {
    #state
    #close
    #settings
    #items
    #registry
    #searching
    #vectors
    #writes = new OrderedWrites()

    /** @param {Connection} [connection] @param {RedisStoreOptions} [options] */
    constructor(connection, options) {
      super()
      this.#settings = constructing(RedisStore, () => settingsOf(options, OPTIONS))
      this.#vectors = constructing(RedisStore, () => options?.index && new Vectors(options.index))
      const { state, close } = constructing(RedisStore, () => openState(connection))
      const prefix = `${this.#settings.prefix}:store`
      this.#state = state
      this.#close = close
      this.#registry = new Registry(state, `${prefix}:roots`)
      this.#items = new Items(state, prefix, this.#registry)
      this.#searching = new Searching(this.#items, this.#registry, this.#vectors)
    }

    /** @param {Connection} url @param {RedisStoreOptions} [options] */
    static async fromUrl(url, options) {
      const store = new this(url, options)
      try {
        await store.#state.connect()
      } catch (error) {
        await store.end()
        throw error
      }
      return store
    }

    /** @param {string} url @param {RedisStoreOptions} [options] */
    static fromConnString(url, options) {
      // biome-ignore lint/complexity/noThisInStatic: a subclass inherits the method
      return this.fromUrl(url, options)
    }

    async end() {
      await this.#close()
    }

    async close() {
      await this.#close()
    }

    /**
     * @param {string[]} namespace
     * @param {string} key
     * @param {{ refreshTTL?: boolean }} [options]
     */
    async get(namespace, key, options) {
      return this.#get({ namespace, key }, options?.refreshTTL)
    }

    /**
     * @param {string[]} namespace
     * @param {string} key
     * @param {Record<string, any>} value
     * @param {false | string[] | PutOptions | null} [options]
     */
    async put(namespace, key, value, options) {
      checkNamespace(peer.InvalidNamespaceError, namespace)
      const { index, ttl } = optionsOf(options)
      await this.#put({ namespace, key, value, index, ttl })
    }

    /** @param {string[]} namespacePrefix @param {import('../../../adapters/langgraph.js').RedisStoreSearchOptions | null} [options] */
    async search(namespacePrefix, options) {
      const { refreshTTL, ...operation } = options ?? {}
      return this.#search({ namespacePrefix, ...operation }, refreshTTL)
    }

    /**
     * Reads first, then writes, as the store in memory does. Of several writes of one item the last one counts.
     *
     * @template {Operation[]} Operations
     * @param {Operations} operations
     * @returns {Promise<import('@langchain/langgraph-checkpoint').OperationResults<Operations>>}
     */
    async batch(operations) {
      const results = await Promise.all(
        operations.map((operation) => (isPut(operation) ? null : this.#read(operation))),
      )
      await Promise.all(lastWrites(operations.filter(isPut)).map((operation) => this.#put(operation)))
      return /** @type {any} */ (results)
    }

    /** @param {Exclude<Operation, PutOperation>} operation */
    async #read(operation) {
      if ('namespacePrefix' in operation) return this.#search(operation)
      if ('key' in operation) return this.#get(operation)
      return this.#searching.namespaces(operation)
    }

    /** @param {{ namespace: string[], key: string }} name @param {boolean} [refresh] @returns {Promise<Item | null>} */
    async #get({ namespace, key }, refresh) {
      checkNamespace(peer.InvalidNamespaceError, namespace, EXISTING)
      idOf('get', 'key', key, { mayBeEmpty: true })
      const item = await this.#items.read({ namespace, key }, this.#refreshing(refresh))
      return item === undefined ? null : shown(item)
    }

    /** @param {import('@langchain/langgraph-checkpoint').SearchOperation} operation @param {boolean} [refresh] */
    async #search(operation, refresh) {
      checkNamespace(peer.InvalidNamespaceError, operation.namespacePrefix, { ...EXISTING, mayBeEmpty: true })
      const found = await this.#searching.search(operation, this.#refreshing(refresh))
      return found.map(({ item, score }) => ({ ...shown(item), score }))
    }

    /** @param {PutOperation} operation */
    async #put({ namespace, key, value, index, ttl: minutes }) {
      checkNamespace(peer.InvalidNamespaceError, namespace, EXISTING)
      const name = { namespace, key: idOf('put', 'key', key, { mayBeEmpty: true }) }
      if (value === null) return this.#writes.run(nameOfWrite(name), undefined, () => this.#items.remove(name))
      const ownTtl = inCall({ operation: 'put' }, () => millisecondsOf(minutes, 'ttl', invalidArgument))
      const ttl = ownTtl ?? this.#settings.ttl
      const text = textOf(value)
      const computed = index === false || !this.#vectors ? undefined : this.#vectors.vectorsOf(value, index)
      await this.#writes.run(nameOfWrite(name), computed, (vectors) =>
        Promise.all([
          this.#registry.add(namespace[0], ttl),
          this.#items.write(name, { value: text, now: wallNow(), ttl, ownTtl, vectors }),
        ]),
      )
    }

    /** @param {boolean} [refresh] */
    #refreshing(refresh = this.#settings.refreshes) {
      return refresh ? this.#settings.ttl : undefined
    }
  }
}

/** @param {false | string[] | PutOptions | null | undefined} options @returns {PutOptions & { index?: false | string[] }} */
function optionsOf(options) {
  if (options === undefined || options === null) return {}
  if (options === false || Array.isArray(options)) return { index: options }
  return { ...options, index: options.index === true ? undefined : options.index }
}

/** @param {Operation} operation @returns {operation is PutOperation} */
function isPut(operation) {
  return 'value' in operation
}

/** The last operation of each item, which overwrites the others. @param {PutOperation[]} operations */
function lastWrites(operations) {
  return [...new Map(operations.map((operation) => [nameOfWrite(operation), operation])).values()]
}

/** @param {import('./items.js').ItemName} name */
function nameOfWrite({ namespace, key }) {
  return JSON.stringify([namespace, key])
}

/** @param {unknown} value */
function textOf(value) {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  throw ofCall(invalidArgument(`value: expected an object or null, got ${kindOf(value)}`), { operation: 'put' })
}

/** @param {StoredItem} item @returns {Item} */
function shown({ name: { namespace, key }, value, created, updated }) {
  return {
    value: JSON.parse(String(value)),
    key,
    namespace,
    createdAt: dateOf(created),
    updatedAt: dateOf(updated),
  }
}

module.exports = { defineStore }
