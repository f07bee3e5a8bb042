// @ts-check
'use strict'

/** @typedef {{ traceId: string, key: string }} Name of an entry */

/** The order of names: by trace id, then by key, as JavaScript compares texts. @param {Name} one @param {Name} other */
function compareNames(one, other) {
  return compare(one.traceId, other.traceId) || compare(one.key, other.key)
}

/** @param {string} one @param {string} other */
function compare(one, other) {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/**
 * Sorts names, by an array of their places: pairs would need twice the memory.
 *
 * @param {string[]} names trace ids and keys, one after the other
 * @returns {string[]}
 */
function sorted(names) {
  const places = Uint32Array.from({ length: names.length / 2 }, (_, index) => index * 2)
  places.sort((one, other) => compare(names[one], names[other]) || compare(names[one + 1], names[other + 1]))
  const all = new Array(names.length)
  for (const [index, place] of places.entries()) {
    all[2 * index] = names[place]
    all[2 * index + 1] = names[place + 1]
  }
  return all
}

module.exports = { compareNames, sorted }
