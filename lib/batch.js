// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { ListingBatch } = require('./calls.js')
const { RedisStateError } = require('./errors.js')
const { Limits } = require('./limits.js')
const { Meter } = require('./meter.js')
const { OPERATIONS } = require('./operations.js')
const { Tick } = require('./points.js')
const tracing = require('./tracing.js')

// Taken now: tests that fake time replace it, and a call must not wait for a time that does not pass.
const { nextTick } = process

/**
 * @typedef {import('../native.js').NativeStore} NativeStore
 * @typedef {import('../native.js').Failure} Failure
 * @typedef {import('../native.js').ValueApart} ValueApart
 * @typedef {import('../index.js').WaitReplicas} WaitReplicas
 * @typedef {import('./calls.js').Batch} Batch
 * @typedef {import('./calls.js').Call} Call
 * @typedef {import('./points.js').PointBatch} PointBatch
 *
 * @typedef {object} Listing
 * @property {string} [traceId]
 * @property {string} [more] what crosses besides
 * @property {boolean} [writes]
 * @property {(batch: number) => void} start makes the native call
 * @property {(values: any[]) => unknown} [finish] makes the result of the values that the native side collected
 */

/** Gathers the calls of a tick into one native call, and settles their promises when the replies come. */
class Batches {
  #native
  #rules
  #limits
  #origins
  #meter = new Meter()
  /** @type {Map<number, Batch>} */
  #inFlight = new Map()
  #lastBatch = 0
  /** @type {Tick | undefined} */
  #tick = undefined
  #closed = false
  /** @type {(() => void)[]} */
  #onDrained = []

  /**
   * @param {NativeStore} native
   * @param {import('./errors.js').Origins} origins
   */
  constructor(native, origins) {
    this.#native = native
    this.#rules = native.rules
    this.#limits = new Limits(this.#rules)
    this.#origins = origins
  }

  get stats() {
    const { bytesSent, bytesReceived, reconnects, waiting } = this.#native.stats()
    const gathered = this.#tick?.part
    return {
      calls: this.#meter.calls,
      errors: this.#meter.errors,
      inFlight: this.#limits.calls,
      waiting: waiting + (gathered?.size ?? 0),
      pendingBytes: this.#limits.bytes + Buffer.byteLength(gathered?.text ?? '') + (gathered?.scripts ?? 0),
      bytesSent,
      bytesReceived,
      reconnects,
      latency: this.#meter.latency,
    }
  }

  /** What is kept to before a call crosses. */
  get rules() {
    return this.#rules
  }

  /**
   * A call on one entry; it travels with the others of this tick.
   *
   * @param {import('./operations.js').Operation} operation
   * @param {string | undefined} traceId
   * @param {string | undefined} key
   * @param {string} text of its record
   * @param {unknown} value what a set resolves to
   * @param {WaitReplicas} [wait] the replicas that are to have it
   * @param {number} [script] bytes that go along with it
   * @returns {Promise<any>}
   */
  point(operation, traceId, key, text, value, wait, script = 0) {
    const { reads, writes } = OPERATIONS[operation]
    return new Promise((resolve, reject) => {
      const call = { traceId, key, reads, writes, value, resolve, reject }
      if (this.#admit(call, text, script)) this.#gather(text, wait).add(call, text, script)
    })
  }

  /**
   * A call on a group or on all entries.
   *
   * @param {Listing} listing
   * @returns {Promise<any>}
   */
  listing({ traceId, more = '', writes = false, start, finish = (values) => values }) {
    const text = (traceId ?? '') + more
    return new Promise((resolve, reject) => {
      const call = { traceId, key: undefined, reads: true, writes, value: undefined, resolve, reject }
      if (!this.#admit(call, text)) return
      this.#flush()
      const batch = new ListingBatch(call, finish, this.#meter)
      this.#start(batch, Buffer.byteLength(text), (number) => start(number))
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
    const { size } = batch
    try {
      if (values !== '') batch.take(values)
      // In a turn of its own, so that a large result does not hold up the rest of the program.
      if (!last) return void setImmediate(() => this.#native.next(number))
      batch.settle({ failures: failures ?? [], apart: apart ?? [], origins: this.#origins })
    } catch (cause) {
      // No call is left waiting, whatever goes wrong.
      batch.fail(cause)
      if (!last) this.#native.forget(number)
    }
    this.#inFlight.delete(number)
    this.#count(batch, size, failures ?? [])
    this.#release(size, batch.bytes)
  }

  /** A call is refused before anything crosses. @param {string} code */
  refused(code) {
    this.#meter.calls += 1
    this.#meter.failed(code, 1)
  }

  /** Takes no more calls; resolves when those in flight are settled. */
  async close() {
    this.#closed = true
    if (this.#limits.calls > 0) await new Promise((resolve) => this.#onDrained.push(() => resolve(undefined)))
  }

  /**
   * @param {Call} call
   * @param {string} text that is to cross
   * @param {number} [script] bytes that go along with it
   */
  #admit({ traceId, key, writes, reject }, text, script = 0) {
    const obstacle = this.#obstacle(text, script)
    if (obstacle === undefined) {
      this.#meter.calls += 1
      this.#limits.calls += 1
      return true
    }
    const { code, message } = obstacle
    this.refused(code)
    reject(new RedisStateError(code, message, { traceId, key, applied: writes ? 'no' : undefined }))
    return false
  }

  /**
   * Why a call cannot be taken.
   *
   * @param {string} text
   * @param {number} script
   * @returns {{ code: 'ERR_CLOSED' | 'ERR_BACKPRESSURE', message: string } | undefined}
   */
  #obstacle(text, script) {
    if (this.#closed) return { code: 'ERR_CLOSED', message: 'the adapter was closed' }
    const gathered = this.#tick?.part
    if (this.#limits.hasRoom((gathered?.text.length ?? 0) + text.length, (gathered?.scripts ?? 0) + script)) return
    // The bytes of what was gathered are counted as it crosses.
    this.#flush()
    const message = this.#limits.obstacle(text, script)
    return message === undefined ? undefined : { code: 'ERR_BACKPRESSURE', message }
  }

  /**
   * Where a call of this tick belongs.
   *
   * @param {string} text of its record
   * @param {WaitReplicas | undefined} wait
   */
  #gather(text, wait) {
    this.#tick ??= this.#beginTick()
    if (!this.#tick.part.takes(text, wait)) this.#beginPart(this.#tick)
    const { part } = this.#tick
    if (wait !== undefined) part.waitFor(wait)
    return part
  }

  /** @param {Tick} tick */
  #beginPart(tick) {
    // Who hears of the batch may make calls meanwhile: they must not find it here, nor be found in it.
    this.#tick = undefined
    this.#send(tick.part)
    this.#flush()
    tick.beginPart()
    this.#tick = tick
  }

  #beginTick() {
    // Runs when the microtasks of this tick are done, so that calls made in promise reactions travel along.
    nextTick(() => this.#flush())
    return new Tick(this.#meter)
  }

  #flush() {
    if (this.#tick === undefined) return
    const { part } = this.#tick
    this.#tick = undefined
    this.#send(part)
  }

  /** @param {PointBatch} batch */
  #send(batch) {
    this.#start(batch, 0, (number) => {
      if (this.#rules.shares) return this.#shareOut(batch, number)
      batch.bytes = batch.scripts + this.#native.submit(number, batch.size, batch.text, batch.wait)
      this.#limits.bytes += batch.bytes
    })
  }

  /**
   * The calls for each server become a batch of their own.
   *
   * @param {PointBatch} batch
   * @param {number} number
   */
  #shareOut(batch, number) {
    const { bytes, shareOf } = this.#native.submitInShares(number, batch.size, batch.text, batch.wait)
    batch.bytes = batch.scripts + bytes
    this.#limits.bytes += batch.bytes
    batch.settleApart()
    if (shareOf === '') return
    const shares = batch.split(shareOf)
    // All have their numbers before anybody hears of one, and makes calls of his own.
    for (const share of shares) this.#inFlight.set(this.#nextNumber(), share)
    if (batch.trace) batch.trace.calls = batch.size
    for (const share of shares) {
      const trace = this.#observe(share)
      if (trace) tracing.batches.end.publish(trace)
    }
  }

  /**
   * @param {Batch} batch
   * @param {number} bytes
   * @param {(number: number) => void} cross makes the native call
   */
  #start(batch, bytes, cross) {
    batch.bytes = bytes
    this.#limits.bytes += bytes
    // Who hears of it may make calls of his own, which take numbers.
    const trace = this.#observe(batch)
    const number = this.#nextNumber()
    this.#inFlight.set(number, batch)
    try {
      cross(number)
    } catch (error) {
      this.settle(number, true, '', [faultOf(error, batch.size)])
    }
    if (trace) tracing.batches.end.publish(trace)
  }

  #nextNumber() {
    this.#lastBatch = (this.#lastBatch + 1) >>> 0
    return this.#lastBatch
  }

  /** Tells of a batch those who listen. @param {Batch} batch */
  #observe(batch) {
    if (!tracing.isObserved(tracing.batches)) return undefined
    batch.trace = { calls: batch.size, failed: 0, ...this.#rules.server }
    tracing.batches.start.publish(batch.trace)
    return batch.trace
  }

  /**
   * @param {Batch} batch that is settled
   * @param {number} size of it
   * @param {Failure[]} failures
   */
  #count({ since, trace }, size, failures) {
    this.#meter.settled(size, since)
    for (const { code, count } of failures) this.#meter.failed(code, count)
    if (trace === undefined) return
    const failed = failures.reduce((sum, { count }) => sum + count, 0)
    tracing.finish(tracing.batches, Object.assign(trace, { failed }))
  }

  /**
   * @param {number} calls
   * @param {number} bytes
   */
  #release(calls, bytes) {
    this.#limits.bytes -= bytes
    this.#limits.calls -= calls
    if (calls > 0 && this.#limits.calls === 0) {
      for (const onDrained of this.#onDrained.splice(0)) onDrained()
    }
  }
}

/**
 * The native side panicked: its fault, and that of no call.
 *
 * @param {any} error
 * @param {number} count
 * @returns {Failure}
 */
function faultOf(error, count) {
  return {
    index: 0,
    count,
    code: 'ERR_INTERNAL',
    message: `a fault of this package, please report it: ${error.message}`,
  }
}

module.exports = { Batches }
