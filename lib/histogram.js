// @ts-check
'use strict'

/** Each doubling is divided into so many buckets, so a percentile is right to an eighth. */
const STEPS = 8
const STEP_BITS = 3
/** Microseconds beyond 2^31 are counted as that. */
const BUCKETS = STEPS * (31 - STEP_BITS + 1)
const LARGEST = 2 ** 31 - 1

/** Durations, counted in buckets that grow with them; of one size, however many are recorded. */
class Histogram {
  #counts = new Float64Array(BUCKETS)
  #total = 0
  #longest = 0

  /**
   * @param {number} milliseconds
   * @param {number} count how many took so long
   */
  record(milliseconds, count) {
    const microseconds = Math.min(Math.max(0, Math.round(milliseconds * 1000)), LARGEST)
    this.#counts[bucketOf(microseconds)] += count
    this.#total += count
    this.#longest = Math.max(this.#longest, milliseconds)
  }

  get longest() {
    return this.#longest
  }

  /**
   * @param {number} share from 0 to 1
   * @returns {number} milliseconds that this share of the durations did not exceed, 0 where there are none
   */
  percentile(share) {
    const rank = share * this.#total
    let counted = 0
    const bucket = this.#counts.findIndex((count) => {
      counted += count
      return count > 0 && counted >= rank
    })
    return bucket < 0 ? 0 : Math.min(endOf(bucket) / 1000, this.#longest)
  }
}

/** @param {number} microseconds */
function bucketOf(microseconds) {
  if (microseconds < STEPS) return microseconds
  const doublings = 31 - Math.clz32(microseconds) - STEP_BITS
  return doublings * STEPS + (microseconds >>> doublings)
}

/**
 * @param {number} bucket
 * @returns {number} the largest number of microseconds that belongs there
 */
function endOf(bucket) {
  if (bucket < STEPS) return bucket
  const doublings = Math.floor(bucket / STEPS) - 1
  return ((bucket % STEPS) + STEPS + 1) * 2 ** doublings - 1
}

module.exports = { Histogram }
