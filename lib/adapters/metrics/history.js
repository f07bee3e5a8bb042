// @ts-check
'use strict'

const { Exported } = require('./retired.js')

/** The labels that are kept although they are not exported now, and all of their adapters are closed. */
const MAX_KEPT = 1000

/** What was exported so far, by labels. Names of stores can be of tenants or of tests, so those of closed adapters are limited. */
class History {
  /** The last exported at the end. @type {Map<string, Exported>} */
  #byKey = new Map()

  /** @param {string} key of labels that are exported now */
  of(key) {
    const known = this.#byKey.get(key) ?? new Exported()
    this.#byKey.delete(key)
    this.#byKey.set(key, known)
    return known
  }

  /** Drops the labels beyond the limit that were not exported for the longest time. @param {{ has(key: string): boolean }} current */
  limit(current) {
    if (this.#byKey.size <= MAX_KEPT) return
    const past = [...this.#byKey].filter(([key, one]) => !current.has(key) && one.isClosed)
    for (const [key] of past.slice(0, Math.max(past.length - MAX_KEPT, 0))) this.#byKey.delete(key)
  }
}

module.exports = { History }
