// @ts-check
'use strict'

const { withAliases } = require('./aliases.js')
const { idOf } = require('./journal.js')
const { listed, pagesOf } = require('./pages.js')
const { PairedNames } = require('./paired-names.js')
const { reasonOf, verdictOf } = require('./verdict.js')

/**
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./pages.js').Page} Page
 * @typedef {import('../names/sorted-names.js').SortedNames} SortedNames
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
/** Extra entries that are named; the others are counted. */
const MAX_NAMED = 10

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
    /** @type {Difference[]} */
    const differences = []
    const names = new PairedNames(from, to)
    let done = 0
    for await (const page of pagesOf(this.#comparing, names, this.#comparing.signal)) {
      for (const difference of await this.#differencesOf(page)) {
        if (difference.why === 'extra') this.#addExtra(difference)
        else differences.push(difference)
      }
      differences.push(...(await this.#ownAmong(names.takeExtras())))
      done += page.names.length
      onProgress(done)
      if (differences.length > MAX_HELD) return { differences, isCut: true }
    }
    for await (const rest of names.rest()) {
      this.#comparing.signal.throwIfAborted()
      differences.push(...(await this.#ownAmong(rest)))
    }
    return { differences, isCut: differences.length > MAX_HELD }
  }

  /** Compares some entries. @param {Name[]} names @returns {Promise<Difference[]>} */
  async some(names) {
    const { compared } = this
    const differences = []
    for await (const page of pagesOf(this.#comparing, listed(names), this.#comparing.signal))
      differences.push(...(await this.#differencesOf(page)))
    this.compared = compared
    return differences.filter(({ why }) => why !== 'extra')
  }

  /** @param {Page} page @returns {Promise<Difference[]>} */
  async #differencesOf(page) {
    const { refusals, journal, rules, ifAbsent } = this.#comparing
    const refused = await refusals.find(page)
    this.compared += page.names.filter((name, index) => page.from[index] !== null && !refused.has(name)).length
    const found = page.names.flatMap((name, index) => {
      const verdict = verdictOf(page.from[index], page.to[index], rules)
      return SETTLED.has(verdict) || refused.has(name)
        ? []
        : [{ name, verdict, from: page.from[index], to: page.to[index] }]
    })
    const written = await journal?.find(found.map(({ name }) => name))
    return found
      .map(({ name, verdict, from, to }) => ({ name, verdict, from, to, record: written?.get(idOf(name)) }))
      .filter(({ record, verdict }) => !(ifAbsent && verdict !== 'missing' && !record?.isOwn))
      .map(({ name, verdict, from, to, record }) => {
        const isUnchanged = (/** @type {typeof from} */ side) => journal?.isUnchanged(record, side) === true
        const unchanged = record && { from: isUnchanged(from), to: isUnchanged(to) }
        return { name, why: reasonOf(verdict, unchanged, record?.isOwn === true) }
      })
  }

  /** Counts the extra entries of the target, and returns those that the migration wrote. @param {Name[]} names @returns {Promise<Difference[]>} */
  async #ownAmong(names) {
    const { source, target, journal } = this.#comparing
    if (names.length === 0) return []
    const found = await source.read(names)
    const absent = names.filter((name, index) => found[index] === null && !target.excludes?.(name))
    // A listing without hash tags divides keys at the first colon, so it has other names.
    const aliases = await withAliases({ source, target }, absent)
    const extras = absent.filter((name) => !aliases.has(name))
    const written = await journal?.find(extras)
    const own = await this.#unchangedOf(
      extras.filter((name) => written?.get(idOf(name))?.isOwn),
      written,
    )
    const isOwn = new Set(own)
    for (const name of extras) if (!isOwn.has(name)) this.#addExtra({ name, why: 'extra' })
    return own.map((name) => ({ name, why: 'source-deleted' }))
  }

  /** The entries that the target still has as they were written. @param {Name[]} names @param {Map<string, import('./journal.js').Written>} [written] */
  async #unchangedOf(names, written) {
    const { target, journal } = this.#comparing
    const found = names.length === 0 ? [] : await target.read(names)
    return names.filter((name, index) => journal?.isUnchanged(written?.get(idOf(name)), found[index]))
  }

  /** @param {Difference} difference */
  #addExtra(difference) {
    this.extra += 1
    if (this.extras.length < MAX_NAMED) this.extras.push(difference)
  }
}

module.exports = { Comparison }
