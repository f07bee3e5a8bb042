// @ts-check
// Checks locks: never two holders at the same time, and each later holder has a greater fencing token.

/**
 * @typedef {object} Holding the time during which one holder knows that it has the lock; all in milliseconds
 * @property {number} fence
 * @property {number} begin when the acquisition was called
 * @property {number} held when the acquisition resolved
 * @property {number} end when the release was called, or the TTL may have expired
 */

/**
 * @param {Holding[]} holdings of one lock
 * @returns {string[]} the violations
 */
export function faultsOfLock(holdings) {
  const sorted = holdings.toSorted((a, b) => a.held - b.held)
  const faults = []
  for (const [index, holding] of sorted.entries()) {
    for (const earlier of sorted.slice(0, index)) faults.push(...faultsOfTwo(earlier, holding))
  }
  return faults
}

/**
 * @param {Holding} earlier
 * @param {Holding} later
 */
function faultsOfTwo(earlier, later) {
  const faults = []
  if (earlier.fence === later.fence) faults.push(`fencing token ${later.fence} was issued twice`)
  if (later.begin > earlier.held && later.fence < earlier.fence) {
    faults.push(`fencing token ${later.fence} was issued after ${earlier.fence}`)
  }
  if (later.held < earlier.end) faults.push(`held as ${earlier.fence} and as ${later.fence} at the same time`)
  return faults
}
