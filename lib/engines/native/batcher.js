// @ts-check
'use strict'

const { StateCall, callNameOf } = require('../call.js')
const { ListingBatch } = require('./batch.js')
const { callFailure } = require('../../errors.js')
const { Limits } = require('./limits.js')
const { Tick } = require('./tick.js')
const { Submitter } = require('./submitter.js')
const { nextTick } = require('../../time.js')

/**
 * @typedef {import('../../../native.js').NativeStore} NativeStore
 * @typedef {import('../../../native.js').NativeFailure} Failure
 * @typedef {import('./batch.js').SeparateValue} SeparateValue
 * @typedef {import('../../../index.js').WaitReplicas} WaitReplicas
 * @typedef {import('../call.js').Operation} Operation
 *
 * @typedef {object} Listing
 * @property {Operation} operation
 * @property {string} [traceId]
 * @property {string} [text] other arguments, which are counted against `maxPendingBytes`
 * @property {(batch: number) => void} start makes the native call
 * @property {(values: any[]) => unknown} finish makes the result of the values that native code returned
 */

const AWAIT_CALLS = 'Await earlier calls before you make more, or raise the limit.'

/** Accepts calls, within the limits, and collects those of a tick into batches. */
class Batcher {
  #native
  #rules
  #limits
  #meter
  #submitter
  /** @type {Tick | undefined} */
  #tick = undefined
  #closed = false
  /** @type {(() => void)[]} */
  #onDrained = []

  /**
   * @param {NativeStore} native
   * @param {import('../../observability/meter.js').Meter} meter
   * @param {import('./failures.js').UserFunctions} userFunctions
   * @param {string} [server] of the failures that do not name theirs
   */
  constructor(native, meter, userFunctions, server) {
    this.#native = native
    this.#meter = meter
    this.#rules = native.rules
    this.#limits = new Limits(this.#rules)
    const limits = this.#limits
    this.#submitter = new Submitter(native, {
      limits,
      meter,
      userFunctions,
      server,
      onSettled: () => this.#onSettled(),
    })
  }

  stats() {
    const { bytesSent, bytesReceived, reconnects, waiting } = this.#native.stats()
    const collected = this.#tick?.batch
    return {
      inFlight: this.#limits.calls,
      waiting: waiting + this.#submitter.waiting + (collected?.size ?? 0),
      pendingBytes: this.#limits.bytes + (collected?.exactBytes ?? 0),
      bytesSent,
      bytesReceived,
      reconnects,
    }
  }

  /**
   * Adds a call on one entry to the batch of this tick.
   *
   * @param {StateCall} call
   * @param {string} text of its record
   * @param {number} [scriptBytes] of the script that is sent with it
   * @param {Uint8Array[]} [parts] arguments that are bytes
   * @returns {Promise<any>}
   */
  add(call, text, scriptBytes = 0, parts = undefined) {
    return new Promise((resolve, reject) => {
      call.resolve = resolve
      call.reject = reject
      const more = scriptBytes + (parts === undefined ? 0 : sizeOf(parts))
      const kept = parts === undefined || this.#hasRoom(text.length, more) ? parts : copiesOf(parts)
      if (this.#admit(call, text, more)) this.#collect(call, text, scriptBytes, kept)
    })
  }

  /**
   * Submits a call on a trace or on all entries.
   *
   * @param {Listing} listing
   * @returns {Promise<any>}
   */
  list({ operation, traceId, text = '', start, finish }) {
    const call = new StateCall(operation, /** @type {string} */ (traceId), /** @type {any} */ (undefined))
    const counted = (traceId ?? '') + text
    return new Promise((resolve, reject) => {
      call.resolve = resolve
      call.reject = reject
      if (!this.#admit(call, counted)) return
      const batch = new ListingBatch(call, { text: counted, start, finish }, this.#meter)
      // Earlier calls are sent first.
      this.#flush()
      this.#submitter.submit(batch)
    })
  }

  /**
   * The callback of native code, see `Submitter.settle`.
   *
   * @param {number} number
   * @param {boolean} last
   * @param {string} values
   * @param {Failure[] | null} [failures]
   * @param {SeparateValue[] | null} [separate]
   * @param {Uint8Array | null} [bytes]
   */
  settle(number, last, values, failures, separate, bytes) {
    this.#submitter.settle(number, last, values, failures, separate, bytes)
  }

  /** Accepts no more calls; resolves once the pending ones have settled. */
  async close() {
    this.#closed = true
    if (this.#limits.calls > 0) await new Promise((resolve) => this.#onDrained.push(() => resolve(undefined)))
  }

  /**
   * Counts a call, or rejects it if it cannot be accepted.
   *
   * @param {StateCall} call
   * @param {string} text that is counted for it
   * @param {number} [more] bytes that are sent with it
   * @returns whether it is accepted
   */
  #admit(call, text, more = 0) {
    const refusal = this.#refusal(text, more)
    if (refusal === undefined) {
      this.#meter.calls += 1
      this.#limits.calls += 1
      return true
    }
    const { code, what, remedy } = refusal
    this.#meter.rejected(code)
    const applied = call.operation.writes ? /** @type {const} */ ('no') : undefined
    call.reject(callFailure(callNameOf(call), code, what, { applied, remedy }))
    return false
  }

  /**
   * Why a call cannot be accepted.
   *
   * @param {string} text
   * @param {number} more
   * @returns {{ code: 'ERR_CLOSED' | 'ERR_BACKPRESSURE', what: string, remedy?: string } | undefined}
   */
  #refusal(text, more) {
    if (this.#closed) return { code: 'ERR_CLOSED', what: 'the adapter was closed with cleanup()' }
    if (this.#hasRoom(text.length, more)) return
    // Submitting replaces the upper bound of the collected bytes by their exact number.
    this.#flush()
    const uncharged = this.#tick?.batch.exactBytes ?? 0
    const what = this.#limits.exceededLimit(text, more, uncharged)
    return what === undefined ? undefined : { code: 'ERR_BACKPRESSURE', what, remedy: AWAIT_CALLS }
  }

  /**
   * @param {number} units length of the text of one more call
   * @param {number} more bytes of that call
   */
  #hasRoom(units, more) {
    const collected = this.#tick?.batch
    return this.#limits.hasRoom((collected?.text.length ?? 0) + units, (collected?.moreBytes ?? 0) + more)
  }

  /**
   * @param {StateCall} call
   * @param {string} text of its record
   * @param {number} scriptBytes
   * @param {Uint8Array[] | undefined} parts
   */
  #collect(call, text, scriptBytes, parts) {
    const waitReplicas = call.options?.waitReplicas
    this.#tick ??= this.#startTick()
    const tick = this.#tick
    const { batch } = tick
    const isFull = !batch.accepts(text, waitReplicas)
    if (isFull) tick.startNextBatch()
    tick.batch.add(call, text, waitReplicas, scriptBytes)
    if (call.operation.name === 'command') tick.batch.addCommand(parts)
    // Not before the call is added: subscribers that run now can make calls, which come after it.
    if (isFull) this.#submitter.submit(batch)
  }

  #startTick() {
    // Runs after the microtasks of this tick, so that calls made in promise reactions join the batch.
    nextTick(() => this.#flush())
    return new Tick(this.#meter)
  }

  #flush() {
    if (this.#tick === undefined) return
    const { batch } = this.#tick
    this.#tick = undefined
    this.#submitter.submit(batch)
  }

  #onSettled() {
    if (this.#limits.calls > 0) return
    for (const onDrained of this.#onDrained.splice(0)) onDrained()
  }
}

/**
 * To make room, the batch before is submitted, and subscribers of batches run. They can transfer or resize the memory of arguments whose
 * lengths the record of the call has already.
 *
 * @param {Uint8Array[]} parts
 */
function copiesOf(parts) {
  return parts.map((part) => new Uint8Array(part))
}

/** @param {Uint8Array[]} parts */
function sizeOf(parts) {
  return parts.reduce((sum, { length }) => sum + length, 0)
}

module.exports = { Batcher }
