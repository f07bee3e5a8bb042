// @ts-check
'use strict'

const { Comparison } = require('./comparison.js')
const { Copier } = require('./copier.js')
const { listed, pagesOf } = require('./pages.js')

/**
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./comparison.js').Difference} Difference
 * @typedef {import('../../names/sorted-names.js').SortedNames} SortedNames
 * @typedef {import('./copier.js').Step} Step
 *
 * @typedef {object} Plan
 * @property {import('./place.js').Place} source
 * @property {import('./place.js').TargetPlace} target
 * @property {import('./journal.js').Journal} [journal] omitted: nothing is written
 * @property {import('./refusals.js').Refusals} refusals
 * @property {import('./live-changes.js').LiveChanges} live
 * @property {boolean} ifAbsent
 * @property {boolean} dropTtl
 * @property {boolean} verifies whether both sides are compared after the copy
 * @property {number} passes how often differences are copied at most, with the first copy
 * @property {(name: Name, kind: Step['kind']) => void} onStep
 * @property {(position: Name) => Promise<void>} onCopied the entries up to this one are copied
 * @property {(title: string, done: number, total: number) => void} onProgress
 * @property {AbortSignal} signal
 */

/** @type {{ differences: Difference[], isCut: boolean }} */
const NO_DIFFERENCES = { differences: [], isCut: false }

/** Copies the entries of one place to another one, and compares both until they are equal. */
class Migration {
  #plan
  #copier
  comparison

  /** @param {Plan} plan */
  constructor(plan) {
    const { source, target, dropTtl } = plan
    this.#plan = plan
    const rules = rulesOf(source, target, dropTtl)
    this.#copier = new Copier({ ...plan, rules })
    this.comparison = new Comparison({ ...plan, rules })
  }

  /** Lists the names of the source. @returns {Promise<SortedNames>} */
  #names() {
    const { source, refusals, signal } = this.#plan
    return source.names((shown, why) => refusals.addKey(shown, why), signal)
  }

  /**
   * Copies all entries.
   *
   * @param {Name | null} [last] only those behind it
   * @returns {Promise<number>} how many were before
   */
  async copyAll(last) {
    const { onCopied, onProgress, signal } = this.#plan
    const names = await this.#names()
    try {
      const before = last ? await names.skipThrough(last) : 0
      let done = before
      for await (const page of pagesOf(this.#plan, names, signal)) {
        await this.#copier.copy(page)
        await onCopied(page.names[page.names.length - 1])
        done += page.names.length
        onProgress('migrate', done, names.total)
      }
      return before
    } finally {
      await names.close()
    }
  }

  /** Compares all entries. */
  async compareAll() {
    const { target, signal, onProgress } = this.#plan
    const from = await this.#names()
    try {
      const to = await target.names(() => {}, signal)
      const onDone = (/** @type {number} */ done) => onProgress('compare', done, from.total)
      return await this.comparison.all({ from, to }, onDone).finally(() => to.close())
    } finally {
      await from.close()
    }
  }

  /**
   * Copies what differs, until both sides are equal or the passes are used up.
   *
   * @returns {Promise<Difference[]>} what differs still
   */
  async settle() {
    const { verifies, passes, live, ifAbsent } = this.#plan
    // The comparison finds what was missed before it.
    if (verifies) live.takeGap()
    let { differences, isCut } = verifies ? await this.compareAll() : NO_DIFFERENCES
    for (let pass = 2; ; pass += 1) {
      const pending = this.#pending(differences)
      const hasGap = verifies && live.takeGap()
      if (pending.length === 0 && !isCut && !hasGap) return []
      const comparesAll = isCut || hasGap
      if (pass > passes) return isCut ? differences : (await this.#compare(pending, comparesAll)).differences
      // Only entries that are looked up in the journal can replace those that `ifAbsent` keeps.
      if (!isCut || ifAbsent) await this.#copySome(pending)
      if (isCut) await this.copyAll()
      ;({ differences, isCut } = await this.#compare(pending, comparesAll))
    }
  }

  /** @param {Name[]} pending @param {boolean} comparesAll */
  async #compare(pending, comparesAll) {
    return comparesAll ? this.compareAll() : { differences: await this.comparison.some(pending), isCut: false }
  }

  /** The entries that differ, or were written since. @param {Difference[]} differences @returns {Name[]} */
  #pending(differences) {
    const names = [...differences.map(({ name }) => name), ...this.#plan.live.take()]
    const unique = new Map(names.map((name) => [JSON.stringify([name.traceId, name.key]), name]))
    return [...unique.values()]
  }

  /** @param {Name[]} names */
  async #copySome(names) {
    const { journal, signal } = this.#plan
    const written = await journal?.find(names)
    for await (const page of pagesOf(this.#plan, listed(names), signal)) await this.#copier.copy(page, written)
  }
}

/**
 * @param {Plan['source']} source
 * @param {Plan['target']} target
 * @param {boolean} dropTtl
 * @returns {import('./verdict.js').Rules}
 */
function rulesOf(source, target, dropTtl) {
  return {
    keepsText: source.keepsText && target.keepsText,
    keepsTtl: source.keepsTtl && target.keepsTtl && !dropTtl,
  }
}

module.exports = { Migration }
