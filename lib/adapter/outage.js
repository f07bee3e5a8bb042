// @ts-check
'use strict'

/** Reasons that are remembered. Texts of a server or of the caller's functions may differ each time. */
const MAX_REASONS = 100

/** The time from a lost connection, or the first attempt, until the connection is ready. Each of its reasons is announced once. */
class Outage {
  /** @type {Set<string>} */
  #announced = new Set()

  /**
   * Whether the reason has not been announced yet, which it counts as from now on.
   *
   * @param {import('../../index.js').RedisStateError} error
   */
  announces({ code, message }) {
    const reason = `${code} ${message}`
    if (this.#announced.has(reason)) return false
    if (this.#announced.size === MAX_REASONS) this.#announced.clear()
    this.#announced.add(reason)
    return true
  }

  end() {
    this.#announced.clear()
  }
}

module.exports = { Outage }
