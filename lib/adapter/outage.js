// @ts-check
'use strict'

/** Reasons that are remembered. Texts of a server or of the caller's functions may differ each time. */
const MAX_REASONS = 100

/**
 * The time from a lost connection, or the first attempt, until the connection is ready. Each of its reasons is announced once; that a
 * server is silent is one reason, whichever limit of time finds it.
 */
class Outage {
  /** @type {Set<string>} */
  #announced = new Set()

  /**
   * Whether the reason has not been announced yet, which it counts as from now on.
   *
   * @param {import('../../index.js').RedisStateError} error
   * @param {string} [silent] what gives no sign of life, if that is the reason
   */
  announces({ code, message }, silent) {
    const reason = silent === undefined ? `${code} ${message}` : `silent: ${silent}`
    if (this.#announced.has(reason)) return false
    if (this.#announced.size === MAX_REASONS) this.#announced.clear()
    this.#announced.add(reason)
    return true
  }

  /** Whether no reason has been announced yet. */
  get isUnexplained() {
    return this.#announced.size === 0
  }

  end() {
    this.#announced.clear()
  }
}

module.exports = { Outage }
