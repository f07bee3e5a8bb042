// @ts-check

/**
 * @param {number[]} values
 * @param {number} share 0 to 1
 * @returns {number} NaN if there are no values
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/**
 * @param {number[]} values
 * @returns {number} NaN if there are no values
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle]
  return (sorted[middle - 1] + sorted[middle]) / 2
}

/** @param {number[]} values */
export function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}
