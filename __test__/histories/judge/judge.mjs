// @ts-check
// Finds the violations in the recorded calls on an entry.

import { callsOf, holdingsOf } from './calls.mjs'
import { findOrderBetween } from './epochs.mjs'
import { faultsOfLock } from './locks.mjs'

/**
 * @import { Line } from '../ledger.mjs'
 * @import { Window } from './epochs.mjs'
 *
 * @typedef {object} Violation
 * @property {string} entry
 * @property {string} what
 * @property {Line[]} lines of the entry around it
 *
 * @typedef {object} Judgement
 * @property {Violation[]} violations
 * @property {string[]} undecided entries whose search exceeded its limit
 */

/** Number of recorded calls that a violation includes before and after the point where the search failed. */
const AROUND = 12

/**
 * @param {string} entry
 * @param {Line[]} lines all calls on it
 * @param {Window[]} windows in which acknowledged writes may be lost
 * @returns {Judgement}
 */
export function judge(entry, lines, windows) {
  return entry.startsWith('lock') ? judgeLock(entry, lines, windows) : judgeEntry(entry, lines, windows)
}

/**
 * @param {string} entry
 * @param {Line[]} lines
 * @param {Window[]} windows
 * @returns {Judgement}
 */
function judgeEntry(entry, lines, windows) {
  const { isLegal, isDecided, stuck } = findOrderBetween(callsOf(lines), windows)
  const undecided = isDecided ? [] : [entry]
  if (isLegal) return { violations: [], undecided }
  const what = 'no order of these calls explains their results'
  return { violations: [{ entry, what, lines: around(lines, stuck[0]?.begin ?? 0) }], undecided }
}

/**
 * Ignores locks that were held during a failover: a replica that did not receive the lock grants it again.
 *
 * @param {string} entry
 * @param {Line[]} lines
 * @param {Window[]} windows
 * @returns {Judgement}
 */
function judgeLock(entry, lines, windows) {
  const isInWindow = (/** @type {import('./locks.mjs').Holding} */ { begin, end }) =>
    windows.some((window) => begin < window.end && end > window.begin)
  const holdings = holdingsOf(lines).filter((holding) => !isInWindow(holding))
  const violations = faultsOfLock(holdings).map((what) => ({ entry, what, lines: lines.slice(0, 2 * AROUND) }))
  return { violations, undecided: [] }
}

/**
 * @param {Line[]} lines
 * @param {number} time
 */
function around(lines, time) {
  const sorted = lines.toSorted((a, b) => a.begin - b.begin)
  const at = sorted.findIndex(({ begin }) => begin >= time)
  return sorted.slice(Math.max(0, at - AROUND), at + AROUND)
}
