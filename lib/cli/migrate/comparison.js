// @ts-check
'use strict'

const { MAX_NAMED } = require('../max-named.js')
const { withAliases } = require('./aliases.js')
const { listed, pagesOf } = require('./pages.js')
const { PairedNames } = require('./paired-names.js')
const { Suspects } = require('./suspects.js')
const { verdictOf } = require('./verdict.js')

/**
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./pages.js').Page} Page
 * @typedef {import('../../names/sorted-names.js').SortedNames} SortedNames
 * @typedef {{ name: Name, why: import('./verdict.js').Why }} Difference
 *
 * @typedef {object} Comparing
 * @property {import('./place.js').Place} source
 * @property {import('./place.js').Place} target
 * @property {import('./journal.js').Journal} [journal] omitted: nothing was written
 * @property {import('./refusals.js').Refusals} refusals
 * @property {import('./verdict.js').Rules} rules
 * @property {boolean} ifAbsent entries that the target had before may differ
 * @property {AbortSignal} signal
 */

/** Verdicts on entries that do not differ, or cannot be compared. @type {Set<import('./verdict.js').Verdict>} */
const SETTLED = new Set(['equal', 'gone', 'expiring', 'unusable'])
/** Differences that are held. With more, everything is copied again. */
const MAX_HELD = 100_000

/** Compares the entries of both sides, without changing any. */
class Comparison {
  /** Entries of the source that were compared. */
  compared = 0
  /** Entries of the target that the source does not have, and that the migration did not write. */
  extra = 0
  /** @type {Difference[]} */
  extras = []
  #comparing

  /** @param {Comparing} comparing */
  constructor(comparing) {
    this.#comparing = comparing
  }

  /**
   * Compares all entries.
   *
   * @param {{ from: SortedNames, to: SortedNames }} names
   * @param {(compared: number) => void} onProgress
   * @returns {Promise<{ differences: Difference[], isCut: boolean }>} `isCut`: there are more
   */
  async all({ from, to }, onProgress) {
    this.compared = 0
    this.extra = 0
    this.extras = []
    const suspects = new Suspects(this.#comparing)
    /** @type {Difference[]} */
    const differences = []
    const names = new PairedNames(from, to)
    let done = 0
    for await (const page of pagesOf(this.#comparing, names, this.#comparing.signal)) {
      await this.#compare(page, suspects)
      suspects.addExtras(await this.#extrasAmong(names.takeExtras()))
      done += page.names.length
      onProgress(done)
      if (suspects.size < MAX_HELD) continue
      differences.push(...this.#withoutExtras(await suspects.take()))
      if (differences.length > MAX_HELD) return { differences, isCut: true }
    }
    for await (const rest of names.rest()) {
      this.#comparing.signal.throwIfAborted()
      suspects.addExtras(await this.#extrasAmong(rest))
      if (suspects.size >= MAX_HELD) differences.push(...this.#withoutExtras(await suspects.take()))
    }
    differences.push(...this.#withoutExtras(await suspects.take()))
    return { differences, isCut: differences.length > MAX_HELD }
  }

  /** Compares some entries. @param {Name[]} names @returns {Promise<Difference[]>} */
  async some(names) {
    const { compared } = this
    const suspects = new Suspects(this.#comparing)
    for await (const page of pagesOf(this.#comparing, listed(names), this.#comparing.signal))
      await this.#compare(page, suspects)
    this.compared = compared
    return (await suspects.take()).filter(({ why }) => why !== 'extra')
  }

  /** @param {Page} page @param {Suspects} suspects */
  async #compare(page, suspects) {
    const { refusals, rules } = this.#comparing
    const refused = await refusals.find(page)
    for (const [index, name] of page.names.entries()) {
      if (refused.has(name)) continue
      const sides = { from: page.from[index], to: page.to[index] }
      if (sides.from !== null) this.compared += 1
      const verdict = verdictOf(sides.from, sides.to, rules)
      if (!SETTLED.has(verdict)) suspects.add(name, verdict, sides)
    }
  }

  /** Those that the source does not have. @param {Name[]} names */
  async #extrasAmong(names) {
    const { source, target } = this.#comparing
    if (names.length === 0) return []
    const found = await source.read(names)
    const absent = names.filter((name, index) => found[index] === null && !target.excludes?.(name))
    // A listing without hash tags divides keys at the first colon, so it has other names.
    const aliases = await withAliases({ source, target }, absent)
    return absent.filter((name) => !aliases.has(name))
  }

  /** Counts the extra entries of the target, and returns the other differences. @param {Difference[]} differences */
  #withoutExtras(differences) {
    for (const difference of differences) if (difference.why === 'extra') this.#addExtra(difference)
    return differences.filter(({ why }) => why !== 'extra')
  }

  /** @param {Difference} difference */
  #addExtra(difference) {
    this.extra += 1
    if (this.extras.length < MAX_NAMED) this.extras.push(difference)
  }
}

module.exports = { Comparison }
