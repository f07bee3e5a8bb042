// @ts-check
'use strict'

const { clearTimeout, setTimeout, wallNow } = require('../time.js')
const { containing, contains, distinct, sorted } = require('./sorting.js')

/**
 * @typedef {(signal: AbortSignal) => AsyncIterable<string[]>} List yields names in pages, in any order, and maybe several times
 *
 * @typedef {object} Listing sorted names, as they were at a time
 * @property {string[]} names
 * @property {boolean} isTruncated there are more
 * @property {number} at milliseconds since 1970
 * @property {{ text: string, names: string[] }} [search] the last search in it
 *
 * @typedef {object} Kept
 * @property {Promise<Listing>} listing
 * @property {AbortController} stop ends the listing, when no request waits for it
 * @property {number} waiting requests that do
 * @property {number} size names that it holds
 * @property {NodeJS.Timeout} [expiry]
 */

/** Names of a listing. */
const MAX_NAMES = 500_000
/** How many times as many all that are kept may have, so that a search beside a full listing does not replace it. */
const KEPT = 2
/** How long a listing serves requests, so that pages do not list anew, in milliseconds. */
const MAX_AGE = 15_000

/** Keeps listings for some seconds, and has requests for the same one share it. */
class Listings {
  /** @type {Map<string, Kept>} */
  #kept = new Map()
  #maxNames

  /** @param {number} [maxNames] */
  constructor(maxNames = MAX_NAMES) {
    this.#maxNames = maxNames
  }

  /**
   * The listing with this key, and those of its names that contain a text.
   *
   * @param {string} key
   * @param {List} list
   * @param {{ search: string, isFresh: boolean, signal: AbortSignal }} request
   * @returns {Promise<Listing>}
   */
  async get(key, list, { search, isFresh, signal }) {
    const all = await this.#shared(key, list, { isFresh, signal })
    if (search === '') return all
    // A search in all names, as those beyond the limit are not in the listing.
    if (all.isTruncated) return this.#shared(JSON.stringify([key, search]), matching(list, search), { isFresh, signal })
    if (all.search?.text !== search) all.search = { text: search, names: await containing(all.names, search) }
    return { ...all, names: all.search.names }
  }

  clear() {
    for (const [key, kept] of this.#kept) this.#drop(key, kept)
  }

  /** @param {string} key @param {List} list @param {{ isFresh: boolean, signal: AbortSignal }} request */
  async #shared(key, list, { isFresh, signal }) {
    if (isFresh) this.#forget(key)
    const kept = this.#kept.get(key) ?? this.#start(key, list)
    kept.waiting += 1
    try {
      return await orAborted(kept.listing, signal)
    } finally {
      kept.waiting -= 1
      if (kept.waiting === 0 && kept.expiry === undefined) this.#stop(key, kept)
    }
  }

  /** @param {string} key @param {Kept} kept */
  #stop(key, kept) {
    // Dropped first, so that no later request gets its error.
    this.#drop(key, kept)
    kept.stop.abort()
  }

  /** A listing that is not done serves also who wants a fresh one. @param {string} key */
  #forget(key) {
    const kept = this.#kept.get(key)
    if (kept?.expiry !== undefined) this.#drop(key, kept)
  }

  /** @param {string} key @param {List} list */
  #start(key, list) {
    const stop = new AbortController()
    /** @type {Kept} */
    const kept = { listing: this.#list(list, stop.signal), stop, waiting: 0, size: 0 }
    this.#kept.set(key, kept)
    kept.listing.then(
      ({ names }) => this.#keep(key, kept, names.length),
      () => this.#drop(key, kept),
    )
    return kept
  }

  /** @param {List} list @param {AbortSignal} signal @returns {Promise<Listing>} */
  async #list(list, signal) {
    // Of those beyond the limit it is only known that there are some.
    const found = await distinct(list(signal), this.#maxNames)
    const isTruncated = found.size > this.#maxNames
    const names = await sorted([...found].slice(0, this.#maxNames))
    return { names, isTruncated, at: wallNow() }
  }

  /** @param {string} key @param {Kept} kept @param {number} size */
  #keep(key, kept, size) {
    if (this.#kept.get(key) !== kept) return
    kept.size = size
    kept.expiry = setTimeout(() => this.#drop(key, kept), MAX_AGE).unref()
    let total = [...this.#kept.values()].reduce((sum, one) => sum + one.size, 0)
    for (const [oldKey, old] of this.#kept) {
      if (total <= this.#maxNames * KEPT) return
      if (old === kept || old.expiry === undefined) continue
      total -= old.size
      this.#drop(oldKey, old)
    }
  }

  /** @param {string} key @param {Kept} kept */
  #drop(key, kept) {
    clearTimeout(kept.expiry)
    if (this.#kept.get(key) === kept) this.#kept.delete(key)
  }
}

/** Lists the names that contain a text. @param {List} list @param {string} text @returns {List} */
function matching(list, text) {
  const isWanted = contains(text)
  return async function* matches(signal) {
    for await (const page of list(signal)) yield page.filter(isWanted)
  }
}

/**
 * Waits for a promise until a signal is aborted.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
function orAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

module.exports = { Listings, MAX_NAMES, orAborted }
