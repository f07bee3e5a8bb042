// @ts-check
'use strict'

/** Counts the pending calls of a store, and the bytes that they hold. */
class Pending {
  calls = 0
  bytes = 0
  #maxCalls
  #maxBytes
  /** @type {(() => void)[]} */
  #onDrained = []

  /** @param {{ calls: number, bytes: number }} max */
  constructor({ calls, bytes }) {
    this.#maxCalls = calls
    this.#maxBytes = bytes
  }

  /** Which limit one more call would exceed. @param {number} bytes @returns {string | undefined} */
  exceededBy(bytes) {
    if (this.calls >= this.#maxCalls) return `maxPendingCommands (${this.#maxCalls}) is reached`
    if (bytes > this.#maxBytes)
      return `the call alone has ${bytes} bytes, more than maxPendingBytes (${this.#maxBytes})`
    return this.bytes + bytes > this.#maxBytes ? `maxPendingBytes (${this.#maxBytes}) is reached` : undefined
  }

  /** @param {number} bytes */
  add(bytes) {
    this.calls += 1
    this.bytes += bytes
  }

  /** @param {number} bytes */
  remove(bytes) {
    this.calls -= 1
    this.bytes -= bytes
    if (this.calls > 0) return
    for (const onDrained of this.#onDrained.splice(0)) onDrained()
  }

  /** @returns {Promise<void>} */
  async drained() {
    if (this.calls > 0) await new Promise((resolve) => this.#onDrained.push(() => resolve(undefined)))
  }
}

module.exports = { Pending }
