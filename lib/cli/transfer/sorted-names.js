// @ts-check
'use strict'

const { listNames } = require('../names.js')

/** @typedef {{ traceId: string, key: string }} Name */

/**
 * The names of the entries of a trace or of all, in an order that stays the same, so that an export can be continued.
 *
 * @param {import('../command.js').StateStore} state
 * @param {string | undefined} traceId
 * @param {AbortSignal} signal
 */
async function sortedNames(state, traceId, signal) {
  if (traceId === undefined) return new SortedNames(await listNames(state, signal))
  const keys = await state.keys(traceId, { signal })
  return new SortedNames(keys.flatMap((key) => [traceId, key]))
}

/** Trace ids and keys, one after the other, sorted by an array of their places: pairs would need twice the memory. */
class SortedNames {
  #names
  #order

  /** @param {string[]} names */
  constructor(names) {
    this.#names = names
    this.#order = Uint32Array.from({ length: names.length / 2 }, (_, index) => index * 2)
    this.#order.sort((one, other) => compare(names[one], names[other]) || compare(names[one + 1], names[other + 1]))
  }

  get length() {
    return this.#order.length
  }

  /** @param {number} index @returns {Name} */
  at(index) {
    const place = this.#order[index]
    return { traceId: this.#names[place], key: this.#names[place + 1] }
  }

  /** The place behind a name. @param {Name} name */
  indexAfter({ traceId, key }) {
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const name = this.at(middle)
      const isBehind = (compare(name.traceId, traceId) || compare(name.key, key)) > 0
      if (isBehind) high = middle
      else low = middle + 1
    }
    return low
  }

  /** @param {number} start @param {number} count @returns {Name[]} */
  page(start, count) {
    const end = Math.min(start + count, this.length)
    return Array.from({ length: end - start }, (_, index) => this.at(start + index))
  }
}

/** @param {string} one @param {string} other */
function compare(one, other) {
  if (one === other) return 0
  return one < other ? -1 : 1
}

module.exports = { SortedNames, sortedNames }
