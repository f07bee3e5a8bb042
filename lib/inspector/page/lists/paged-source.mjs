// @ts-check
// The items of a long list, loaded in pages when they come into view.

import { isAborted } from '../core/api.mjs'

const PAGE = 200
/** Pages that are kept: those that were loaded last. */
const MAX_PAGES = 40
const MAX_REQUESTS = 2

/**
 * @template T
 * @typedef {{ items: T[], total: number }} Page
 */

/** @template T */
export class PagedSource {
  total = 0
  isLoaded = false
  #load
  #onChange
  #onError
  /** @type {Map<number, T[]>} */
  #pages = new Map()
  /** @type {Set<number>} */
  #loading = new Set()
  /** @type {number[]} */
  #wanted = []
  #abort = new AbortController()

  /**
   * @param {(offset: number, limit: number, signal: AbortSignal) => Promise<Page<T>>} load
   * @param {{ onChange: () => void, onError: (error: unknown) => void }} events
   */
  constructor(load, { onChange, onError }) {
    this.#load = load
    this.#onChange = onChange
    this.#onError = onError
  }

  /** Loads the first page. */
  start() {
    this.want(0, 0)
  }

  /** Its requests are aborted, and nothing is reported any more. */
  close() {
    this.#abort.abort()
  }

  /** @param {number} index @returns {T | undefined} undefined while it is not loaded */
  at(index) {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE]
  }

  /** Whether the page of an item is loaded: if there is no such item, it is gone. @param {number} index */
  isKnown(index) {
    return this.#pages.has(Math.floor(index / PAGE))
  }

  /** The items that are loaded, with their places. @returns {Generator<[number, T]>} */
  *loaded() {
    for (const [page, items] of [...this.#pages].sort(([one], [other]) => one - other)) {
      for (const [at, item] of items.entries()) yield [page * PAGE + at, item]
    }
  }

  /**
   * Has the items of a range loaded. Ranges that are not in view any more are forgotten.
   *
   * @param {number} first
   * @param {number} last
   */
  want(first, last) {
    const [from, to] = [Math.floor(first / PAGE), Math.floor(last / PAGE)]
    const pages = Array.from({ length: to - from + 1 }, (_, at) => from + at)
    this.#wanted = pages.filter((page) => !this.#pages.has(page) && !this.#loading.has(page))
    this.#next()
  }

  /** Loads the pages of a range again; until they are there, the old items are shown. @param {number} first @param {number} last */
  async reload(first, last) {
    const [from, to] = [Math.floor(first / PAGE), Math.floor(last / PAGE)]
    for (const page of [...this.#pages.keys()]) if (page < from || page > to) this.#pages.delete(page)
    for (let page = from; page <= to; page += 1) await this.#fetch(page)
  }

  #next() {
    while (this.#loading.size < MAX_REQUESTS) {
      const page = this.#wanted.shift()
      if (page === undefined) return
      this.#fetch(page)
    }
  }

  /** @param {number} page */
  async #fetch(page) {
    this.#loading.add(page)
    try {
      const { items, total } = await this.#load(page * PAGE, PAGE, this.#abort.signal)
      if (this.#abort.signal.aborted) return
      this.#keep(page, items)
      this.total = total
      this.isLoaded = true
      this.#loading.delete(page)
      this.#onChange()
    } catch (error) {
      if (!isAborted(error) && !this.#abort.signal.aborted) this.#onError(error)
    } finally {
      this.#loading.delete(page)
      if (!this.#abort.signal.aborted) this.#next()
    }
  }

  /** @param {number} page @param {T[]} items */
  #keep(page, items) {
    this.#pages.delete(page)
    this.#pages.set(page, items)
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break
      this.#pages.delete(oldest)
    }
  }
}
