// @ts-check
// The part of vitest that a suite for it uses, on node:test.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, it } from 'node:test'

/** @param {unknown} actual */
function matchersOf(actual) {
  return {
    toBe: (/** @type {unknown} */ expected) => assert.equal(actual, expected),
    // As of vitest, an undefined field is as good as none.
    toEqual: (/** @type {unknown} */ expected) => assert.deepEqual(defined(actual), defined(expected)),
    toBeTruthy: () => assert.ok(actual),
    toBeFalsy: () => assert.ok(!actual),
    toBeUndefined: () => assert.equal(actual, undefined),
    toBeDefined: () => assert.notEqual(actual, undefined),
    toBeNull: () => assert.equal(actual, null),
  }
}

/** @param {unknown} value */
function defined(value) {
  return Array.isArray(value) || Object.getPrototypeOf(value ?? 0) !== Object.prototype
    ? value
    : Object.fromEntries(Object.entries(Object(value)).filter(([, field]) => field !== undefined))
}

/** @param {number} expected */
function counting(expected) {
  let count = 0
  const expect = (/** @type {unknown} */ actual) => {
    count += 1
    return matchersOf(actual)
  }
  return { expect, check: () => assert.equal(count, expected) }
}

/** What a suite gets in place of the module of vitest. */
export const vitest = {
  afterEach,
  beforeEach,
  /** @param {string} name @param {(context: { expect: any }) => unknown} body */
  it(name, body) {
    it(name, async () => {
      let counted = counting(Number.NaN)
      const expect = Object.assign((/** @type {unknown} */ actual) => counted.expect(actual), {
        assertions(/** @type {number} */ expected) {
          counted = counting(expected)
        },
      })
      const first = counted
      await body({ expect })
      if (counted !== first) counted.check()
    })
  },
}
