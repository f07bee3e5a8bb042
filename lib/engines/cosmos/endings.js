// @ts-check
'use strict'

/**
 * What can end the requests of a client: their signals, and that the client is closed. A signal for the latter would search through its
 * listeners for each request.
 */
class Endings {
  #isClosed = false
  /** @type {Set<() => void>} */
  #callbacks = new Set()

  close() {
    this.#isClosed = true
    for (const callback of [...this.#callbacks]) callback()
  }

  /** @param {AbortSignal[]} signals */
  hasEnded(signals) {
    return this.#isClosed || signals.some(({ aborted }) => aborted)
  }

  /** @param {AbortSignal[]} signals @param {() => void} callback @returns {() => void} calls back no more */
  onEnd(signals, callback) {
    this.#callbacks.add(callback)
    for (const signal of signals) signal.addEventListener('abort', callback)
    return () => {
      this.#callbacks.delete(callback)
      for (const signal of signals) signal.removeEventListener('abort', callback)
    }
  }
}

module.exports = { Endings }
