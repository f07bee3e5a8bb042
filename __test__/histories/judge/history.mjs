// @ts-check
// Judges a history in parts, while clients are still recording it.

import { Ledger } from '../ledger.mjs'
import { judge } from './judge.mjs'

/**
 * @import { Violation } from './judge.mjs'
 * @import { Window } from './epochs.mjs'
 *
 * @typedef {object} Findings up to now
 * @property {number} calls
 * @property {number} longest duration of a call, in milliseconds
 * @property {Record<string, number>} outcomes
 * @property {number} judged number of entries
 * @property {string[]} undecided entries whose search exceeded its limit
 * @property {Violation[]} violations
 */

export class History {
  #ledger = new Ledger()
  #judged = 0
  /** @type {string[]} */
  #undecided = []
  /** @type {Violation[]} */
  #violations = []

  /** Adds the file of a client. @param {string} path */
  follow(path) {
    this.#ledger.follow(path)
  }

  /** Reads a file to its end, because its client has ended. @param {string} path */
  finish(path) {
    this.#ledger.finish(path)
  }

  /** Entries of the rounds up to and including that one that are not judged yet. @param {number} round */
  entriesUntil(round) {
    this.#ledger.read()
    return this.#ledger.entries.filter((entry) => Number(entry.split('-')[1]) <= round)
  }

  /**
   * @param {string[]} entries
   * @param {Window[]} windows
   */
  judge(entries, windows) {
    this.#ledger.read()
    for (const entry of entries) {
      const { violations, undecided } = judge(entry, this.#ledger.take(entry), windows)
      this.#judged++
      this.#violations.push(...violations)
      this.#undecided.push(...undecided)
    }
  }

  /** @returns {Findings} */
  findings() {
    this.#ledger.read()
    const { calls, longest, outcomes } = this.#ledger
    return { calls, longest, outcomes, judged: this.#judged, undecided: this.#undecided, violations: this.#violations }
  }
}
