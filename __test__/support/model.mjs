// @ts-check
import { asStored } from './as-stored.mjs'

/** What a store is, said in the shortest way: names of entries and their values. */
export class Model {
  /** @type {Map<string, unknown>} */
  #entries = new Map()

  /** @param {string} traceId @param {string} key */
  get(traceId, key) {
    return this.#entries.get(`${traceId}:${key}`) ?? null
  }

  /** @param {string} traceId @param {string} key @param {unknown} value */
  set(traceId, key, value) {
    this.#entries.set(`${traceId}:${key}`, asStored(value))
    return value
  }

  /** @param {string} traceId @param {string} key */
  delete(traceId, key) {
    const value = this.get(traceId, key)
    this.#entries.delete(`${traceId}:${key}`)
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
    return this.#group(traceId).map(([name]) => name.slice(traceId.length + 1))
  }

  traceIds() {
    return [...new Set([...this.#entries.keys()].map((name) => name.slice(0, name.indexOf(':'))))]
  }

  /** @param {string} [groupId] */
  items(groupId) {
    return groupId ? this.#group(groupId) : [...this.#entries]
  }

  /** @param {string} traceId */
  #group(traceId) {
    return [...this.#entries].filter(([name]) => name.startsWith(`${traceId}:`))
  }
}
