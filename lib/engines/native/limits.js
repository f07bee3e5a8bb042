// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { MAX_BYTES_PER_UNIT } = require('../call.js')

/** @typedef {import('./batch.js').Batch} Batch */

/** Counts pending calls and their bytes against `maxPendingCommands` and `maxPendingBytes`. */
class Limits {
  calls = 0
  bytes = 0
  #maxCalls
  #maxBytes

  /** @param {{ maxPendingCommands: number, maxPendingBytes: number }} rules */
  constructor({ maxPendingCommands, maxPendingBytes }) {
    this.#maxCalls = maxPendingCommands
    this.#maxBytes = maxPendingBytes
  }

  /**
   * Counts bytes for a batch, in place of those that were counted for it before.
   *
   * @param {Batch} batch
   * @param {number} bytes
   */
  charge(batch, bytes) {
    this.bytes += bytes - batch.bytes
    batch.bytes = bytes
  }

  /** Frees the calls and bytes of a batch that settles. @param {Batch} batch */
  release(batch) {
    this.charge(batch, 0)
    this.calls -= batch.size
  }

  /**
   * Whether there is room for one more call, whatever characters it consists of. Exact bytes need a pass over the text, so they
   * are only counted if this returns false.
   *
   * @param {number} units length of the texts that are not charged yet, in UTF-16 code units
   * @param {number} scriptBytes of calls that are not charged yet
   */
  hasRoom(units, scriptBytes) {
    return this.calls < this.#maxCalls && this.bytes + units * MAX_BYTES_PER_UNIT + scriptBytes <= this.#maxBytes
  }

  /**
   * @param {string} text of one more call
   * @param {number} scriptBytes of that call
   * @param {number} uncharged bytes of calls that are not charged yet
   * @returns {string | undefined} which limit the call would exceed, for its error
   */
  exceededLimit(text, scriptBytes, uncharged) {
    if (this.calls >= this.#maxCalls) return `maxPendingCommands (${this.#maxCalls}) is reached`
    const bytes = Buffer.byteLength(text) + scriptBytes
    if (bytes > this.#maxBytes) {
      return `the call alone has ${bytes} bytes, more than maxPendingBytes (${this.#maxBytes})`
    }
    return this.bytes + uncharged + bytes > this.#maxBytes
      ? `maxPendingBytes (${this.#maxBytes}) is reached`
      : undefined
  }
}

module.exports = { Limits }
