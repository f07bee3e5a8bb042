// @ts-check
'use strict'

const { idOf } = require('./journal.js')
const { verdictOf } = require('./verdict.js')
const { isUnchanged } = require('./written.js')

/**
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Found} Found
 * @typedef {import('./place.js').Copy} Copy
 * @typedef {import('./pages.js').Page} Page
 * @typedef {import('./journal.js').Journal} Journal
 * @typedef {import('./journal.js').Written} Written
 * @typedef {{ name: Name, kind: 'copied' | 'overwritten' | 'equal' | 'kept' | 'removed' | 'gone', found: Found | null }} Step
 *
 * @typedef {object} Copying
 * @property {import('./place.js').TargetPlace} target
 * @property {Journal} [journal] omitted: nothing is written
 * @property {import('./refusals.js').Refusals} refusals
 * @property {import('./verdict.js').Rules} rules
 * @property {boolean} ifAbsent
 * @property {(name: Name, kind: Step['kind']) => void} onStep
 */

/** Makes the target equal to the source, page by page; what is equal is not written. */
class Copier {
  #copying

  /** @param {Copying} copying */
  constructor(copying) {
    this.#copying = copying
  }

  /**
   * @param {Page} page
   * @param {Map<string, Written>} [written] what the migration wrote of it before
   */
  async copy(page, written) {
    const { refusals, onStep } = this.#copying
    const refused = await refusals.find(page)
    const steps = page.names.flatMap((name, index) => (refused.has(name) ? [] : [this.#step(page, index, written)]))
    for (const { name, kind } of steps) if (!isWrite(kind)) onStep(name, kind)
    await this.#write(steps.filter(({ kind }) => kind === 'copied' || kind === 'overwritten'))
    await this.#remove(steps.filter(({ kind }) => kind === 'removed'))
  }

  /** @param {Page} page @param {number} index @param {Map<string, Written>} [written] @returns {Step} */
  #step({ names, from, to }, index, written) {
    const name = names[index]
    const verdict = verdictOf(from[index], to[index], this.#copying.rules)
    const kind = this.#kindOf(verdict, this.#isOwn(to[index], written?.get(idOf(name))))
    return { name, kind, found: from[index] }
  }

  /** Whether the migration created an entry of the target, and no other client wrote it since. @param {Found | null} to @param {Written} [record] */
  #isOwn(to, record) {
    const { journal } = this.#copying
    return journal !== undefined && record?.isOwn === true && isUnchanged(record, journal.valueOf(to))
  }

  /** @param {import('./verdict.js').Verdict} verdict @param {boolean} isOwn @returns {Step['kind']} */
  #kindOf(verdict, isOwn) {
    if (verdict === 'missing' || verdict === 'expiring') return 'copied'
    if (verdict === 'equal') return 'equal'
    if (verdict === 'different' || verdict === 'ttl') return this.#copying.ifAbsent && !isOwn ? 'kept' : 'overwritten'
    return verdict === 'extra' && isOwn ? 'removed' : 'gone'
  }

  /** @param {Step[]} steps */
  async #write(steps) {
    const { target, journal, ifAbsent, refusals, onStep } = this.#copying
    /** @type {Copy[]} */
    const copies = steps.map(({ name, kind, found }) => {
      const isNew = kind === 'copied'
      return { name, found: /** @type {Found} */ (found), isNew, ifAbsent: isNew && ifAbsent }
    })
    if (copies.length > 0) await journal?.record(copies)
    const results = journal === undefined ? [] : await target.write(copies)
    await journal?.disown(copies.filter((_, index) => results[index] === 'kept').map(({ name }) => name))
    // An entry that the target refused has the value of before.
    if (copies.length > 0 && !results.some((result) => result instanceof Error)) await journal?.settle()
    for (const [index, { name, kind }] of steps.entries()) {
      const result = results[index]
      if (result instanceof Error) refusals.add(name, result)
      else onStep(name, result ?? kind)
    }
  }

  /** @param {Step[]} steps */
  async #remove(steps) {
    if (steps.length === 0) return
    const names = steps.map(({ name }) => name)
    await this.#copying.target.remove(names)
    for (const name of names) this.#copying.onStep(name, 'removed')
  }
}

/** @param {Step['kind']} kind */
function isWrite(kind) {
  return kind === 'copied' || kind === 'overwritten' || kind === 'removed'
}

module.exports = { Copier }
