// @ts-check
'use strict'

const { Buffer } = require('node:buffer')

/** Bytes that are copied one after the other, at the time of their call: the caller may reuse them at once. */
class JoinedBytes {
  #buffer = Buffer.alloc(0)
  length = 0

  /** @param {Uint8Array} part */
  add(part) {
    this.#reserve(this.length + part.length)
    this.#buffer.set(part, this.length)
    this.length += part.length
  }

  get joined() {
    return this.#buffer.subarray(0, this.length)
  }

  /** @param {number} size */
  #reserve(size) {
    if (size <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#buffer.length))
    this.#buffer.copy(larger, 0, 0, this.length)
    this.#buffer = larger
  }
}

module.exports = { JoinedBytes }
