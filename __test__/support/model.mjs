// @ts-check
import { asStored } from './as-stored.mjs'

/** A reference implementation of a store: a map from names of entries to values. */
export class Model {
  /** @type {Map<string, unknown>} */
  #entries = new Map()
  #hashTags

  /** @param {{ hashTags?: boolean }} [options] the same as of the adapter */
  constructor({ hashTags = false } = {}) {
    this.#hashTags = hashTags
  }

  /** @param {string} traceId @param {string} key */
  get(traceId, key) {
    return this.#entries.get(this.#start(traceId) + key) ?? null
  }

  /** @param {string} traceId @param {string} key @param {unknown} value */
  set(traceId, key, value) {
    this.#entries.set(this.#start(traceId) + key, asStored(value))
    return value
  }

  /** @param {string} traceId @param {string} key */
  delete(traceId, key) {
    const value = this.get(traceId, key)
    this.#entries.delete(this.#start(traceId) + key)
    return value
  }

  /** @param {string} traceId */
  clear(traceId) {
    for (const [name] of this.#group(traceId)) this.#entries.delete(name)
  }

  /** @param {string} traceId */
  getGroup(traceId) {
    return this.#group(traceId).map(([, value]) => value)
  }

  /** @param {string} traceId */
  keys(traceId) {
    return this.#group(traceId).map(([name]) => name.slice(this.#start(traceId).length))
  }

  traceIds() {
    const [begin, end] = this.#hashTags ? [1, '}:'] : [0, ':']
    return [...new Set([...this.#entries.keys()].map((name) => name.slice(begin, name.indexOf(end))))]
  }

  /** @param {string} [groupId] */
  items(groupId) {
    if (!this.#hashTags) return groupId ? this.#group(groupId) : [...this.#entries]
    const entries = groupId ? this.#group(groupId) : [...this.#entries]
    return entries.map(([name, value]) => {
      const end = groupId ? groupId.length + 1 : name.indexOf('}:')
      return [`${name.slice(1, end)}:${name.slice(end + 2)}`, value]
    })
  }

  /** @param {string} traceId */
  #group(traceId) {
    return [...this.#entries].filter(([name]) => name.startsWith(this.#start(traceId)))
  }

  /** The common start of the names of a trace. @param {string} traceId */
  #start(traceId) {
    return this.#hashTags ? `{${traceId}}:` : `${traceId}:`
  }
}
