// @ts-check
'use strict'

const { RedisStateError, failureOf } = require('./errors.js')

/**
 * @typedef {import('../native.js').Failure} Failure
 * @typedef {import('../native.js').ValueApart} ValueApart
 *
 * @typedef {object} Call a call of the user, until it is settled
 * @property {string | undefined} traceId
 * @property {string | undefined} key
 * @property {boolean} reads
 * @property {boolean} writes
 * @property {unknown} value what a call that reads nothing resolves to
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/**
 * @typedef {object} Results
 * @property {Failure[]} failures
 * @property {ValueApart[]} apart
 * @property {unknown} reason why the user's strategy gave up, where it did with an Error
 */

/** Calls that the native side settles together. */
class Batch {
  /** @type {Call[]} */
  calls = []
  /** What crossed counts for so much against maxPendingBytes. */
  bytes = 0
  /** @type {any[] | undefined} */
  #values = undefined

  get size() {
    return this.calls.length
  }

  /** The values so far. @returns {any[]} */
  get values() {
    return this.#values ?? []
  }

  /** @param {string} slice JSON array of the next values */
  take(slice) {
    this.hold(JSON.parse(slice))
  }

  /** @param {any[]} values the next ones */
  hold(values) {
    this.#values = this.#values === undefined ? values : this.#values.concat(values)
  }

  /**
   * To be called once, when the values are there.
   *
   * @param {Results} _results
   */
  settle(_results) {}

  /** @param {unknown} cause why the values cannot be handed over */
  fail(cause) {
    for (const call of this.calls) call.reject(corrupt(call, cause))
  }
}

/** A single listing. */
class ListingBatch extends Batch {
  #finish

  /**
   * @param {Call} call
   * @param {(values: any[]) => unknown} finish
   */
  constructor(call, finish) {
    super()
    this.calls.push(call)
    this.#finish = finish
  }

  /** @param {Results} results */
  settle({ failures: [failure], reason }) {
    const [call] = this.calls
    if (failure) call.reject(failureOf(failure, reason)(call))
    else call.resolve(this.#finish(this.values))
  }
}

/**
 * @param {Call} call
 * @param {unknown} cause
 */
function corrupt({ traceId, key, writes }, cause) {
  // A delete has removed it all the same.
  const applied = writes ? /** @type {const} */ ('unknown') : undefined
  return new RedisStateError('ERR_CORRUPT_VALUE', 'the stored text is not JSON', { traceId, key, applied, cause })
}

module.exports = { Batch, ListingBatch, corrupt }
