// @ts-check
'use strict'

/** Each doubling of the duration is divided into eight buckets, so a percentile is accurate to an eighth. */
const BUCKETS_PER_DOUBLING = 8
const BUCKET_BITS = 3
const BUCKETS = BUCKETS_PER_DOUBLING * (31 - BUCKET_BITS + 1)
/** Durations of less than 2^k microseconds fill the buckets before this one. @param {number} k */
const firstBucketFrom = (k) => (k - BUCKET_BITS + 1) * BUCKETS_PER_DOUBLING
/** Longer durations are counted as this one. */
const MAX_MICROSECONDS = 2 ** 31 - 1

/** Counts durations in buckets whose widths grow with the duration, in memory of constant size. */
class Histogram {
  #counts = new Float64Array(BUCKETS)
  #total = 0
  #sum = 0
  #max = 0

  /**
   * @param {number} milliseconds
   * @param {number} count number of calls that took this long
   */
  record(milliseconds, count) {
    const microseconds = Math.min(Math.max(0, Math.round(milliseconds * 1000)), MAX_MICROSECONDS)
    this.#counts[bucketOf(microseconds)] += count
    this.#total += count
    this.#sum += milliseconds * count
    this.#max = Math.max(this.#max, milliseconds)
  }

  get max() {
    return this.#max
  }

  /** Milliseconds of all durations together. */
  get sum() {
    return this.#sum
  }

  /**
   * Counts durations by ranges that end at powers of two, where these buckets end too.
   *
   * @param {readonly number[]} exponents in ascending order, each at least 3: a range ends at 2^exponent microseconds
   * @returns {number[]} one count for each exponent, and the count of all longer durations
   */
  countsBetween(exponents) {
    const ends = [...exponents.map(firstBucketFrom), BUCKETS]
    return ends.map((end, index) => sumOf(this.#counts, index === 0 ? 0 : ends[index - 1], end))
  }

  /**
   * @param {number} share from 0 to 1
   * @returns {number} milliseconds that this share of the durations did not exceed, 0 if none are recorded
   */
  percentile(share) {
    const rank = share * this.#total
    let counted = 0
    const bucket = this.#counts.findIndex((count) => {
      counted += count
      return count > 0 && counted >= rank
    })
    return bucket < 0 ? 0 : Math.min(endOf(bucket) / 1000, this.#max)
  }
}

/** @param {Float64Array} counts @param {number} start @param {number} end */
function sumOf(counts, start, end) {
  let sum = 0
  for (let index = start; index < end; index += 1) sum += counts[index]
  return sum
}

/** @param {number} microseconds */
function bucketOf(microseconds) {
  if (microseconds < BUCKETS_PER_DOUBLING) return microseconds
  const doublings = 31 - Math.clz32(microseconds) - BUCKET_BITS
  return doublings * BUCKETS_PER_DOUBLING + (microseconds >>> doublings)
}

/**
 * @param {number} bucket
 * @returns {number} the largest number of microseconds that it counts
 */
function endOf(bucket) {
  if (bucket < BUCKETS_PER_DOUBLING) return bucket
  const doublings = Math.floor(bucket / BUCKETS_PER_DOUBLING) - 1
  return ((bucket % BUCKETS_PER_DOUBLING) + BUCKETS_PER_DOUBLING + 1) * 2 ** doublings - 1
}

module.exports = { Histogram }
