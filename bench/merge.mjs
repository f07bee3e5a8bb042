// @ts-check
// Merges the results of several runs: a run of some sections keeps the figures of the others.

/**
 * @typedef {import('./types.js').Results} Results
 * @typedef {import('./types.js').Origin} Origin
 * @typedef {import('./arguments.mjs').Section} Section
 */

/**
 * @param {Results} measured
 * @param {{ stored: Results, only: Section[] }} what `only` was measured, all else is taken from `stored`
 * @returns {Results}
 */
export function withOthers(measured, { stored, only }) {
  const { date, command, machine, versions, settings, failures } = measured
  const origin = { date, command, machine, versions, settings, failures }
  return {
    ...stored,
    ...Object.fromEntries(only.map((section) => [section, measured[section]])),
    later: { ...stored.later, ...Object.fromEntries(only.map((section) => [section, origin])) },
  }
}

/**
 * @param {Results} results
 * @param {Section} section
 * @returns {Origin} origin of its figures
 */
export function originOf(results, section) {
  return results.later?.[section] ?? results
}

/**
 * @param {Results} results
 * @returns {Origin[]} origins of all figures
 */
export function originsOf(results) {
  return [results, ...Object.values(results.later ?? {})]
}
