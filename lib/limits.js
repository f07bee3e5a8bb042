// @ts-check
'use strict'

const { Buffer } = require('node:buffer')

/** UTF-8 takes no more for a UTF-16 unit. */
const BYTES_PER_UNIT = 3

/** How many calls, and bytes of them, are unsettled, and how many may be. */
class Limits {
  calls = 0
  bytes = 0
  #mostCalls
  #mostBytes

  /** @param {{ maxPendingCommands: number, maxPendingBytes: number }} rules */
  constructor({ maxPendingCommands, maxPendingBytes }) {
    this.#mostCalls = maxPendingCommands
    this.#mostBytes = maxPendingBytes
  }

  /**
   * Whether there is room for one more call, whatever its characters are. To count the bytes of a text is a pass over it,
   * which is only worth it where they may be too many.
   *
   * @param {number} units of texts that are not counted yet, in UTF-16
   * @param {number} scripts bytes of scripts that are not
   */
  hasRoom(units, scripts) {
    return this.calls < this.#mostCalls && this.bytes + units * BYTES_PER_UNIT + scripts <= this.#mostBytes
  }

  /**
   * @param {string} text of one more call
   * @param {number} script bytes that go along with it
   * @returns {string | undefined} why there is no room for it, if there is none
   */
  obstacle(text, script) {
    if (this.calls >= this.#mostCalls) return `maxPendingCommands (${this.#mostCalls}) is reached`
    const bytes = Buffer.byteLength(text) + script
    if (bytes > this.#mostBytes) {
      return `the call alone holds ${bytes} bytes, more than maxPendingBytes (${this.#mostBytes})`
    }
    return this.bytes + bytes > this.#mostBytes ? `maxPendingBytes (${this.#mostBytes}) is reached` : undefined
  }
}

module.exports = { Limits }
