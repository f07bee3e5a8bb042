// @ts-check
'use strict'

const { inspect } = require('node:util')
const { asyncDispose } = require('../async-dispose.js')
const { OPERATIONS } = require('../engines/call.js')
const { listen } = require('../input/abort.js')
const { NO_OPTIONS } = require('../input/call-options.js')
const { ChangeQueue } = require('./change-queue.js')
const { RedisStateError, failure, inCall, ofOuterCall, unsupported, unsupportedText } = require('../errors.js')
const { bindMembers } = require('../input/bind-members.js')
const { captureSite, locate } = require('../call-site.js')
const { inspected } = require('../inspected.js')
const { KeepAlive } = require('../keep-alive.js')
const { warn } = require('../warning.js')
const { watchInput } = require('./watch-options.js')
const { WatchedEntries } = require('./watched-entries.js')

/**
 * @typedef {import('../operations/dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('../engines/engine.js').StateEngine} StateEngine
 * @typedef {import('./watch-options.js').WatchInput} WatchInput
 * @typedef {import('./watched-entries.js').EntryReader} EntryReader
 * @typedef {import('../../index.js').RedisStateError} Failure
 */

/** Opens the watches of an adapter, and ends them with it. */
class Watches {
  #engine
  #reader
  #stackTraces
  /** @type {Set<Watch>} */
  #open = new Set()
  /** The error that new watches fail with, once the adapter has ended. @type {Failure | undefined} */
  #endError = undefined
  #hasWarned = false

  /** @param {Dispatcher} dispatcher */
  constructor(dispatcher) {
    this.#engine = dispatcher.engine
    this.#stackTraces = dispatcher.stackTraces
    this.#reader = readerOf(dispatcher)
  }

  /**
   * @param {unknown} traceId
   * @param {unknown} key
   * @param {unknown} options
   */
  open(traceId, key, options) {
    const { rules, capabilities } = this.#engine
    const call = { operation: 'watch', traceId: stringOf(traceId), key: stringOf(key) }
    const input = inCall(call, () => {
      if (!capabilities.watch) throw unsupported(unsupportedText('watch', capabilities.reasons))
      return watchInput(traceId, key, options, rules)
    })
    const onEnd = () => this.#open.delete(watch)
    const site = this.#stackTraces ? formattedSite(captureSite(Watches.prototype.open)) : undefined
    const watch = new Watch(input, this.#reader, { commandTimeout: rules.commandTimeout, site, onEnd })
    if (this.#endError) watch.fail(this.#endError)
    else if (input.signal?.aborted) watch.fail(aborted(input.signal))
    else this.#subscribe(watch, input)
    return new StateWatch(watch, input, this.#stackTraces)
  }

  /**
   * @param {Watch} watch
   * @param {WatchInput} input
   */
  #subscribe(watch, { traceId, key, configure, signal }) {
    this.#open.add(watch)
    if (signal) watch.endOnAbort(signal)
    watch.unsubscribe = this.#engine.subscribe(
      { traceId, key, configure },
      {
        onEvent: (event) => watch.recv(event),
        onFailure: (error) => watch.fail(error),
        onUnverified: () => this.#warnUnverified(),
      },
    )
  }

  #warnUnverified() {
    if (this.#hasWarned) return
    this.#hasWarned = true
    warn('a watch cannot ask the server whether notify-keyspace-events has "Kg$xe", without which it hears nothing')
  }

  /** Fails all watches, and those opened later: the engine delivers no more events. @param {Failure} error */
  fail(error) {
    this.#endError = error
    for (const watch of [...this.#open]) watch.fail(error)
  }

  close() {
    this.#endError = closed()
    for (const watch of [...this.#open]) watch.close()
  }
}

/** One watch: its subscription, the buffered changes, and its end. */
class Watch {
  #queue = new ChangeQueue()
  #entries
  /** Names the watch in its errors. */
  #call
  #site
  #onEnd
  /** Until the watch is ready: for a limited time, as a pending call does, unless `ready` is awaited. */
  #aliveUntilReady = new KeepAlive()
  /** While the next change is awaited; by the option `keepAlive` until the watch ends, or never. */
  #alive = new KeepAlive()
  #keepAlive
  #isReady = false
  #hasEnded = false
  /** Set when it is subscribed. */
  unsubscribe = () => {}
  /** @type {() => void} */
  #resolveReady = () => {}
  /** @type {(error: unknown) => void} */
  #rejectReady = () => {}
  /** @type {(() => void)} */
  #stopListening = () => {}

  /**
   * @param {WatchInput} input
   * @param {EntryReader} reader
   * @param {{ commandTimeout: number, site: import('../call-site.js').CallSite | undefined, onEnd: () => void }} adapter
   */
  constructor(input, reader, { commandTimeout, site, onEnd }) {
    this.#onEnd = onEnd
    this.#site = site
    this.#call = { operation: 'watch', traceId: input.traceId, key: input.key }
    this.#keepAlive = input.keepAlive
    this.#aliveUntilReady.holdFor(commandTimeout)
    if (input.keepAlive) this.#alive.hold()
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = () => resolve(undefined)
      this.#rejectReady = reject
    })
    // The iteration rejects with the same error, so `ready` may be left without a handler.
    this.ready.catch(() => {})
    this.#entries = new WatchedEntries(input, reader, {
      onChange: (change) => {
        this.#queue.push(change)
        this.#keepAliveWhileAwaited()
      },
      onReady: () => {
        this.#isReady = true
        this.#aliveUntilReady.release()
        this.#resolveReady()
      },
      onFailure: (error) => this.fail(error),
    })
  }

  /** `ready`, for a caller who awaits it. */
  awaitReady() {
    if (this.#keepAlive === undefined && this.status === 'starting') {
      this.#aliveUntilReady.release()
      this.#aliveUntilReady.hold()
    }
    return this.ready
  }

  get status() {
    if (this.#hasEnded) return 'ended'
    return this.#isReady ? 'ready' : 'starting'
  }

  /** @param {import('../engines/engine.js').WatchEvent} event */
  recv(event) {
    this.#entries.recv(event)
  }

  next() {
    const change = this.#queue.next()
    this.#keepAliveWhileAwaited()
    return change
  }

  #keepAliveWhileAwaited() {
    if (this.#keepAlive !== undefined) return
    if (this.#queue.isAwaited) this.#alive.hold()
    else this.#alive.release()
  }

  /** @param {AbortSignal} signal */
  endOnAbort(signal) {
    const onAbort = () => {
      this.#queue.clear()
      this.fail(aborted(signal))
    }
    this.#stopListening = listen(signal, onAbort)
  }

  /** Ends the iteration; buffered changes are dropped. */
  close() {
    this.#queue.clear()
    this.#end(this.#named(closed()))
  }

  /** Fails the iteration, after the buffered changes. @param {unknown} error */
  fail(error) {
    const named = this.#named(error)
    this.#end(named, { error: named })
  }

  /** @param {unknown} error */
  #named(error) {
    if (!(error instanceof RedisStateError)) return error
    const named = ofOuterCall(error, this.#call)
    return this.#site === undefined ? named : locate(named, this.#site)
  }

  /**
   * @param {unknown} readyError `ready` rejects with it, if it has not resolved
   * @param {{ error: unknown }} [failure]
   */
  #end(readyError, failure) {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#aliveUntilReady.release()
    this.#alive.release()
    this.#stopListening()
    this.#entries.end()
    this.#queue.end(failure)
    this.#rejectReady(readyError)
    this.unsubscribe()
    this.#onEnd()
  }
}

/** The public side of a watch. @implements {AsyncIterableIterator<import('../../index.js').StateChange<any>>} */
class StateWatch {
  #watch
  #scope

  /**
   * @param {Watch} watch
   * @param {{ traceId: string | undefined, key: string | undefined }} scope
   * @param {boolean} stackTraces
   */
  constructor(watch, { traceId, key }, stackTraces) {
    this.#watch = watch
    this.#scope = { traceId, key }
    bindMembers(this, StateWatch.prototype, stackTraces)
  }

  /** @returns {Promise<void>} */
  get ready() {
    return this.#watch.awaitReady()
  }

  /** @returns {Promise<IteratorResult<import('../../index.js').StateChange<any>, undefined>>} */
  next() {
    return this.#watch.next()
  }

  /** @returns {Promise<IteratorResult<import('../../index.js').StateChange<any>, undefined>>} */
  async return() {
    this.#watch.close()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator]() {
    return this
  }

  async [asyncDispose]() {
    this.#watch.close()
  }

  /** @param {number} depth @param {import('node:util').InspectOptionsStylized} options */
  [inspect.custom](depth, options) {
    if (!(#watch in this)) return this
    return inspected('StateWatch', { ...this.#scope, status: this.#watch.status }, depth, options)
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @returns {EntryReader}
 */
function readerOf(dispatcher) {
  const { capabilities } = dispatcher.engine
  /** @type {(scope: import('../engines/engine.js').Scope, projection: 'names' | 'present') => Promise<any>} */
  const list = (scope, projection) =>
    dispatcher.onScope({ method: 'watch', checked: NO_OPTIONS }, () => ({
      start: (engine) => engine.list(scope, projection),
    }))
  return {
    names: (traceId) => list({ traceId }, 'names'),
    get: (traceId, key) => dispatcher.plain(OPERATIONS.get, traceId, key),
    present: capabilities.movesEntries ? (names) => list({ names }, 'present') : undefined,
  }
}

/** Formats the frames, so that no functions of the caller are kept while the watch is open. @param {{ stack?: unknown }} site */
function formattedSite({ stack }) {
  return { stack }
}

/** @param {unknown} id */
function stringOf(id) {
  return typeof id === 'string' ? id : undefined
}

function closed() {
  return failure('ERR_CLOSED', 'the watch was closed')
}

/** @param {AbortSignal} signal */
function aborted(signal) {
  return failure('ERR_ABORTED', 'aborted by its signal', { cause: signal.reason })
}

module.exports = { Watches }
