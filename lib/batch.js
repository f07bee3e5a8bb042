// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { ListingBatch, PointBatch } = require('./calls.js')
const { RedisStateError } = require('./errors.js')

// Taken now: tests that fake time replace it, and a call must not wait for a time that does not pass.
const { nextTick } = process

/** Characters of a batch: V8 joins no more than 2^29 - 24, and three bytes may come of each. */
const LONGEST_TEXT = 64 * 1024 * 1024

/**
 * @typedef {import('../native.js').NativeStore} NativeStore
 * @typedef {import('../native.js').Failure} Failure
 * @typedef {import('../native.js').ValueApart} ValueApart
 * @typedef {import('./entry.js').CallRecord} CallRecord
 * @typedef {import('./calls.js').Call} Call
 *
 * @typedef {object} Listing
 * @property {string} [traceId]
 * @property {boolean} [writes]
 * @property {(batch: number) => void} start makes the native call
 * @property {(values: any[]) => unknown} [finish] makes the result of the values that the native side collected
 */

/** Gathers the calls of a tick into one native call, and settles their promises when the replies come. */
class Batches {
  #native
  #rules
  #reason
  /** @type {Map<number, PointBatch | ListingBatch>} */
  #inFlight = new Map()
  #lastBatch = 0
  /** @type {PointBatch | undefined} */
  #gathering = undefined
  #pendingCalls = 0
  #pendingBytes = 0
  #closed = false
  /** @type {(() => void)[]} */
  #onDrained = []

  /**
   * @param {NativeStore} native
   * @param {() => unknown} reason why the user's strategy gave up, where it did with an Error
   */
  constructor(native, reason) {
    this.#native = native
    this.#rules = native.rules
    this.#reason = reason
  }

  get strictTraceIds() {
    return this.#rules.strictTraceIds
  }

  /**
   * A call on one entry; it travels with the others of this tick.
   *
   * @param {'get' | 'set' | 'delete'} operation
   * @param {string} traceId
   * @param {string} key
   * @param {CallRecord} record
   * @param {unknown} value what a set resolves to
   * @returns {Promise<any>}
   */
  point(operation, traceId, key, record, value) {
    const { text, bytes } = record
    const [reads, writes] = [operation !== 'set', operation !== 'get']
    return new Promise((resolve, reject) => {
      const call = { traceId, key, reads, writes, bytes, value, resolve, reject }
      if (this.#admit(call)) this.#gather(text).add(call, text)
    })
  }

  /**
   * A call on a group or on all entries.
   *
   * @param {Listing} listing
   * @returns {Promise<any>}
   */
  listing({ traceId, writes = false, start, finish = (values) => values }) {
    const bytes = Buffer.byteLength(traceId ?? '')
    return new Promise((resolve, reject) => {
      const call = { traceId, reads: true, writes, bytes, resolve, reject }
      if (!this.#admit(call)) return
      this.#flush()
      start(this.#begin(new ListingBatch(call, finish)))
    })
  }

  /**
   * The native side's callback: a part of what a batch came to.
   *
   * @param {number} number of the batch
   * @param {boolean} last whether the batch is settled with it; earlier parts hold values only
   * @param {string} values JSON array of the values of the calls that read and did not fail, or empty
   * @param {Failure[] | null} [failures] runs of calls that failed alike, in the order of the calls
   * @param {ValueApart[] | null} [apart] values that are not among the others, in the order of the calls
   */
  settle(number, last, values, failures, apart) {
    const batch = this.#inFlight.get(number)
    if (batch === undefined) return
    try {
      if (values !== '') batch.take(JSON.parse(values))
      // In a turn of its own, so that a large result does not hold up the rest of the program.
      if (!last) return void setImmediate(() => this.#native.next(number))
      batch.settle({ failures: failures ?? [], apart: apart ?? [], reason: this.#reason() })
    } catch (cause) {
      // A single text is checked by parsing it. And no call is left waiting, whatever else goes wrong.
      batch.fail(cause)
    }
    this.#inFlight.delete(number)
    this.#release(batch.size, batch.bytes)
  }

  /** Takes no more calls; resolves when those in flight are settled. */
  async close() {
    this.#closed = true
    if (this.#pendingCalls > 0) await new Promise((resolve) => this.#onDrained.push(() => resolve(undefined)))
  }

  /** @param {Call} call */
  #admit(call) {
    const refusal = this.#refusal(call)
    if (refusal !== undefined) {
      call.reject(refusal)
      return false
    }
    this.#pendingCalls += 1
    this.#pendingBytes += call.bytes
    return true
  }

  /** @param {Call} call */
  #refusal({ traceId, key, writes, bytes }) {
    const { maxPendingCommands, maxPendingBytes } = this.#rules
    const details = { traceId, key, applied: writes ? /** @type {const} */ ('no') : undefined }
    if (this.#closed) return new RedisStateError('ERR_CLOSED', 'the adapter was closed', details)
    if (this.#pendingCalls >= maxPendingCommands) {
      return new RedisStateError('ERR_BACKPRESSURE', `maxPendingCommands (${maxPendingCommands}) is reached`, details)
    }
    if (bytes > maxPendingBytes) {
      const message = `the call alone holds ${bytes} bytes, more than maxPendingBytes (${maxPendingBytes})`
      return new RedisStateError('ERR_BACKPRESSURE', message, details)
    }
    if (this.#pendingBytes + bytes > maxPendingBytes) {
      return new RedisStateError('ERR_BACKPRESSURE', `maxPendingBytes (${maxPendingBytes}) is reached`, details)
    }
    return undefined
  }

  /**
   * The batch of this tick; another one, where the text would make it too long.
   *
   * @param {string} text of a record
   */
  #gather(text) {
    if (this.#gathering && this.#gathering.text.length + text.length > LONGEST_TEXT) this.#flush()
    if (this.#gathering === undefined) {
      this.#gathering = new PointBatch()
      // Runs when the microtasks of this tick are done, so that calls made in promise reactions travel along.
      nextTick(() => this.#flush())
    }
    return this.#gathering
  }

  #flush() {
    const batch = this.#gathering
    if (batch === undefined) return
    this.#gathering = undefined
    this.#native.submit(this.#begin(batch), batch.text)
  }

  /** @param {PointBatch | ListingBatch} batch */
  #begin(batch) {
    this.#lastBatch = (this.#lastBatch + 1) >>> 0
    this.#inFlight.set(this.#lastBatch, batch)
    return this.#lastBatch
  }

  /**
   * @param {number} calls
   * @param {number} bytes
   */
  #release(calls, bytes) {
    this.#pendingBytes -= bytes
    this.#pendingCalls -= calls
    if (calls > 0 && this.#pendingCalls === 0) {
      for (const onDrained of this.#onDrained.splice(0)) onDrained()
    }
  }
}

module.exports = { Batches }
