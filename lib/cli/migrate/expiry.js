// @ts-check
'use strict'

const { now } = require('../../time.js')

/** How much the times at which an entry expires may differ: the rounding of stores, and the time that reads take. */
const TOLERANCE_MS = 3000

/**
 * When an entry expires, on the clock `now()`, so that the time that passes until it is written counts.
 *
 * @param {number} ttl milliseconds; negative: it does not expire
 * @param {number} readAt when it was read
 */
function expiresAt(ttl, readAt) {
  return ttl < 0 ? Infinity : readAt + ttl
}

/** Whether two times of expiry are the same, as far as can be known. @param {number} one @param {number} other */
function isSameExpiry(one, other) {
  return one === other || Math.abs(one - other) <= TOLERANCE_MS
}

/** Whether an entry may expire while it is compared. @param {number} at */
function expiresNow(at) {
  return at - now() <= TOLERANCE_MS
}

module.exports = { expiresAt, expiresNow, isSameExpiry }
