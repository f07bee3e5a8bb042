// @ts-check
'use strict'

const { Batch } = require('./calls.js')
const { elementsOf } = require('./elements.js')
const { failureOf } = require('./errors.js')
const { isSameWait } = require('./call-options.js')

/** Characters of a batch: V8 joins no more than 2^29 - 24, and three bytes may come of each. */
const LONGEST_TEXT = 64 * 1024 * 1024

/** So long, in milliseconds, calls wait for those of the same tick that go to other servers, or wait for replicas. */
const PATIENCE = 10

// Taken now, as in batch.js.
const { setTimeout, clearTimeout } = globalThis

/** The server starts on the first part while the rest is made; from then on it has enough to do. */
const FIRST_PART = 3 * 1024
const GROWTH = 8

/**
 * @typedef {import('../index.js').WaitReplicas} WaitReplicas
 * @typedef {import('./calls.js').Call} Call
 * @typedef {import('./calls.js').Results} Results
 * @typedef {import('./meter.js').Meter} Meter
 * @typedef {import('../native.js').Failure} Failure
 */

/**
 * The calls of a tick on single entries. Many of them leave in parts, and are settled together: or what the program does
 * next would come in as many pieces, each with the whole cost of a round trip.
 */
class Tick {
  /** @type {PointBatch[]} */
  #parts = []
  #unsettled = 0
  #isHurried = false
  /** Some of its parts may take much longer than others. */
  isUneven = false
  /** @type {NodeJS.Timeout | undefined} */
  #timer = undefined
  #longestPart = FIRST_PART / GROWTH
  #began = performance.now()
  #meter

  /** @param {Meter} meter */
  constructor(meter) {
    this.#meter = meter
    this.beginPart()
  }

  /** The part that calls are gathered in. */
  get part() {
    return this.#parts[this.#parts.length - 1]
  }

  beginPart() {
    this.#longestPart *= GROWTH
    this.#add(Math.min(this.#longestPart, LONGEST_TEXT))
  }

  /** A part for calls that go to another server. */
  addShare() {
    return this.#add(0)
  }

  /** A part has what it is settled with. */
  partIsReady() {
    this.#unsettled -= 1
    if (this.#unsettled === 0 || this.#isHurried) this.#settle()
    else if (this.isUneven) this.#timer ??= setTimeout(() => this.#hurry(), PATIENCE)
  }

  /** @param {number} longest */
  #add(longest) {
    const part = new PointBatch(this, longest, this.#meter, this.#began)
    this.#unsettled += 1
    this.#parts.push(part)
    return part
  }

  /** From now on no part waits for others. */
  #hurry() {
    this.#isHurried = true
    this.#settle()
  }

  #settle() {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    for (const part of this.#parts) part.finish()
  }
}

/** In place of a value: why the stored text is not JSON. */
class Unparsable {
  /** @param {unknown} cause */
  constructor(cause) {
    this.cause = cause
  }
}

/** Calls on single entries, in order. */
class PointBatch extends Batch {
  text = ''
  /** Bytes of the scripts that its calls are sent with. */
  scripts = 0
  /** The replicas that are to have its writes. @type {WaitReplicas | undefined} */
  wait = undefined
  /** @type {Set<number> | undefined} */
  #scripts = undefined
  #hasUnparsable = false
  #tick
  #longest
  /** What remains to be done to settle the calls, once that is known. @type {(() => void) | undefined} */
  #settlement = undefined

  /**
   * @param {Tick} tick
   * @param {number} longest the text needs not to become longer
   * @param {Meter} meter
   * @param {number} since
   */
  constructor(tick, longest, meter, since) {
    super(meter, since)
    this.#tick = tick
    this.#longest = longest
  }

  /**
   * Whether the next call may travel along.
   *
   * @param {string} text of its record
   * @param {WaitReplicas | undefined} wait
   */
  takes(text, wait) {
    const { length } = this.text
    if (length === 0) return true
    return length < this.#longest && length + text.length <= LONGEST_TEXT && isSameWait(this.wait, wait)
  }

  /** @param {WaitReplicas} wait */
  waitFor(wait) {
    this.wait = wait
    this.settleApart()
  }

  /** Calls of the same tick are not to wait for these for long. */
  settleApart() {
    this.#tick.isUneven = true
  }

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
      this.hold(elementsOf(slice).map((text) => this.#parse(text)))
    }
  }

  /**
   * @param {Call} call
   * @param {string} text of its record
   * @param {number} script bytes that go along with it
   */
  add(call, text, script) {
    this.calls.push(call)
    this.text += text
    if (script > 0) this.#addScript(script)
  }

  /**
   * Each script is sent once with a batch; none is as long as another.
   *
   * @param {number} script
   */
  #addScript(script) {
    this.#scripts ??= new Set()
    if (this.#scripts.has(script)) return
    this.#scripts.add(script)
    this.scripts += script
  }

  /**
   * Keeps the calls of the first share.
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
      shares[number].calls.push(call)
    }
    for (const share of shares) share.bytes = Math.floor((bytes * share.size) / calls.length)
    const [, ...others] = shares
    this.bytes = others.reduce((rest, share) => rest - share.bytes, bytes)
    return others
  }

  /**
   * @override
   * @param {Results} results
   */
  settle(results) {
    this.#settlement = () => this.#settle(results)
    this.#tick.partIsReady()
  }

  /**
   * @override
   * @param {unknown} cause
   */
  fail(cause) {
    this.#settlement = () => super.fail(cause)
    this.#tick.partIsReady()
  }

  /** Settles the calls, if it is known how and was not done yet. */
  finish() {
    const settle = this.#settlement
    if (settle === undefined) return
    this.#settlement = undefined
    try {
      settle()
    } catch (cause) {
      // No call is left waiting, whatever goes wrong.
      super.fail(cause)
    }
    this.text = ''
    this.forget()
  }

  /** @param {Results} results */
  #settle({ failures, apart, origins }) {
    for (const failure of failures) this.#reject(failure, origins)
    for (const { index, text } of apart) this.#resolve(this.calls[index], this.#parse(text))
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
    if (this.#hasUnparsable && value instanceof Unparsable) this.rejectCorrupt(call, value.cause)
    else call.resolve(value)
  }

  /** @param {string} text */
  #parse(text) {
    try {
      return JSON.parse(text)
    } catch (cause) {
      this.#hasUnparsable = true
      return new Unparsable(cause)
    }
  }

  /**
   * @param {Failure} failure
   * @param {Results['origins']} origins
   */
  #reject(failure, origins) {
    const errorOf = failureOf(failure, origins)
    for (const call of this.calls.slice(failure.index, failure.index + failure.count)) call.reject(errorOf(call))
  }
}

module.exports = { PointBatch, Tick }
