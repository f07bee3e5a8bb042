// @ts-check
'use strict'

const MAX_BUFFERED_CHANGES = 10_000

/**
 * @typedef {import('../../index.js').StateChange} StateChange
 * @typedef {IteratorResult<StateChange, undefined>} Result
 */

/** Buffers the changes of a watch until its iterator consumes them. */
class ChangeQueue {
  /** @type {StateChange[]} */
  #changes = []
  /** Calls of `next` that wait for a change. @type {{ resolve: (result: Result) => void, reject: (error: unknown) => void }[]} */
  #consumers = []
  #hasEnded = false
  /** The error that the next call of `next` rejects with. @type {{ error: unknown } | undefined} */
  #failure = undefined

  /** @param {StateChange} change */
  push(change) {
    if (this.#hasEnded) return
    const consumer = this.#consumers.shift()
    if (consumer) return consumer.resolve({ value: change, done: false })
    if (this.#changes.length < MAX_BUFFERED_CHANGES) this.#changes.push(change)
    // The consumer is too slow. After a gap it has to list the entries again, so earlier changes are of no use to it.
    else this.#changes = [{ type: 'gap' }]
  }

  /** @returns {Promise<Result>} */
  next() {
    const change = this.#changes.shift()
    if (change) return Promise.resolve({ value: change, done: false })
    if (this.#hasEnded) return this.#last()
    return new Promise((resolve, reject) => this.#consumers.push({ resolve, reject }))
  }

  get isAwaited() {
    return this.#consumers.length > 0
  }

  /** Ends the iteration after the buffered changes. @param {{ error: unknown }} [failure] its last step rejects with the error */
  end(failure) {
    this.#hasEnded = true
    this.#failure = failure
    for (const { resolve, reject } of this.#consumers.splice(0)) this.#last().then(resolve, reject)
  }

  /** Drops the buffered changes. */
  clear() {
    this.#changes = []
  }

  /** @returns {Promise<Result>} */
  #last() {
    const failure = this.#failure
    this.#failure = undefined
    return failure ? Promise.reject(failure.error) : Promise.resolve({ value: undefined, done: true })
  }
}

module.exports = { ChangeQueue }
