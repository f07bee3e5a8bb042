// @ts-check
'use strict'

const { now, wallNow } = require('../../time.js')
const { isSameExpiry } = require('./expiry.js')

/**
 * What the journal of a migration says of one entry.
 *
 * @typedef {{ digest?: string, until: number }} Value `digest`: undefined without a value. `until`: when it expires, in milliseconds since
 *   1970; Infinity: never
 * @typedef {{ isOwn: boolean, values: Value[] }} Written `isOwn`: the target did not have the entry before. `values`: what the target may
 *   have of the migration. The last one was recorded last; if it is not known whether it was written, those before are there, too
 */

/** Collects the records of entries, in the order in which they were made. */
class Records {
  /** @type {Map<string, Written & { batch: number }>} */
  #found = new Map()
  #batch = 0
  #isWritten = true
  /** Batches of which it is not known whether they were written, as the process was killed. @type {Set<number>} */
  #unknown = new Set()

  /** Begins a batch. */
  begin() {
    if (!this.#isWritten) this.#unknown.add(this.#batch)
    this.#batch += 1
    this.#isWritten = false
  }

  /** Ends a batch: all of it is written. */
  settle() {
    this.#isWritten = true
  }

  /** @param {string} id @param {boolean} isNew @param {Value} value */
  add(id, isNew, value) {
    const before = this.#found.get(id)
    const values = before === undefined ? [] : this.#valuesOf(before)
    this.#found.set(id, { isOwn: isNew || before?.isOwn === true, values: [...values, value], batch: this.#batch })
  }

  /** @param {string} id */
  delete(id) {
    this.#found.delete(id)
  }

  /** @returns {Map<string, Written>} */
  all() {
    for (const written of this.#found.values()) written.values = this.#valuesOf(written)
    return this.#found
  }

  /** @param {Written & { batch: number }} written */
  #valuesOf({ values, batch }) {
    const isWritten = batch === this.#batch ? this.#isWritten : !this.#unknown.has(batch)
    return isWritten ? values.slice(-1) : values
  }
}

/** Whether an entry of the target has a value, and an expiry, that the migration wrote. @param {Written} written @param {Value} value */
function isUnchanged({ values }, { digest, until }) {
  return digest !== undefined && values.some((one) => one.digest === digest && isSameExpiry(one.until, until))
}

/** A time of expiry for a file, which a later process reads. @param {number} expiresAt on the clock `now()` */
function untilOf(expiresAt) {
  return expiresAt === Infinity ? Infinity : Math.round(wallNow() + expiresAt - now())
}

module.exports = { Records, isUnchanged, untilOf }
