// @ts-check
'use strict'

const { listen } = require('../input/abort.js')
const { ChangeQueue } = require('./change-queue.js')
const { RedisStateError, failure, ofOuterCall } = require('../errors.js')
const { locate } = require('../call-site.js')
const { KeepAlive } = require('../keep-alive.js')
const { WatchedEntries } = require('./watched-entries.js')

/**
 * @typedef {import('./watch-options.js').WatchInput} WatchInput
 * @typedef {import('./watched-entries.js').EntryReader} EntryReader
 */

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

function closed() {
  return failure('ERR_CLOSED', 'the watch was closed')
}

/** @param {AbortSignal} signal */
function aborted(signal) {
  return failure('ERR_ABORTED', 'aborted by its signal', { cause: signal.reason })
}

module.exports = { Watch, aborted, closed }
