// @ts-check
'use strict'

const { RedisStateError, failureOf } = require('./errors.js')

/**
 * @typedef {import('../native.js').Failure} Failure
 * @typedef {import('../native.js').ValueApart} ValueApart
 *
 * @typedef {object} Call a call of the user, until it is settled
 * @property {string} [traceId]
 * @property {string} [key]
 * @property {boolean} reads
 * @property {boolean} writes
 * @property {number} bytes what it counts for against maxPendingBytes
 * @property {unknown} [value] what a call that reads nothing resolves to
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

  /** @param {any[]} slice the next values */
  take(slice) {
    this.#values = this.#values === undefined ? slice : this.#values.concat(slice)
  }

  /** @param {Call} call */
  hold(call) {
    this.calls.push(call)
    this.bytes += call.bytes
  }

  /** @param {unknown} cause why the values cannot be handed over */
  fail(cause) {
    for (const call of this.calls) call.reject(corrupt(call, cause))
  }
}

/** The calls of a tick on single entries, in order. */
class PointBatch extends Batch {
  text = ''

  /**
   * @param {Call} call
   * @param {string} text of its record
   */
  add(call, text) {
    this.hold(call)
    this.text += text
  }

  /** @param {Results} results */
  settle({ failures, apart, reason }) {
    for (const failure of failures) this.#reject(failure, reason)
    for (const { index, text } of apart) settleWith(this.calls[index], text)
    const { calls, values } = this
    const isSingle = calls.length === 1 && calls[0].reads && failures.length === 0 && apart.length === 0
    // Only a single text is not checked before: `1,2` makes two values of it, an empty one none.
    if (isSingle && values.length !== 1) throw new SyntaxError('not one JSON value')
    let [nextValue, nextFailure, nextApart] = [0, 0, 0]
    for (let index = 0; index < calls.length; index += 1) {
      const call = calls[index]
      if (failures[nextFailure]?.index === index) index += failures[nextFailure++].count - 1
      else if (!call.reads) call.resolve(call.value)
      else if (apart[nextApart]?.index === index) nextApart += 1
      else call.resolve(values[nextValue++])
    }
  }

  /**
   * @param {Failure} failure
   * @param {unknown} reason
   */
  #reject(failure, reason) {
    const errorOf = failureOf(failure, reason)
    for (const call of this.calls.slice(failure.index, failure.index + failure.count)) call.reject(errorOf(call))
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
    this.hold(call)
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
 * @param {string} text of its value
 */
function settleWith(call, text) {
  try {
    call.resolve(JSON.parse(text))
  } catch (cause) {
    call.reject(corrupt(call, cause))
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

module.exports = { PointBatch, ListingBatch }
