// @ts-check
'use strict'

const { listen } = require('./abort.js')
const { ChangeQueue } = require('./change-queue.js')
const { RedisStateError, failureOf } = require('./errors.js')
const { warn } = require('./warning.js')
const { watchInput } = require('./watch-options.js')
const { WatchedEntries } = require('./watched-entries.js')

/** In milliseconds. */
const LONG = 2 ** 31 - 1

/**
 * @typedef {import('../native.js').WatchFailure} WatchFailure
 * @typedef {import('./watch-options.js').WatchInput} WatchInput
 * @typedef {import('./watched-entries.js').Store} Store
 */

/** The watches of an adapter. */
class Watches {
  #native
  #rules
  #store
  #origins
  /** @type {Map<number, Watch>} */
  #open = new Map()
  #last = 0
  /** Why none can begin. @type {import('../index.js').RedisStateError | undefined} */
  #obstacle = undefined
  #hasWarned = false

  /**
   * @param {import('./core.js').Core} core
   * @param {import('./errors.js').Origins} origins
   */
  constructor(core, origins) {
    this.#native = core.native
    this.#rules = core.rules
    this.#store = storeOf(core)
    this.#origins = origins
  }

  /**
   * @param {unknown} traceId
   * @param {unknown} key
   * @param {unknown} options
   */
  open(traceId, key, options) {
    const input = watchInput(traceId, key, options, this.#rules)
    const number = ++this.#last
    const { commandTimeout } = this.#rules
    const watch = new Watch(input, this.#store, { commandTimeout, leave: () => this.#leave(number) })
    if (this.#obstacle) watch.end(this.#obstacle)
    else if (input.signal?.aborted) watch.end(aborted(input.signal))
    else this.#begin(number, watch, input)
    return new StateWatch(watch)
  }

  /**
   * @param {number} number
   * @param {Watch} watch
   * @param {WatchInput} input
   */
  #begin(number, watch, { traceId, key, configure, signal }) {
    this.#open.set(number, watch)
    if (signal) watch.heed(signal)
    this.#native.watch(number, traceId, key, configure, (told, failures) => this.#tell(told, failures))
  }

  /** @param {number} number */
  #leave(number) {
    if (this.#open.delete(number)) this.#native.unwatch(number)
  }

  /**
   * The native side's callback; see src/reply.rs.
   *
   * @param {string} told
   * @param {WatchFailure[] | null} [failures]
   */
  #tell(told, failures) {
    for (const [number, word, traceId = '', key = ''] of JSON.parse(told)) {
      if (word === 'unasked') this.#warn()
      else this.#open.get(number)?.hear({ word, traceId, key })
    }
    for (const { watch, failure } of failures ?? []) this.#open.get(watch)?.end(failureOf(failure, this.#origins)())
  }

  #warn() {
    if (this.#hasWarned) return
    this.#hasWarned = true
    warn('a watch cannot ask the server whether notify-keyspace-events has "Kg$xe", without which it hears nothing')
  }

  /** Nothing will be told any more. @param {import('../index.js').RedisStateError} error */
  fail(error) {
    this.#obstacle = error
    for (const watch of [...this.#open.values()]) watch.end(error)
  }

  close() {
    this.#obstacle = closed()
    for (const watch of [...this.#open.values()]) watch.finish()
  }
}

/** One watch, from its beginning to its end. */
class Watch {
  #queue = new ChangeQueue()
  #entries
  #leave
  #hold
  #hasEnded = false
  /** @type {() => void} */
  #standUp = () => {}
  /** @type {(error: unknown) => void} */
  #giveUp = () => {}
  /** @type {(() => void)} */
  #disregard = () => {}

  /**
   * @param {WatchInput} input
   * @param {Store} store
   * @param {{ commandTimeout: number, leave: () => void }} adapter
   */
  constructor(input, store, { commandTimeout, leave }) {
    this.#leave = leave
    // It keeps the process alive as a call does, until it stands; or for as long as the user wants.
    this.#hold = input.keepAlive ? setInterval(() => {}, LONG) : setTimeout(() => {}, commandTimeout)
    this.ready = new Promise((resolve, reject) => {
      this.#standUp = () => resolve(undefined)
      this.#giveUp = reject
    })
    // Whoever iterates hears of it there.
    this.ready.catch(() => {})
    this.#entries = new WatchedEntries(input, store, {
      onChange: (change) => this.#queue.push(change),
      onReady: () => {
        if (!input.keepAlive) clearTimeout(this.#hold)
        this.#standUp()
      },
      onFailure: (error) => this.end(error),
    })
  }

  /** @param {import('./watched-entries.js').Told} told */
  hear(told) {
    this.#entries.hear(told)
  }

  next() {
    return this.#queue.next()
  }

  /** Ends with the signal. @param {AbortSignal} signal */
  heed(signal) {
    const onAbort = () => {
      this.#queue.drop()
      this.end(aborted(signal))
    }
    this.#disregard = listen(signal, onAbort)
  }

  /** The iteration comes to its end. */
  finish() {
    this.#queue.drop()
    this.#stop(closed())
  }

  /** The iteration fails, after what was told. @param {unknown} error */
  end(error) {
    this.#stop(error, { error })
  }

  /**
   * @param {unknown} unready
   * @param {{ error: unknown }} [failure]
   */
  #stop(unready, failure) {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearTimeout(this.#hold)
    this.#disregard()
    this.#entries.end()
    this.#queue.end(failure)
    this.#giveUp(unready)
    this.#leave()
  }
}

/** A watch as its user has it. @implements {AsyncIterableIterator<import('../index.js').StateChange<any>>} */
class StateWatch {
  #watch

  /** @param {Watch} watch */
  constructor(watch) {
    this.#watch = watch
  }

  /** @returns {Promise<void>} */
  get ready() {
    return this.#watch.ready
  }

  /** @returns {Promise<IteratorResult<import('../index.js').StateChange<any>, undefined>>} */
  next() {
    return this.#watch.next()
  }

  /** @returns {Promise<IteratorResult<import('../index.js').StateChange<any>, undefined>>} */
  async return() {
    this.#watch.finish()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator]() {
    return this
  }

  async [Symbol.asyncDispose]() {
    this.#watch.finish()
  }
}

/**
 * @param {import('./core.js').Core} core
 * @returns {Store}
 */
function storeOf(core) {
  const list = (/** @type {(batch: number) => void} */ start) => core.list('watch', { start })
  const present = (/** @type {string[]} */ names) => list((batch) => core.native.present(batch, names))
  return {
    names: (traceId) => list((batch) => core.native.names(batch, traceId)),
    get: (traceId, key) => core.point('get', traceId, key),
    present: core.rules.shares ? present : undefined,
  }
}

function closed() {
  return new RedisStateError('ERR_CLOSED', 'the watch was closed')
}

/** @param {AbortSignal} signal */
function aborted(signal) {
  return new RedisStateError('ERR_ABORTED', 'the watch was aborted', { cause: signal.reason })
}

module.exports = { Watches }
