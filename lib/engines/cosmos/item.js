// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { invalidArgument } = require('../../errors.js')

/**
 * Entries as the items of a container: `{ id, <partition key>: traceId, value, ttl?, expiresAt? }`.
 *
 * @typedef {object} Layout
 * @property {string} keyPrefix empty: the id is the key
 * @property {string[]} path names of the partition key, such as `['partitionKey']`
 *
 * @typedef {Record<string, any>} Item
 */

const MAX_ID_BYTES = 1023
const MAX_TRACE_ID_BYTES = 2048
const SEPARATOR = '||'
/** Not permitted in ids, or changed on the way: control characters, and white space at the end. */
const UNSAFE = /[/\\?#%\p{Cc}]|\s$/gu
const IS_SAFE = /^[^/\\?#%\p{Cc}]*[^/\\?#%\p{Cc}\s]$/u
/** White space beyond `A0` has three bytes in UTF-8. */
const ESCAPED = /%(2F|5C|3F|23|25|20|2E|7F|A0|[0189][\dA-F])|%E[123F](?:%[89AB][\dA-F]){2}/g

/** Names of paths are in SQL in single quotes. @param {string[]} path */
function sqlPath(path) {
  return `c${path.map((name) => `['${name.replace(/['\\]/g, '\\$&')}']`).join('')}`
}

/** Builds ids and items of a store, and reads them. */
class ItemLayout {
  #prefix
  #path
  /** SQL for the trace id of an item. */
  sqlTraceId

  /** @param {Layout} layout */
  constructor({ keyPrefix, path }) {
    this.#prefix = keyPrefix === '' ? '' : escaped(keyPrefix) + SEPARATOR
    this.#path = path
    this.sqlTraceId = sqlPath(path)
  }

  /** What all ids of the store begin with. */
  get prefix() {
    return this.#prefix
  }

  /** @param {string} key */
  idOf(key) {
    if (key === '') throw invalidArgument('key: is empty, which Azure Cosmos DB does not permit')
    const escapedKey = escaped(key)
    const id = this.#prefix + (this.#prefix === '' && isDots(key) ? key.replaceAll('.', '%2E') : escapedKey)
    if (id.length * 3 > MAX_ID_BYTES && Buffer.byteLength(id) > MAX_ID_BYTES)
      throw invalidArgument(`key: its id has more than the ${MAX_ID_BYTES} bytes that Azure Cosmos DB permits`)
    return id
  }

  /**
   * The start of the ids of all keys with a prefix. If it is not `exact`, other ids have it too: characters at the end of a key can
   * be escaped that are not elsewhere.
   *
   * @param {string} keyPrefix
   */
  idPrefixOf(keyPrefix) {
    const start = keyPrefix.replace(/[\s.]+$/, '')
    return { start: this.#prefix + start.replace(UNSAFE, percentEncoded), exact: start === keyPrefix }
  }

  /** @param {string} id */
  keyOf(id) {
    return id.slice(this.#prefix.length).replace(ESCAPED, decoded)
  }

  /** @param {string} traceId @param {string} id @param {object} content value, ttl */
  itemOf(traceId, id, content) {
    /** @type {Item} */
    const item = { id, ...content }
    let parent = item
    for (const name of this.#path.slice(0, -1)) {
      parent[name] = {}
      parent = parent[name]
    }
    parent[this.#path[this.#path.length - 1]] = traceId
    return item
  }

  /** @param {Item} item @returns {unknown} */
  traceIdOf(item) {
    return this.#path.reduce((/** @type {any} */ value, name) => value?.[name], item)
  }
}

/** @param {string} text */
function escaped(text) {
  return IS_SAFE.test(text) ? text : text.replace(UNSAFE, percentEncoded)
}

/** @param {string} character */
function percentEncoded(character) {
  const code = character.charCodeAt(0)
  if (code > 0xff) return encodeURIComponent(character)
  return `%${code.toString(16).toUpperCase().padStart(2, '0')}`
}

/** @param {string} sequence @param {string | undefined} digits of a single one */
function decoded(sequence, digits) {
  return digits === undefined ? decodeURIComponent(sequence) : String.fromCharCode(Number.parseInt(digits, 16))
}

/** Ids that a url would resolve to the container, or to the list of its items. @param {string} key */
function isDots(key) {
  return key === '.' || key === '..'
}

/** @param {string} traceId */
function checkTraceId(traceId) {
  if (traceId === '') throw invalidArgument('traceId: is empty, which this store does not permit')
  if (traceId.length * 3 > MAX_TRACE_ID_BYTES && Buffer.byteLength(traceId) > MAX_TRACE_ID_BYTES)
    throw invalidArgument(`traceId: has more than the ${MAX_TRACE_ID_BYTES} bytes of a partition key`)
}

module.exports = { ItemLayout, checkTraceId }
