// @ts-check
// Judges histories with failovers, in which acknowledged writes may be lost, because a replica may lack the last writes
// of its primary.
//
// A window begins shortly before a primary fails and ends when all servers follow the new one. Only writes acknowledged
// within a window may be lost. The time between two windows is an epoch, in which the calls must have an order, as on a
// single server. The value of the entry at the begin of an epoch is not known. But it must be the result of some write
// without `applied: 'no'`, and that write must not have been overwritten by a write that certainly survived.

import { step } from './register.mjs'
import { findOrder } from './search.mjs'

/**
 * @typedef {import('./search.mjs').Call} Call
 * @typedef {import('./search.mjs').Verdict} Verdict
 * @typedef {import('./register.mjs').State} State
 *
 * @typedef {object} Window
 * @property {number} begin
 * @property {number} end
 */

/** State of the model: any value that can have survived the failover. Not a JSON text. */
const UNKNOWN = '?'
/**
 * State of the model: any value, but not absent. The result of an increment or append with an unknown outcome on
 * `UNKNOWN`.
 */
const ANY = '*'

/**
 * @param {Call[]} calls on one entry
 * @param {Window[]} windows
 * @returns {Verdict}
 */
export function findOrderBetween(calls, windows) {
  const merged = mergeWindows(windows)
  const begins = [Number.NEGATIVE_INFINITY, ...merged.map(({ end }) => end)]
  for (const [index, begin] of begins.entries()) {
    const end = merged[index]?.begin ?? Number.POSITIVE_INFINITY
    const verdict = findOrder(epochOf(calls, begin, end), modelFrom(calls, merged.slice(0, index)))
    if (!verdict.isLegal || !verdict.isDecided) return verdict
  }
  return { isLegal: true, isDecided: true, stuck: [] }
}

/** @param {Window[]} windows */
function mergeWindows(windows) {
  /** @type {Window[]} */
  const merged = []
  for (const window of windows.toSorted((a, b) => a.begin - b.begin)) {
    const last = merged.at(-1)
    if (last && window.begin <= last.end) last.end = Math.max(last.end, window.end)
    else merged.push({ ...window })
  }
  return merged
}

/**
 * The calls of an epoch: those entirely within it, and those that may have taken effect in it.
 *
 * @param {Call[]} calls
 * @param {number} begin
 * @param {number} end
 */
function epochOf(calls, begin, end) {
  return calls.flatMap((call) => {
    if (call.begin >= end) return []
    if (call.begin >= begin && call.end <= end) return [call]
    if (call.end <= begin || call.operation.name === 'get') return []
    return [{ ...call, end: Number.POSITIVE_INFINITY, isRequired: false }]
  })
}

/**
 * @param {Call[]} calls on the entry, of all epochs
 * @param {Window[]} windows before the epoch
 * @returns {import('./search.mjs').Model}
 */
function modelFrom(calls, windows) {
  if (windows.length === 0) return { initial: null, step }
  const survivors = survivorsOf(calls, windows)
  return {
    initial: UNKNOWN,
    step(state, call) {
      if (state === UNKNOWN) return bind(state, call, survivors)
      return state === ANY ? bind(state, call, (text) => text !== null) : step(state, call)
    },
  }
}

/**
 * The state after a call on an entry whose value is not known.
 *
 * @param {State} state
 * @param {Call} call
 * @param {(text: State) => boolean} isPossible whether the entry may have had this value before the call
 * @returns {State | undefined}
 */
function bind(state, call, isPossible) {
  const { name, value, expected, result, isConflict } = call.operation
  if (name === 'clear' || (name === 'delete' && !call.isRequired)) return null
  if (isConflict) return state
  if (name === 'replace') return isPossible(/** @type {string} */ (expected)) ? value : undefined
  if (name === 'create') return isPossible(null) ? value : undefined
  if (name === 'set') return value
  if (!call.isRequired) return ANY
  if (name === 'get') return isPossible(/** @type {State} */ (result)) ? result : undefined
  if (name === 'delete') return isPossible(/** @type {State} */ (result)) ? null : undefined
  return /** @type {string} */ (result)
}

/**
 * The values that an entry may have after the windows. A write within a window may have been lost, so it does not rule
 * out the values before it.
 *
 * @param {Call[]} calls
 * @param {Window[]} windows
 * @returns {(text: State) => boolean}
 */
function survivorsOf(calls, windows) {
  const last = windows[windows.length - 1]
  const isKept = (/** @type {Call} */ { begin, end }) =>
    end < last.begin && windows.every((window) => end < window.begin || begin > window.end)
  const writes = calls.filter(({ operation }) => operation.name !== 'get' && operation.isConflict !== true)
  const overwrites = writes.filter((call) => call.isRequired && isKept(call))
  const isOverwritten = (/** @type {number} */ end) => overwrites.some(({ begin }) => begin > end)
  const makers = (/** @type {State} */ text) => writes.filter((call) => call.begin < last.end && mayMake(call, text))
  return (text) => {
    if (text === null && !isOverwritten(Number.NEGATIVE_INFINITY)) return true
    return makers(text).some(({ end }) => !isOverwritten(end))
  }
}

/**
 * Whether the entry may have this value after the call.
 *
 * @param {Call} call
 * @param {State} text
 */
function mayMake({ operation: { name, value, result }, isRequired }, text) {
  if (name === 'delete' || name === 'clear') return text === null
  if (name === 'increment' || name === 'append') return isRequired ? result === text : text !== null
  return value === text
}
