// @ts-check
'use strict'

const { ListingBatch } = require('./batch.js')
const { setImmediate } = require('../../time.js')
const tracing = require('../../observability/tracing.js')

/**
 * @typedef {import('../../../native.js').NativeStore} NativeStore
 * @typedef {import('../../../native.js').NativeFailure} Failure
 * @typedef {import('./batch.js').SeparateValue} SeparateValue
 * @typedef {import('./batch.js').Batch} Batch
 * @typedef {import('./point-batch.js').PointBatch} PointBatch
 *
 * @typedef {object} Context
 * @property {import('./limits.js').Limits} limits
 * @property {import('../../observability/meter.js').Meter} meter
 * @property {import('./failures.js').UserFunctions} userFunctions
 * @property {string} [server] of the failures that do not name theirs
 * @property {() => void} onSettled
 */

/**
 * Submits batches to native code, in order and one at a time, and settles them with their results.
 *
 * User code can run where an event of a batch is published to subscribers, and where a promise is resolved (`then` may be a
 * getter). It can make calls there, so the state is consistent at these places: batches of such calls are queued until the
 * current one is submitted. The bytes of a batch are charged before it is submitted, and released when it settles, which is
 * never before the native call has returned.
 */
class Submitter {
  #native
  #context
  #rules
  /** @type {Map<number, Batch>} */
  #inFlight = new Map()
  #lastNumber = 0
  /** Batches that native code does not have yet, in the order in which they are submitted. @type {Batch[]} */
  #queue = []
  #isSubmitting = false
  #isInNative = false
  /** Arguments of `settle` calls made while the native call was on the stack. @type {Parameters<Submitter['settle']>[]} */
  #deferred = []

  /**
   * @param {NativeStore} native
   * @param {Context} context
   */
  constructor(native, context) {
    this.#native = native
    this.#rules = native.rules
    this.#context = context
  }

  /** Number of calls that native code does not have yet. */
  get waiting() {
    return this.#queue.reduce((sum, { size }) => sum + size, 0)
  }

  /** Submits a batch, after those that are queued. @param {Batch} batch */
  submit(batch) {
    const isObservable = this.#isSubmitting || tracing.isObserved(tracing.batches)
    // An upper bound saves a pass over the text. It is corrected before any other code can read the count.
    this.#context.limits.charge(batch, isObservable ? batch.exactBytes : batch.maxBytes)
    this.#queue.push(batch)
    if (this.#isSubmitting) return
    this.#isSubmitting = true
    try {
      while (this.#queue.length > 0) this.#submitFirst()
    } finally {
      this.#isSubmitting = false
    }
  }

  /**
   * Receives a chunk of the results of a batch: the callback of native code.
   *
   * @param {number} number of the batch
   * @param {boolean} last whether the batch settles with this chunk; earlier chunks hold values only
   * @param {string} values JSON array of the values of the calls that read and did not fail, or empty
   * @param {Failure[] | null} [failures] runs of calls with the same failure, in the order of the calls
   * @param {SeparateValue[] | null} [separate] values that are missing in `values`, in the order of the calls
   * @param {Uint8Array | null} [bytes] the strings of replies that are bytes, joined
   */
  settle(number, last, values, failures, separate, bytes) {
    if (this.#isInNative) return void this.#deferred.push([number, last, values, failures, separate, bytes])
    const batch = this.#inFlight.get(number)
    if (batch === undefined) return
    if (!last) return this.#addChunk(number, batch, values)
    const { size } = batch
    this.#release(number, batch)
    try {
      if (values !== '') batch.addChunk(values)
      const { userFunctions, server } = this.#context
      const results = { failures: failures ?? [], separate: separate ?? [], bytes: bytes ?? undefined }
      batch.settle({ ...results, userFunctions, server })
    } catch {
      // Every call settles, whatever fails.
      batch.fail()
    }
    this.#reportSettled(batch, size, failures ?? [])
  }

  /**
   * @param {number} number
   * @param {Batch} batch
   * @param {string} values
   */
  #addChunk(number, batch, values) {
    try {
      if (values !== '') batch.addChunk(values)
    } catch {
      const { size } = batch
      this.#release(number, batch)
      this.#native.forget(number)
      batch.fail()
      return this.#reportSettled(batch, size, [])
    }
    // In the next turn of the event loop, so that a large result does not block it.
    setImmediate(() => this.#native.next(number))
  }

  #submitFirst() {
    const [batch] = this.#queue
    const trace = this.#publishStart(batch)
    const number = this.#nextNumber()
    this.#inFlight.set(number, batch)
    this.#queue.shift()
    /** @type {PointBatch[] | undefined} */
    let shares
    let failure
    this.#isInNative = true
    try {
      shares = this.#callNative(number, batch)
    } catch (error) {
      failure = internalFailure(error, batch.size)
    }
    this.#isInNative = false
    if (trace) tracing.batches.end.publish(Object.assign(trace, { calls: batch.size }))
    if (shares) this.#publishShares(shares)
    if (this.#deferred.length > 0) for (const args of this.#deferred.splice(0)) this.settle(...args)
    if (failure) this.settle(number, true, '', [failure])
  }

  /**
   * Makes the native call, during which no user code runs.
   *
   * @param {number} number
   * @param {Batch} batch
   * @returns {PointBatch[] | undefined} the shares that were split off as batches of their own
   */
  #callNative(number, batch) {
    if (batch instanceof ListingBatch) return void batch.start(number)
    const { size, text, waitReplicas, scriptBytes } = /** @type {PointBatch} */ (batch)
    if (this.#rules.isCluster) return this.#submitInShares(number, /** @type {PointBatch} */ (batch))
    const bytes = /** @type {PointBatch} */ (batch).bytesOfArguments
    const sent =
      bytes === undefined
        ? this.#native.submit(number, size, text, waitReplicas)
        : this.#native.submit(number, size, text, waitReplicas, bytes)
    this.#context.limits.charge(batch, scriptBytes + sent)
  }

  /**
   * Splits the batch into shares, one for each server: each is a batch of its own.
   *
   * @param {number} number
   * @param {PointBatch} batch
   */
  #submitInShares(number, batch) {
    const { size, text, waitReplicas, scriptBytes } = batch
    const { bytes, shareOf } = this.#native.submitInShares(number, size, text, waitReplicas, batch.bytesOfArguments)
    this.#context.limits.charge(batch, scriptBytes + bytes)
    batch.limitSettleDelay()
    if (shareOf === '') return
    const shares = batch.split(shareOf)
    for (const share of shares) this.#inFlight.set(this.#nextNumber(), share)
    return shares
  }

  /** @param {PointBatch[]} shares */
  #publishShares(shares) {
    for (const share of shares) {
      const trace = this.#publishStart(share)
      if (trace) tracing.batches.end.publish(trace)
    }
  }

  #nextNumber() {
    this.#lastNumber = (this.#lastNumber + 1) >>> 0
    return this.#lastNumber
  }

  /** Publishes the start of a batch, if there are subscribers. @param {Batch} batch */
  #publishStart(batch) {
    if (!tracing.isObserved(tracing.batches)) return undefined
    batch.trace = { calls: batch.size, failed: 0, ...this.#rules.server }
    tracing.batches.start.publish(batch.trace)
    return batch.trace
  }

  /**
   * Frees what is charged for a batch: before the promises of its calls settle, so that calls made in reaction find room.
   *
   * @param {number} number
   * @param {Batch} batch
   */
  #release(number, batch) {
    this.#inFlight.delete(number)
    this.#context.limits.release(batch)
  }

  /**
   * @param {Batch} batch
   * @param {number} size of the batch before it settled
   * @param {Failure[]} failures
   */
  #reportSettled({ since, trace }, size, failures) {
    const { meter, onSettled } = this.#context
    meter.settled(size, since)
    for (const { code, count } of failures) meter.failed(code, count)
    if (trace !== undefined) {
      const failed = failures.reduce((sum, { count }) => sum + count, 0)
      tracing.finish(tracing.batches, Object.assign(trace, { failed }))
    }
    onSettled()
  }
}

/**
 * The failure of all calls of a batch whose native call panicked.
 *
 * @param {any} error
 * @param {number} count
 * @returns {Failure}
 */
function internalFailure(error, count) {
  return {
    index: 0,
    count,
    code: 'ERR_INTERNAL',
    message: `a bug in this package: ${error.message}`,
    remedy: 'Please report it.',
  }
}

module.exports = { Submitter }
