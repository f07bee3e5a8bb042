// @ts-check
'use strict'

const { elementsOf } = require('./elements.js')
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

  /** @param {unknown} cause why the values cannot be handed over */
  fail(cause) {
    for (const call of this.calls) call.reject(corrupt(call, cause))
  }
}

/** In place of a value: why the stored text is not JSON. */
class Unparsable {
  /** @param {unknown} cause */
  constructor(cause) {
    this.cause = cause
  }
}

/** The calls of a tick on single entries, in order. */
class PointBatch extends Batch {
  text = ''
  #hasUnparsable = false

  /**
   * Texts come so that none can be taken for more or less than one element, but perhaps not all of them JSON.
   *
   * @override
   * @param {string} slice
   */
  take(slice) {
    try {
      super.take(slice)
    } catch {
      this.#hasUnparsable = true
      this.hold(elementsOf(slice).map(parsed))
    }
  }

  /**
   * @param {Call} call
   * @param {string} text of its record
   */
  add(call, text) {
    this.calls.push(call)
    this.text += text
  }

  /** @param {Results} results */
  settle({ failures, apart, reason }) {
    for (const failure of failures) this.#reject(failure, reason)
    for (const { index, text } of apart) settleWith(this.calls[index], text)
    const { calls, values } = this
    let [nextValue, nextFailure, nextApart] = [0, 0, 0]
    for (let index = 0; index < calls.length; index += 1) {
      const call = calls[index]
      if (failures[nextFailure]?.index === index) index += failures[nextFailure++].count - 1
      else if (!call.reads) call.resolve(call.value)
      else if (apart[nextApart]?.index === index) nextApart += 1
      else this.#resolve(call, values[nextValue++])
    }
  }

  /**
   * @param {Call} call
   * @param {any} value
   */
  #resolve(call, value) {
    if (this.#hasUnparsable && value instanceof Unparsable) call.reject(corrupt(call, value.cause))
    else call.resolve(value)
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
 * @param {string} text of its value
 */
function settleWith(call, text) {
  const value = parsed(text)
  if (value instanceof Unparsable) call.reject(corrupt(call, value.cause))
  else call.resolve(value)
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch (cause) {
    return new Unparsable(cause)
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
