// @ts-check
'use strict'

const { countersOf, snapshotOf, sum } = require('./snapshot.js')

/**
 * @typedef {import('./snapshot.js').Snapshot} Snapshot
 * @typedef {import('./sources.js').Source} Source
 * @typedef {{ adapter: WeakRef<Source['adapter']>, dispatcher: WeakRef<Source['dispatcher']>, last: Snapshot }} Member
 */

/**
 * The adapters that were exported with the same labels. A counter must not decrease when an adapter is closed and replaced by another
 * one, so the counts of those that are closed stay in the sum.
 */
class Exported {
  /** @type {Member[]} */
  #members = []
  /** @type {Snapshot | undefined} */
  #retired = undefined
  /** Adapters that are in `#retired`. @type {WeakSet<object>} */
  #counted = new WeakSet()

  /**
   * Returns the sum of the figures of adapters and of those that they replaced.
   *
   * @param {Source[]} sources with these labels
   * @returns {Snapshot}
   */
  sumOf(sources) {
    const present = sources.filter(({ adapter }) => !this.#counted.has(adapter))
    const adapters = new Set(present.map(({ adapter }) => adapter))
    this.#members = this.#members.filter((member) => !this.#retire(member, adapters))
    const snapshots = present.map((source) => this.#snapshot(source))
    return snapshots.reduce(sum, this.#retired)
  }

  /** Whether none of the adapters can count further calls. */
  get isClosed() {
    return this.#members.every(({ adapter, dispatcher }) => {
      return adapter.deref() === undefined || (dispatcher.deref()?.isClosed ?? true)
    })
  }

  /** @param {Source} source */
  #snapshot({ adapter, dispatcher }) {
    const last = snapshotOf(dispatcher)
    const member = this.#members.find((one) => one.adapter.deref() === adapter)
    if (member !== undefined) member.last = last
    else this.#members.push({ adapter: new WeakRef(adapter), dispatcher: new WeakRef(dispatcher), last })
    return last
  }

  /**
   * Keeps the counts of an adapter that is not exported any more, if it cannot count further calls: it is closed or was collected.
   *
   * @param {Member} member
   * @param {Set<object>} present
   * @returns {boolean} whether it was done
   */
  #retire(member, present) {
    const [adapter, dispatcher] = [member.adapter.deref(), member.dispatcher.deref()]
    if (adapter !== undefined && dispatcher !== undefined) {
      if (present.has(adapter) || !dispatcher.isClosed) return false
      member.last = snapshotOf(dispatcher)
      this.#counted.add(adapter)
    }
    this.#retired = sum(this.#retired, countersOf(member.last))
    return true
  }
}

module.exports = { Exported }
