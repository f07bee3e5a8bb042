// @ts-check

import assert from 'node:assert/strict'

/**
 * Both lists must have the same members the same number of times, in any order.
 *
 * @param {unknown[]} actual
 * @param {unknown[]} expected
 */
export function assertSameMembers(actual, expected) {
  assert.deepEqual(sorted(actual), sorted(expected))
}

/** @param {unknown[]} values */
function sorted(values) {
  return values.toSorted((a, b) => compare(JSON.stringify(a), JSON.stringify(b)))
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  if (a === b) return 0
  return a < b ? -1 : 1
}
