// @ts-check
// The result of a run: whether it failed, and as text.

/** @typedef {import('./run.mjs').Report} Report */

/** Number of violations that are printed in full. */
const SHOWN = 3
/**
 * Maximum share of entries whose search may exceed its limit; one entry always may. These entries were not judged, so a
 * run with many of them proves little. Normally there are none: a search takes a few hundred steps, and the limit is
 * 200,000. One entry may have an unusual number of calls without an outcome. Several indicate that clients are blocked
 * or killed, which should be investigated.
 */
const MAX_UNDECIDED_SHARE = 0.005

/**
 * The reasons for which a run failed; empty if it passed.
 *
 * @param {Report} report
 * @returns {string[]}
 */
export function failuresOf({ faults, violations, undecided, judged }) {
  const isUndecided = undecided.length > Math.max(1, judged * MAX_UNDECIDED_SHARE)
  return [
    ...faults,
    ...violations.map(({ entry, what }) => `${entry}: ${what}`),
    ...(isUndecided ? [`${undecided.length} of ${judged} entries are undecided: ${undecided.join(', ')}`] : []),
  ]
}

/**
 * The key figures of a run, for one line of output.
 *
 * @param {Report} report
 * @param {number} seconds that it took
 */
export function figuresOf({ calls, longest, violations, undecided, judged }, seconds) {
  return [
    `${calls} calls, ${(calls / seconds).toFixed(0)}/s`,
    `${violations.length} violations`,
    `${undecided.length} of ${judged} entries undecided`,
    `longest ${longest.toFixed(0)} ms`,
  ]
}

/**
 * @param {Report} report
 * @returns {string}
 */
export function describeReport({ seed, calls, longest, outcomes, actions, faults, violations, undecided, judged }) {
  const counts = (/** @type {Record<string, number>} */ of) =>
    Object.entries(of)
      .map(([name, count]) => `  ${name}: ${count}`)
      .join('\n')
  return [
    `seed ${seed}: ${calls} calls, the longest took ${longest.toFixed(0)} ms`,
    counts(outcomes),
    'actions:',
    counts(actions),
    ...faults,
    `${undecided.length} of ${judged} entries undecided ${undecided.join(', ')}`,
    `${violations.length} violations`,
    ...violations.slice(0, SHOWN).map(describeViolation),
  ].join('\n')
}

/** @param {import('./judge/judge.mjs').Violation} violation */
function describeViolation({ entry, what, lines }) {
  return [`${entry}: ${what}`, ...lines.map(describeLine)].join('\n')
}

/** @param {import('./ledger.mjs').Line} line */
function describeLine({ begin, end, name, value, expected, result, outcome, isConflict, code, fence }) {
  const times = `${begin.toFixed(2)} .. ${end === undefined ? '?' : end.toFixed(2)}`
  const details = { value, expected, result, fence, conflict: isConflict, code }
  const shown = Object.entries(details).flatMap(([label, detail]) => (detail === undefined ? [] : `${label} ${detail}`))
  return `  ${times}  ${name} ${shown.join(', ')} -> ${outcome ?? 'unsettled'}`
}
