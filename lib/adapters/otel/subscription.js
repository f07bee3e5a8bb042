// @ts-check
'use strict'

const { nextTick, now } = require('../../time.js')

/**
 * @typedef {import('../../../index.js').TracingContext} TracingContext
 * @typedef {import('node:diagnostics_channel').TracingChannel<any>} Channel
 */

/**
 * Observes the operations of a tracing channel from their start to their end, each once. After `stop`, those that have started are
 * still observed until they end.
 *
 * @template T what is known of an operation that has started
 */
class Subscription {
  #channel
  #onStart
  #onEnd
  #guarded
  /** @type {WeakMap<TracingContext, { since: number, started: T }>} */
  #running = new WeakMap()
  #count = 0
  #isActive = false
  #hearsEnd = false

  /**
   * @param {Channel} channel
   * @param {object} observer
   * @param {(message: TracingContext) => T | undefined} observer.onStart undefined: the operation is not observed
   * @param {(message: TracingContext, started: T, milliseconds: number) => void} observer.onEnd
   * @param {(run: () => void) => void} observer.guarded runs a function that may throw: a subscriber that throws ends the process
   */
  constructor(channel, { onStart, onEnd, guarded }) {
    this.#channel = channel
    this.#onStart = onStart
    this.#onEnd = onEnd
    this.#guarded = guarded
  }

  start() {
    if (this.#isActive) return
    this.#isActive = true
    this.#channel.start.subscribe(this.#recvStart)
    if (!this.#hearsEnd) this.#channel.asyncEnd.subscribe(this.#recvEnd)
    this.#hearsEnd = true
  }

  stop() {
    if (!this.#isActive) return
    this.#isActive = false
    this.#channel.start.unsubscribe(this.#recvStart)
    this.#stopIfDone()
  }

  #recvStart = (/** @type {any} */ message) =>
    this.#guarded(() => {
      const started = this.#onStart(message)
      if (started === undefined) return
      this.#running.set(message, { since: now(), started })
      this.#count += 1
    })

  #recvEnd = (/** @type {any} */ message) => {
    const running = this.#running.get(message)
    if (running === undefined) return
    this.#running.delete(message)
    this.#count -= 1
    this.#guarded(() => this.#onEnd(message, running.started, now() - running.since))
    // Old versions of Node.js fail if a subscriber unsubscribes while it is called.
    if (!this.#isActive && this.#count === 0) nextTick(() => this.#stopIfDone())
  }

  #stopIfDone() {
    if (this.#isActive || this.#count > 0 || !this.#hearsEnd) return
    this.#hearsEnd = false
    this.#channel.asyncEnd.unsubscribe(this.#recvEnd)
  }
}

module.exports = { Subscription }
