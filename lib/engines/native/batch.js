// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { callFailure } = require('../../errors.js')
const { WRITTEN_BY_OTHERS } = require('./corrupt-text.js')
const { errorFactory } = require('./failures.js')
const { MAX_BYTES_PER_UNIT, callNameOf } = require('../call.js')
const { now } = require('../../time.js')

/**
 * @typedef {import('../../../native.js').NativeFailure} Failure
 * @typedef {import('../../../native.js').NativeSeparateValue} SeparateValue
 * @typedef {import('../../observability/meter.js').Meter} Meter
 * @typedef {import('../call.js').StateCall} Call
 */

/**
 * @typedef {object} Results
 * @property {Failure[]} failures
 * @property {SeparateValue[]} separate
 * @property {import('./failures.js').UserFunctions} userFunctions
 * @property {Uint8Array} [bytes] the strings of replies that are bytes, joined
 * @property {string} [server] of the failures that do not name theirs
 */

/** Calls that native code runs and settles together. */
class Batch {
  /** @type {Call[]} */
  calls = []
  /** The message published to subscribers, if there are any. @type {Record<string, unknown> | undefined} */
  trace = undefined
  /** Of a point batch its records; of a listing the text that is counted for it. */
  text = ''
  /** Bytes of the scripts that are sent with its calls. */
  scriptBytes = 0
  /** Bytes of arguments that are no text. */
  argumentBytes = 0
  /** Bytes that are charged for it against `maxPendingBytes`. */
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
   * Drops the calls and values, once they are settled. A batch in V8's old space would keep them alive until a full collection,
   * and each collection of the young generation would copy them until then.
   */
  clear() {
    this.calls = []
    this.#values = undefined
  }

  get size() {
    return this.calls.length
  }

  /** Bytes of the batch that are not in its text. */
  get moreBytes() {
    return this.scriptBytes + this.argumentBytes
  }

  /** Counted by a pass over the text. */
  get exactBytes() {
    return this.moreBytes + Buffer.byteLength(this.text)
  }

  /** Upper bound of `exactBytes`. */
  get maxBytes() {
    return this.moreBytes + this.text.length * MAX_BYTES_PER_UNIT
  }

  /** Values received so far. @returns {any[]} */
  get values() {
    return this.#values ?? []
  }

  /** @param {string} chunk JSON array of the next values */
  addChunk(chunk) {
    this.addValues(JSON.parse(chunk))
  }

  /** @param {any[]} values */
  addValues(values) {
    this.#values = this.#values === undefined ? values : this.#values.concat(values)
  }

  /**
   * Settles the calls; called once, after all values were added.
   *
   * @param {Results} _results
   */
  settle(_results) {}

  /** Rejects all calls, as their values cannot be parsed. */
  fail() {
    for (const call of this.calls) this.rejectCorrupt(call, 'is not JSON')
  }

  /**
   * Without the error of JSON.parse, which shows a part of the value.
   *
   * @param {Call} call
   * @param {string} why it is corrupt
   */
  rejectCorrupt(call, why) {
    this.#meter.failed('ERR_CORRUPT_VALUE', 1)
    // A delete has removed the entry although its value cannot be parsed.
    const applied = call.operation.writes ? /** @type {const} */ ('unknown') : undefined
    const problem = { applied, remedy: WRITTEN_BY_OTHERS }
    call.reject(callFailure(callNameOf(call), 'ERR_CORRUPT_VALUE', `the value ${why}`, problem))
  }
}

/** A listing: a batch of one call. */
class ListingBatch extends Batch {
  #finish

  /**
   * @param {Call} call
   * @param {{ text: string, start: (number: number) => void, finish: (values: any[]) => unknown }} listing
   * @param {Meter} meter
   */
  constructor(call, { text, start, finish }, meter) {
    super(meter, now())
    this.calls.push(call)
    this.text = text
    this.start = start
    this.#finish = finish
  }

  /** @param {Results} results */
  settle({ failures: [failure], userFunctions, server }) {
    const [call] = this.calls
    if (failure) call.reject(errorFactory(failure, userFunctions, server)(call))
    else call.resolve(this.#finish(this.values))
    this.clear()
  }
}

module.exports = { Batch, ListingBatch }
