// @ts-check
'use strict'

const { MAX_TIMER_MS, clearTimeout, setInterval, setTimeout } = require('./time.js')

/** Keeps the process alive while it is held. */
class KeepAlive {
  /** @type {NodeJS.Timeout | undefined} */
  #timer = undefined

  hold() {
    this.#timer ??= setInterval(() => {}, MAX_TIMER_MS)
  }

  /**
   * Holds it until it is released, or that time has passed.
   *
   * @param {number} milliseconds
   * @param {() => void} [onExpiry] is called if it was not released before
   */
  holdFor(milliseconds, onExpiry) {
    this.#timer ??= setTimeout(() => {
      this.release()
      onExpiry?.()
    }, milliseconds)
  }

  release() {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

module.exports = { KeepAlive }
