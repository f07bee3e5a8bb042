// @ts-check
'use strict'

const { itemsOf } = require('../items.js')
const { clearInterval, setInterval } = require('../../time.js')

/** Milliseconds between two reports of progress. */
const INTERVAL = 100

/**
 * @typedef {import('../../../native.js').NativeStore} NativeStore
 * @typedef {import('../engine.js').Cancellation} Cancellation
 * @typedef {import('../engine.js').ReindexProgress} ReindexProgress
 * @typedef {import('./batcher.js').Listing} Listing
 *
 * @typedef {Pick<Listing, 'traceId' | 'text' | 'start' | 'finish'>} IndexCall
 * @typedef {(call: IndexCall) => Promise<any>} List makes the call
 */

/**
 * @param {NativeStore} native
 * @param {import('../engine.js').PageScope} scope
 * @returns {IndexCall}
 */
function pageCall(native, { traceId, keyPrefix, limit, after }) {
  const start = (/** @type {number} */ batch) => native.listPage(batch, traceId, keyPrefix, limit, after)
  return { traceId, text: keyPrefix, start, finish: indexPageOf }
}

/** @param {any[]} values flat items, followed by the position of the next page, or null */
function pageOf(values) {
  const position = values.pop()
  return { items: itemsOf(values), position }
}

/** @param {any[]} values as in `pageOf`; or `false` if the index cannot be used */
function indexPageOf(values) {
  return values[0] === false ? undefined : pageOf(values)
}

/** @param {NativeStore} native @returns {IndexCall} */
function checkCall(native) {
  const finish = (/** @type {number[]} */ [entries, members, missing, dead]) => ({ entries, members, missing, dead })
  return { start: (batch) => native.checkIndex(batch), finish }
}

/**
 * Rebuilds indexes, and reports the progress until they are complete. An error of `onProgress` stops it.
 *
 * @param {NativeStore} native
 * @param {{ traceId?: string, onProgress?: (progress: ReindexProgress) => unknown }} wanted
 * @param {List} list
 */
async function rebuild(native, { traceId, onProgress }, list) {
  const reports = new Reports(native, onProgress)
  const start = (/** @type {number} */ batch) => {
    native.reindex(batch, traceId)
    reports.start(batch)
  }
  try {
    const total = await list({ traceId, start, finish: progressOf })
    reports.report(total)
    return total
  } finally {
    reports.end()
  }
}

/** Calls `onProgress` while a rebuild runs. */
class Reports {
  #native
  #onProgress
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer = undefined
  /** @type {{ error: unknown } | undefined} */
  #failure = undefined

  /** @param {NativeStore} native @param {((progress: ReindexProgress) => unknown) | undefined} onProgress */
  constructor(native, onProgress) {
    this.#native = native
    this.#onProgress = onProgress
  }

  /** @param {number} batch */
  start(batch) {
    if (this.#onProgress === undefined) return
    this.#timer = setInterval(() => this.#poll(batch), INTERVAL)
  }

  /** @param {ReindexProgress} progress */
  report(progress) {
    this.#onProgress?.({ ...progress })
  }

  /** Throws the error of `onProgress`, if it failed. */
  end() {
    clearInterval(this.#timer)
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** @param {number} batch */
  #poll(batch) {
    const counts = this.#native.reindexProgress(batch)
    if (counts === null) return
    try {
      this.report(progressOf(counts))
    } catch (error) {
      clearInterval(this.#timer)
      this.#failure = { error }
      this.#native.cancel(batch)
    }
  }
}

/** @param {number[]} counts */
function progressOf([scanned, indexed]) {
  return { scanned, indexed }
}

module.exports = { checkCall, pageCall, pageOf, rebuild }
