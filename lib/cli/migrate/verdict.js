// @ts-check
'use strict'

const { isDeepStrictEqual } = require('node:util')
const { now } = require('../../time.js')
const { expiresNow, isSameExpiry } = require('./expiry.js')

/**
 * How an entry of the source compares with that of the target.
 *
 * @typedef {import('./value-text.js').Found} Found
 * @typedef {'equal' | 'missing' | 'different' | 'ttl' | 'extra' | 'gone' | 'expiring' | 'unusable'} Verdict `missing`: at the target. `ttl`: only
 *   the times differ. `extra`: the source does not have it. `gone`: neither side has it. `expiring`: missing, and it may be so because it expires now. `unusable`: the
 *   source has no JSON
 * @typedef {{ keepsText: boolean, keepsTtl: boolean }} Rules `keepsText`: both sides have the text that was written. `keepsTtl`: both
 *   sides have times to live
 *
 * @typedef {'source-changed' | 'source-deleted' | 'target-lost' | 'target-changed' | 'missing' | 'different' | 'ttl' | 'extra'} Why
 */

/** @param {Found | null} from @param {Found | null} to @param {Rules} rules @returns {Verdict} */
function verdictOf(from, to, rules) {
  if (from === null || from.expiresAt <= now()) return to === null || expiresNow(to.expiresAt) ? 'gone' : 'extra'
  if (from.text === undefined) return 'unusable'
  if (to === null) return expiresNow(from.expiresAt) ? 'expiring' : 'missing'
  if (to.text === undefined || !isSameText(from.text, to.text, rules)) return 'different'
  return !rules.keepsTtl || isSameExpiry(from.expiresAt, to.expiresAt) ? 'equal' : 'ttl'
}

/** @param {string} one @param {string} other @param {Rules} rules */
function isSameText(one, other, { keepsText }) {
  if (one === other || keepsText) return one === other
  return isDeepStrictEqual(JSON.parse(one, withoutMinusZero), JSON.parse(other, withoutMinusZero))
}

/** Stores that keep no text have 0 for it. @param {string} _name @param {unknown} value */
function withoutMinusZero(_name, value) {
  return value === 0 ? 0 : value
}

/**
 * Which side has changed since the entry was copied.
 *
 * @param {Verdict} verdict
 * @param {{ from: boolean, to: boolean } | undefined} unchanged whether the sides have the value that was copied. undefined: it was not
 * @param {boolean} isOwn
 * @returns {Why}
 */
function reasonOf(verdict, unchanged, isOwn) {
  if (verdict === 'extra') return isOwn && unchanged?.to ? 'source-deleted' : 'extra'
  if (unchanged === undefined) return /** @type {Why} */ (verdict)
  if (!unchanged.from) return 'source-changed'
  if (verdict === 'ttl') return 'ttl'
  return verdict === 'missing' ? 'target-lost' : 'target-changed'
}

module.exports = { reasonOf, verdictOf }
