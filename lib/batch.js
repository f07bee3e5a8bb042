// @ts-check

const { RedisStateError, fromFailure } = require('./errors.js')

/**
 * @typedef {import('../native.js').NativeStore} NativeStore
 * @typedef {import('../native.js').Failure} Failure
 *
 * @typedef {object} Call a call of the user, until it is settled
 * @property {string} [traceId]
 * @property {string} [key]
 * @property {boolean} writes
 * @property {number} bytes what it counts for against maxPendingBytes
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 *
 * @typedef {Call & { reads: boolean, value?: unknown }} PointCall a get, set or delete; `value` is what a set resolves to
 * @typedef {Call & { finish: (values: any[]) => unknown }} ListingCall
 *
 * @typedef {object} Point
 * @property {'G' | 'S' | 'D'} letter what the native side does; see src/call.rs
 * @property {string} traceId
 * @property {string} key
 * @property {string} name
 * @property {string} [text] JSON text of the value to be written
 * @property {unknown} [value]
 */

/** Gathers the calls of a tick into one native call, and settles their promises when the replies come. */
class Batches {
  #native
  #limits
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
    this.#limits = native.limits
    this.#reason = reason
  }

  get strictTraceIds() {
    return this.#limits.strictTraceIds
  }

  /**
   * A call on one entry; it travels with the others of this tick.
   *
   * @param {Point} point
   * @returns {Promise<any>}
   */
  point({ letter, traceId, key, name, text, value }) {
    const record = text === undefined ? `${letter}${name}\0` : `${letter}${name}\x01${text}\0`
    const bytes = Buffer.byteLength(record)
    return new Promise((resolve, reject) => {
      const call = { traceId, key, reads: letter !== 'S', writes: letter !== 'G', value, bytes, resolve, reject }
      if (this.#admit(call)) this.#gather().add(call, record)
    })
  }

  /**
   * A call on a group or on all entries.
   *
   * @param {object} listing
   * @param {string} [listing.traceId]
   * @param {boolean} [listing.writes]
   * @param {(batch: number) => void} listing.start
   * @param {(values: any[]) => unknown} listing.finish
   * @returns {Promise<any>}
   */
  listing({ traceId, writes = false, start, finish }) {
    return new Promise((resolve, reject) => {
      const call = {
        traceId,
        writes,
        bytes: traceId === undefined ? 0 : Buffer.byteLength(traceId),
        finish,
        resolve,
        reject,
      }
      if (!this.#admit(call)) return
      this.#flush()
      start(this.#begin(new ListingBatch(call)))
    })
  }

  /**
   * The native side's callback: a part of what a batch came to.
   *
   * @param {number} number of the batch
   * @param {boolean} last whether the batch is settled with it; earlier parts hold values only
   * @param {string} values JSON array of the values of the calls that read and did not fail, or empty
   * @param {Failure[] | undefined | null} failures in the order of the calls
   */
  settle(number, last, values, failures) {
    const batch = this.#inFlight.get(number)
    if (batch === undefined) return
    if (values !== '') batch.take(JSON.parse(values))
    if (!last) return
    this.#inFlight.delete(number)
    this.#release(batch.size, batch.settle(failures ?? [], this.#reason()))
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
    if (this.#pendingCalls === 0) this.#native.keepAlive(true)
    this.#pendingCalls += 1
    this.#pendingBytes += call.bytes
    return true
  }

  /** @param {Call} call */
  #refusal({ traceId, key, writes, bytes }) {
    const { maxPendingCommands, maxPendingBytes } = this.#limits
    const details = { traceId, key, applied: writes ? /** @type {const} */ ('no') : undefined }
    if (this.#closed) return new RedisStateError('ERR_CLOSED', 'the adapter was closed', details)
    if (this.#pendingCalls >= maxPendingCommands) {
      return new RedisStateError('ERR_BACKPRESSURE', `maxPendingCommands (${maxPendingCommands}) is reached`, details)
    }
    if (this.#pendingBytes + bytes > maxPendingBytes) {
      return new RedisStateError('ERR_BACKPRESSURE', `maxPendingBytes (${maxPendingBytes}) is reached`, details)
    }
    return undefined
  }

  /** The batch of this tick. */
  #gather() {
    if (this.#gathering === undefined) {
      this.#gathering = new PointBatch()
      // Runs when the microtasks of this tick are done, so that calls made in promise reactions travel along.
      process.nextTick(() => this.#flush())
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
      this.#native.keepAlive(false)
      for (const onDrained of this.#onDrained.splice(0)) onDrained()
    }
  }
}

/** What the values of a batch come in: mostly one array. */
class Values {
  /** @type {any[] | undefined} */
  #slices = undefined
  /** @type {any[]} */
  #first = []

  /** @param {any[]} slice */
  take(slice) {
    if (this.#first.length === 0) this.#first = slice
    else if (this.#slices === undefined) this.#slices = [this.#first, slice]
    else this.#slices.push(slice)
  }

  get all() {
    return this.#slices === undefined ? this.#first : this.#slices.flat()
  }
}

/** The calls of a tick on single entries, in order. */
class PointBatch extends Values {
  text = ''
  /** @type {PointCall[]} */
  #calls = []

  get size() {
    return this.#calls.length
  }

  /**
   * @param {PointCall} call
   * @param {string} record
   */
  add(call, record) {
    this.#calls.push(call)
    this.text += record
  }

  /**
   * @param {Failure[]} failures
   * @param {unknown} reason
   * @returns the bytes that the calls held
   */
  settle(failures, reason) {
    const values = this.all
    let [bytes, nextValue, nextFailure] = [0, 0, 0]
    for (const [index, call] of this.#calls.entries()) {
      bytes += call.bytes
      if (failures[nextFailure]?.index === index) {
        call.reject(fromFailure(failures[nextFailure++], detailsOf(call), reason))
      } else call.resolve(call.reads ? values[nextValue++] : call.value)
    }
    return bytes
  }
}

/** A single listing. */
class ListingBatch extends Values {
  #call
  size = 1

  /** @param {ListingCall} call */
  constructor(call) {
    super()
    this.#call = call
  }

  /**
   * @param {Failure[]} failures
   * @param {unknown} reason
   * @returns the bytes that the call held
   */
  settle([failure], reason) {
    const { resolve, reject, finish, bytes } = this.#call
    if (failure) reject(fromFailure(failure, detailsOf(this.#call), reason))
    else resolve(finish(this.all))
    return bytes
  }
}

/**
 * What is known of a failed call: a write may have been applied, unless the failure says that it was not.
 *
 * @param {Call} call
 */
function detailsOf({ traceId, key, writes }) {
  return { traceId, key, applied: writes ? /** @type {const} */ ('unknown') : undefined }
}

module.exports = { Batches }
