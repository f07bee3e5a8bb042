// @ts-check
'use strict'

/** Changes that wait for a consumer. */
const MOST = 10_000

/**
 * @typedef {import('../index.js').StateChange} StateChange
 * @typedef {IteratorResult<StateChange, undefined>} Result
 */

/** What a watch tells, until somebody takes it. */
class ChangeQueue {
  /** @type {StateChange[]} */
  #changes = []
  /** @type {{ resolve: (result: Result) => void, reject: (error: unknown) => void }[]} */
  #consumers = []
  #hasEnded = false
  /** What the next consumer is to be told. @type {{ error: unknown } | undefined} */
  #failure = undefined

  /** @param {StateChange} change */
  push(change) {
    if (this.#hasEnded) return
    const consumer = this.#consumers.shift()
    if (consumer) return consumer.resolve({ value: change, done: false })
    if (this.#changes.length < MOST) this.#changes.push(change)
    // Nobody takes them: what was missed shows in a listing only.
    else this.#changes = [{ type: 'gap' }]
  }

  /** @returns {Promise<Result>} */
  next() {
    const change = this.#changes.shift()
    if (change) return Promise.resolve({ value: change, done: false })
    if (this.#hasEnded) return this.#last()
    return new Promise((resolve, reject) => this.#consumers.push({ resolve, reject }))
  }

  /** Nothing follows what is there. @param {{ error: unknown }} [failure] */
  end(failure) {
    this.#hasEnded = true
    this.#failure = failure
    for (const { resolve, reject } of this.#consumers.splice(0)) this.#last().then(resolve, reject)
  }

  /** What is there is told no more. */
  drop() {
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
