// @ts-check
'use strict'

/** @typedef {import('../engine.js').StateEngine} StateEngine */

/**
 * For how long entries may be used without a sign of the servers. A connection that is cut off or a frozen server reports no changes,
 * so that only replies prove that none is missing, up to the moment at which the command was sent. Entries may be used for
 * `maxStaleness` after it. In the second half of that time the next use sends a proof along; without uses nothing is sent.
 */
class Freshness {
  #engine
  #maxStaleness
  #onLost
  /** When the last proof was asked for that succeeded. */
  #provenAt = Number.NEGATIVE_INFINITY
  #isProving = false
  /** Until then, uses need no further look. */
  #sureUntil = Number.NEGATIVE_INFINITY

  /**
   * @param {StateEngine} engine that tracks
   * @param {{ maxStaleness: number, onLost: () => void }} options `onLost`: another server has the entries
   */
  constructor(engine, { maxStaleness, onLost }) {
    this.#engine = engine
    this.#maxStaleness = maxStaleness
    this.#onLost = onLost
  }

  /** Whether entries may be used at a time. @param {number} time */
  allowsUse(time) {
    return time < this.#sureUntil || this.#look(time)
  }

  /** @param {number} time */
  #look(time) {
    if (!this.#engine.isTracking?.()) return false
    const provenAt = Math.max(this.#provenAt, this.#engine.provenAt?.() ?? Number.NEGATIVE_INFINITY)
    this.#sureUntil = provenAt + this.#maxStaleness / 2
    if (time >= this.#sureUntil && !this.#isProving) this.#prove(time)
    return time - provenAt < this.#maxStaleness
  }

  /** @param {number} time */
  async #prove(time) {
    this.#isProving = true
    try {
      if (await this.#engine.prove?.()) this.#provenAt = time
      else this.#onLost()
    } catch {
      // No answer proves nothing.
    } finally {
      this.#isProving = false
    }
  }
}

module.exports = { Freshness }
