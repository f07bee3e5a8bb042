// @ts-check
'use strict'

const { Batch } = require('./batch.js')
const { Strings, replyOf, separateReplyOf } = require('./command-codec.js')
const { JoinedBytes } = require('./joined-bytes.js')
const { elementsOf } = require('./elements.js')
const { whyCorrupt } = require('./corrupt-text.js')
const { errorFactory } = require('./failures.js')

/** Characters of a batch. V8 joins at most 2^29 - 24, and UTF-8 needs up to three bytes for each. */
const MAX_BATCH_LENGTH = 64 * 1024 * 1024

/**
 * @typedef {import('../../../index.js').WaitReplicas} WaitReplicas
 * @typedef {import('./batch.js').Call} Call
 * @typedef {import('./batch.js').Results} Results
 * @typedef {import('../../observability/meter.js').Meter} Meter
 * @typedef {import('../../../native.js').NativeFailure} Failure
 */

/**
 * @param {WaitReplicas | undefined} one
 * @param {WaitReplicas | undefined} other
 */
function isSameWait(one, other) {
  return one === other || (one?.count === other?.count && one?.timeout === other?.timeout)
}

/** Takes the place of a value whose stored text is not JSON. */
class Unparsable {
  /** @param {string} text */
  constructor(text) {
    this.why = whyCorrupt(text)
  }
}

/** Calls on single entries, in order. */
class PointBatch extends Batch {
  /** The replicas that its writes wait for. @type {WaitReplicas | undefined} */
  waitReplicas = undefined
  /** @type {Set<number> | undefined} */
  #scripts = undefined
  #hasUnparsable = false
  /** Whether commands of the user are among the calls. */
  #hasCommands = false
  /** @type {JoinedBytes | undefined} */
  #bytes = undefined
  /** @type {Strings | undefined} */
  #strings = undefined
  #tick
  #maxLength
  /** Settles the calls; set when the results are known. @type {(() => void) | undefined} */
  #settlement = undefined

  /**
   * @param {import('./tick.js').Tick} tick
   * @param {number} maxLength characters after which no more calls are added
   * @param {Meter} meter
   * @param {number} since
   */
  constructor(tick, maxLength, meter, since) {
    super(meter, since)
    this.#tick = tick
    this.#maxLength = maxLength
  }

  /**
   * Whether the next call can be added.
   *
   * @param {string} text of its record
   * @param {WaitReplicas | undefined} waitReplicas
   */
  accepts(text, waitReplicas) {
    const length = this.text.length + this.argumentBytes
    if (length === 0) return true
    return (
      length < this.#maxLength &&
      length + text.length <= MAX_BATCH_LENGTH &&
      isSameWait(this.waitReplicas, waitReplicas)
    )
  }

  /** Limits for how long other batches of the tick wait for this one. */
  limitSettleDelay() {
    this.#tick.hasSettleDelayLimit = true
  }

  /**
   * If a stored text is not JSON, only its own call fails: then the elements of the chunk are parsed one by one.
   *
   * @override
   * @param {string} chunk
   */
  addChunk(chunk) {
    try {
      super.addChunk(chunk)
    } catch {
      this.addValues(elementsOf(chunk).map((text) => this.#parse(text)))
    }
  }

  /**
   * @param {Call} call
   * @param {string} text of its record
   * @param {WaitReplicas | undefined} waitReplicas
   * @param {number} scriptBytes of the script that is sent with it
   */
  add(call, text, waitReplicas, scriptBytes) {
    this.calls.push(call)
    this.text += text
    if (waitReplicas !== undefined) this.#waitFor(waitReplicas)
    if (scriptBytes > 0) this.#addScript(scriptBytes)
  }

  /** The call that was added is a command of the user. @param {Uint8Array[] | undefined} parts arguments that are bytes */
  addCommand(parts) {
    this.#hasCommands = true
    if (parts === undefined) return
    this.#bytes ??= new JoinedBytes()
    for (const part of parts) this.#bytes.add(part)
    this.argumentBytes = this.#bytes.length
  }

  /** Arguments that are bytes, joined. */
  get bytesOfArguments() {
    return this.#bytes?.joined
  }

  /** @param {WaitReplicas} waitReplicas */
  #waitFor(waitReplicas) {
    this.waitReplicas = waitReplicas
    this.limitSettleDelay()
  }

  /**
   * A batch sends each script once. The size identifies the script, as no two are of the same size.
   *
   * @param {number} bytes
   */
  #addScript(bytes) {
    this.#scripts ??= new Set()
    if (this.#scripts.has(bytes)) return
    this.#scripts.add(bytes)
    this.scriptBytes += bytes
  }

  /**
   * Splits the calls into shares, one for each server. The batch keeps those of the first.
   *
   * @param {string} shareOf for each call the number of its share, as a character
   * @returns the other shares
   */
  split(shareOf) {
    const { calls, bytes } = this
    /** @type {PointBatch[]} */
    const shares = [this]
    this.calls = []
    for (const [index, call] of calls.entries()) {
      const number = shareOf.charCodeAt(index)
      shares[number] ??= this.#tick.addShare()
      shares[number].#hasCommands = this.#hasCommands
      shares[number].calls.push(call)
    }
    for (const share of shares) share.bytes = Math.floor((bytes * share.size) / calls.length)
    const [, ...others] = shares
    this.bytes = others.reduce((remaining, share) => remaining - share.bytes, bytes)
    return others
  }

  /**
   * @override
   * @param {Results} results
   */
  settle(results) {
    this.#settlement = () => this.#settle(results)
    this.#tick.onReplied()
  }

  /** @override */
  fail() {
    this.#settlement = () => super.fail()
    this.#tick.onReplied()
  }

  /** Settles the calls, if the results are known and that was not done yet. */
  settleCalls() {
    const settle = this.#settlement
    if (settle === undefined) return
    this.#settlement = undefined
    try {
      settle()
    } catch {
      // Every call settles, whatever fails.
      super.fail()
    }
    this.text = ''
    this.#bytes = undefined
    this.clear()
  }

  /** @param {Results} results */
  #settle({ failures, separate, bytes, ...context }) {
    if (this.#hasCommands) this.#strings = new Strings(/** @type {Buffer | undefined} */ (bytes))
    for (const failure of failures) this.#reject(failure, context)
    for (const value of separate) this.#resolveSeparate(this.calls[value.index], value)
    const { calls, values } = this
    let [nextValue, nextFailure, nextSeparate] = [0, 0, 0]
    for (let index = 0; index < calls.length; index += 1) {
      const call = calls[index]
      if (failures[nextFailure]?.index === index) index += failures[nextFailure++].count - 1
      else if (!call.operation.reads) call.resolve(call.value)
      else if (separate[nextSeparate]?.index === index) nextSeparate += 1
      else this.#resolve(call, values[nextValue++])
    }
  }

  /**
   * @param {Call} call
   * @param {any} value
   */
  #resolve(call, value) {
    if (this.#hasUnparsable && value instanceof Unparsable) this.rejectCorrupt(call, value.why)
    else if (this.#strings !== undefined && call.operation.name === 'command')
      call.resolve(replyOf(value, call.input, this.#strings))
    else call.resolve(value)
  }

  /** @param {Call} call @param {import('../../../native.js').NativeSeparateValue} value */
  #resolveSeparate(call, value) {
    const { text, ttl } = value
    if (this.#hasCommands && call.operation.name === 'command') return call.resolve(separateReplyOf(value, call.input))
    if (ttl !== undefined && ttl !== null) call.input = ttl
    this.#resolve(call, this.#parse(text))
  }

  /** @param {string} text */
  #parse(text) {
    try {
      return JSON.parse(text)
    } catch {
      this.#hasUnparsable = true
      return new Unparsable(text)
    }
  }

  /**
   * @param {Failure} failure
   * @param {Pick<Results, 'userFunctions' | 'server'>} context
   */
  #reject(failure, { userFunctions, server }) {
    const errorFor = errorFactory(failure, userFunctions, server)
    for (const call of this.calls.slice(failure.index, failure.index + failure.count)) call.reject(errorFor(call))
  }
}

module.exports = { MAX_BATCH_LENGTH, PointBatch }
