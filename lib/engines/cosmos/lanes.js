// @ts-check
'use strict'

/**
 * A group of calls on an entry that run at the same time.
 *
 * @typedef {object} Group
 * @property {string} mode
 * @property {Promise<unknown> | undefined} before what the group waits for
 * @property {Set<Promise<unknown>>} members
 */

/** The mode of calls that run alone; calls of any other mode run together with those of the same mode. */
const ALONE = 'alone'

/**
 * Keeps the order of calls on the same entry, which requests over several connections would lose: a call waits for those that were
 * made before it, unless all of them have the same mode.
 */
class Lanes {
  /** The last group of each entry that has calls. @type {Map<string, Group>} */
  #groups = new Map()

  /**
   * @template T
   * @param {string[]} names of entries
   * @param {string} mode
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  run(names, mode, work) {
    const groups = names.map((name) => this.#join(name, mode))
    const before = groups.flatMap((group) => group.before ?? [])
    const running = before.length === 0 ? work() : Promise.all(before).then(work)
    const settled = running.then(ignore, ignore)
    for (const [index, group] of groups.entries()) {
      group.members.add(settled)
      settled.then(() => {
        group.members.delete(settled)
        if (group.members.size === 0 && this.#groups.get(names[index]) === group) this.#groups.delete(names[index])
      })
    }
    return running
  }

  /** @param {string} name @param {string} mode */
  #join(name, mode) {
    const last = this.#groups.get(name)
    if (last?.mode === mode && mode !== ALONE) return last
    // The members of the last group wait for those before them.
    const before = last && Promise.all(last.members)
    /** @type {Group} */
    const group = { mode, before, members: new Set() }
    this.#groups.set(name, group)
    return group
  }
}

function ignore() {}

/** @param {{ traceId: string, key: string }} entry */
function laneOf({ traceId, key }) {
  return `${traceId.length}:${traceId}${key}`
}

module.exports = { ALONE, Lanes, laneOf }
