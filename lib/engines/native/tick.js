// @ts-check
'use strict'

const { clearTimeout, now, setTimeout } = require('../../time.js')
const { MAX_BATCH_LENGTH, PointBatch } = require('./point-batch.js')

/** @typedef {import('../../observability/meter.js').Meter} Meter */

/**
 * Characters of the first batch of a tick, and the factor by which the next ones are longer. A short first batch lets the server
 * start while the others are encoded.
 */
const FIRST_BATCH_LENGTH = 3 * 1024
const BATCH_GROWTH = 8

/** How long replies are held back for other batches of the tick, if some may take longer. */
const MAX_SETTLE_DELAY_MS = 10

/**
 * The calls of a tick on single entries. Many calls are sent as several batches, and settled together: otherwise the calls that
 * the program makes in reaction would arrive in as many small batches, each at the cost of a round trip.
 */
class Tick {
  /** @type {PointBatch[]} */
  #batches = []
  #unreplied = 0
  #settlesAtOnce = false
  /** Whether replies are held back for a limited time only. */
  hasSettleDelayLimit = false
  /** @type {NodeJS.Timeout | undefined} */
  #timer = undefined
  #maxLength = FIRST_BATCH_LENGTH / BATCH_GROWTH
  #since = now()
  #meter

  /** @param {Meter} meter */
  constructor(meter) {
    this.#meter = meter
    /** The batch that calls are added to. */
    this.batch = this.#nextBatch()
  }

  startNextBatch() {
    this.batch = this.#nextBatch()
  }

  /** Adds a batch for calls to another server. */
  addShare() {
    return this.#addBatch(0)
  }

  /** A batch has its results, and can settle. */
  onReplied() {
    this.#unreplied -= 1
    if (this.#unreplied === 0 || this.#settlesAtOnce) this.#settle()
    else if (this.hasSettleDelayLimit) this.#timer ??= setTimeout(() => this.#stopWaiting(), MAX_SETTLE_DELAY_MS)
  }

  #nextBatch() {
    this.#maxLength *= BATCH_GROWTH
    return this.#addBatch(Math.min(this.#maxLength, MAX_BATCH_LENGTH))
  }

  /** @param {number} maxLength */
  #addBatch(maxLength) {
    const batch = new PointBatch(this, maxLength, this.#meter, this.#since)
    this.#unreplied += 1
    this.#batches.push(batch)
    return batch
  }

  /** From now on no batch waits for others. */
  #stopWaiting() {
    this.#settlesAtOnce = true
    this.#settle()
  }

  #settle() {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    for (const batch of this.#batches) batch.settleCalls()
  }
}

module.exports = { Tick }
