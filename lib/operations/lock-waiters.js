// @ts-check
'use strict'

const { listen } = require('../input/abort.js')
const { MAX_TIMER_MS, clearTimeout, setTimeout } = require('../time.js')

/** The first and the longest pause between attempts while releases are not announced; each is twice as long as the last. */
const FIRST_PAUSE_MS = 5
const MAX_PAUSE_MS = 500
/** The longest pause while releases are announced, as an announcement can be lost between the nodes of a cluster. */
const MAX_PAUSE_SUBSCRIBED_MS = 5000

/** @typedef {import('../engines/engine.js').StateEngine} StateEngine */

/** The calls of an adapter that wait for locks, in a queue for each lock. Only the first of a queue makes attempts. */
class LockWaiters {
  #engine
  /** @type {Map<string, Queue>} */
  #byName = new Map()

  /** @param {StateEngine} engine */
  constructor(engine) {
    this.#engine = engine
  }

  /** Adds a call to the queue of a lock. @param {{ traceId: string, key: string }} lock */
  join({ traceId, key }) {
    const name = `${traceId.length}:${traceId}${key}`
    const queue = this.#byName.get(name) ?? this.#open(name, traceId, key)
    return queue.join()
  }

  /** Makes the first call of each queue attempt to acquire its lock now. */
  wake() {
    for (const queue of this.#byName.values()) queue.wake()
  }

  /**
   * @param {string} name
   * @param {string} traceId
   * @param {string} key
   */
  #open(name, traceId, key) {
    const queue = new Queue(() => {
      this.#byName.delete(name)
      unsubscribe()
    })
    this.#byName.set(name, queue)
    const unsubscribe = this.#engine.subscribeToLock({ traceId, key }, (event) => queue.recv(event))
    return queue
  }
}

/** The calls that wait for one lock, in order of arrival. */
class Queue {
  /** @type {Waiter[]} */
  #waiters = []
  #onEmpty
  /** Whether releases are announced. */
  isSubscribed = false

  /** @param {() => void} onEmpty */
  constructor(onEmpty) {
    this.#onEmpty = onEmpty
  }

  get first() {
    return this.#waiters[0]
  }

  join() {
    const waiter = new Waiter(this)
    this.#waiters.push(waiter)
    return waiter
  }

  /** @param {Waiter} waiter */
  leave(waiter) {
    const wasFirst = this.first === waiter
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
    if (this.#waiters.length === 0) this.#onEmpty()
    else if (wasFirst) this.wake()
  }

  /** @param {import('../engines/engine.js').LockEvent} event */
  recv(event) {
    if (event !== 'released') this.isSubscribed = event === 'subscribed'
    // Also when the subscription starts or ends: a release may have been missed.
    this.wake()
  }

  wake() {
    this.first?.wake()
  }
}

/** A call that waits for a lock. */
class Waiter {
  #queue
  #nextPause = FIRST_PAUSE_MS
  /** Whether `wake` was called since the last pause: if it was called during an attempt, the next pause is skipped. */
  #isWoken = false
  /** @type {() => void} */
  #endPause = () => {}

  /** @param {Queue} queue */
  constructor(queue) {
    this.#queue = queue
  }

  /** Whether this call is the one that makes attempts. */
  get isFirst() {
    return this.#queue.first === this
  }

  wake() {
    this.#isWoken = true
    this.#endPause()
  }

  leave() {
    this.#queue.leave(this)
  }

  /**
   * Waits until the next attempt may succeed, the call has no time left, or the signal is aborted.
   *
   * @param {number} waitMs how long the call may still wait
   * @param {number} holdMs how long the holder still has the lock
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<void>}
   */
  async pause(waitMs, holdMs, signal) {
    if (!this.#isWoken && !signal?.aborted)
      await this.#sleep(Math.min(waitMs, this.#maxPause(holdMs), MAX_TIMER_MS), signal)
    this.#isWoken = false
  }

  /** @param {number} holdMs */
  #maxPause(holdMs) {
    if (!this.isFirst) return Infinity
    return Math.min(holdMs + 1, this.#queue.isSubscribed ? MAX_PAUSE_SUBSCRIBED_MS : this.#nextBackoff())
  }

  #nextBackoff() {
    const pause = this.#nextPause
    this.#nextPause = Math.min(pause * 2, MAX_PAUSE_MS)
    // Jitter: several processes must not make their attempts at the same time.
    return pause * (0.5 + Math.random() / 2)
  }

  /**
   * @param {number} milliseconds
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<void>}
   */
  #sleep(milliseconds, signal) {
    return new Promise((resolve) => {
      /** @type {NodeJS.Timeout | undefined} */
      let timer
      let stopListening = () => {}
      const end = () => {
        clearTimeout(timer)
        stopListening()
        this.#endPause = () => {}
        resolve()
      }
      // Before the timer starts, as a signal of the caller can throw.
      if (signal) stopListening = listen(signal, end)
      timer = setTimeout(end, milliseconds)
      this.#endPause = end
    })
  }
}

module.exports = { LockWaiters, Waiter }
