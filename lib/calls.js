// @ts-check
'use strict'

const { RedisStateError, failureOf } = require('./errors.js')

/**
 * @typedef {import('../native.js').Failure} Failure
 * @typedef {import('../native.js').ValueApart} ValueApart
 * @typedef {import('./meter.js').Meter} Meter
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
 * @property {import('./errors.js').Origins} origins
 */

/** Calls that the native side settles together. */
class Batch {
  /** @type {Call[]} */
  calls = []
  /** What is told to those who listen to batches, if anybody does. @type {Record<string, unknown> | undefined} */
  trace = undefined
  /** What crossed counts for so much against maxPendingBytes. */
  bytes = 0
  /** @type {any[] | undefined} */
  #values = undefined
  #meter

  /**
   * @param {Meter} meter
   * @param {number} since when its calls were made
   */
  constructor(meter, since) {
    this.#meter = meter
    this.since = since
  }

  /**
   * Lets go of calls and values, once they are settled. A batch that has come into V8's old space by then would keep them
   * alive until that is collected, and have them copied at each collection of the young one.
   */
  forget() {
    this.calls = []
    this.#values = undefined
  }

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
    for (const call of this.calls) this.rejectCorrupt(call, cause)
  }

  /**
   * @param {Call} call
   * @param {unknown} cause
   */
  rejectCorrupt({ traceId, key, writes, reject }, cause) {
    this.#meter.failed('ERR_CORRUPT_VALUE', 1)
    // A delete has removed it all the same.
    const applied = writes ? /** @type {const} */ ('unknown') : undefined
    reject(new RedisStateError('ERR_CORRUPT_VALUE', 'the stored text is not JSON', { traceId, key, applied, cause }))
  }
}

/** A single listing. */
class ListingBatch extends Batch {
  #finish

  /**
   * @param {Call} call
   * @param {(values: any[]) => unknown} finish
   * @param {Meter} meter
   */
  constructor(call, finish, meter) {
    super(meter, performance.now())
    this.calls.push(call)
    this.#finish = finish
  }

  /** @param {Results} results */
  settle({ failures: [failure], origins }) {
    const [call] = this.calls
    if (failure) call.reject(failureOf(failure, origins)(call))
    else call.resolve(this.#finish(this.values))
    this.forget()
  }
}

module.exports = { Batch, ListingBatch }
