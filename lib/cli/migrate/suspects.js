// @ts-check
'use strict'

const { idOf } = require('./journal.js')
const { reasonOf } = require('./verdict.js')
const { isUnchanged } = require('./written.js')

/**
 * Entries that a comparison found to differ. Which side changed is in the journal, whose file is read once for many of them.
 *
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./value-text.js').Found} Found
 * @typedef {import('./journal.js').Journal} Journal
 * @typedef {import('./journal.js').Written} Written
 * @typedef {import('./comparison.js').Difference} Difference
 * @typedef {import('./written.js').Value} Value
 * @typedef {{ name: Name, verdict: import('./verdict.js').Verdict, from?: Value, to?: Value }} Suspect `from`, `to`: omitted if not read
 */

/** Entries of the target that are read at once. */
const PAGE = 1000

class Suspects {
  /** @type {Suspect[]} */
  #suspects = []
  #target
  #journal
  #ifAbsent

  /** @param {{ target: import('./place.js').Place, journal?: Journal, ifAbsent: boolean }} comparing */
  constructor({ target, journal, ifAbsent }) {
    this.#target = target
    this.#journal = journal
    this.#ifAbsent = ifAbsent
  }

  get size() {
    return this.#suspects.length
  }

  /** @param {Name} name @param {Suspect['verdict']} verdict @param {{ from: Found | null, to: Found | null }} sides */
  add(name, verdict, { from, to }) {
    this.#suspects.push({ name, verdict, from: this.#journal?.valueOf(from), to: this.#journal?.valueOf(to) })
  }

  /** Adds entries that only the target has. @param {Name[]} names */
  addExtras(names) {
    for (const name of names) this.#suspects.push({ name, verdict: 'extra' })
  }

  /** The differences among them, and none of them any more. @returns {Promise<Difference[]>} */
  async take() {
    const suspects = this.#suspects.splice(0)
    const written = await this.#journal?.find(suspects.map(({ name }) => name))
    const recordOf = (/** @type {Suspect} */ { name }) => written?.get(idOf(name))
    await this.#readOwn(suspects.filter((suspect) => suspect.to === undefined && recordOf(suspect)?.isOwn))
    return suspects
      .filter((suspect) => this.#mayNotDiffer(suspect, recordOf(suspect)))
      .map((suspect) => ({ name: suspect.name, why: whyOf(suspect, recordOf(suspect)) }))
  }

  /** With --if-absent, an entry that the target had before, or that it changed since, may differ. @param {Suspect} suspect @param {Written} [record] */
  #mayNotDiffer({ verdict, to }, record) {
    if (!this.#ifAbsent || verdict === 'missing' || verdict === 'extra') return true
    return record?.isOwn === true && to !== undefined && isUnchanged(record, to)
  }

  /** @param {Suspect[]} suspects */
  async #readOwn(suspects) {
    for (let at = 0; at < suspects.length; at += PAGE) {
      const page = suspects.slice(at, at + PAGE)
      const found = await this.#target.read(page.map(({ name }) => name))
      for (const [index, suspect] of page.entries()) suspect.to = this.#journal?.valueOf(found[index])
    }
  }
}

/** @param {Suspect} suspect @param {Written} [record] */
function whyOf({ verdict, from, to }, record) {
  const unchanged = record && {
    from: from?.digest === record.values[record.values.length - 1].digest,
    to: to !== undefined && isUnchanged(record, to),
  }
  return reasonOf(verdict, unchanged, record?.isOwn === true)
}

module.exports = { Suspects }
