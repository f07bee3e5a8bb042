// @ts-check
'use strict'

const { compareNames } = require('./name.js')

/**
 * @typedef {import('./name.js').Name} Name
 * @typedef {import('./run.js').Run} Run
 */

/** Merges sorted runs: a heap of them, whose root is at the first name. A name that several runs have is passed once. */
class Merge {
  #heap

  /** @param {Run[]} runs */
  constructor(runs) {
    this.#heap = runs
  }

  /** Reads the first names of the runs. */
  async start() {
    const runs = this.#heap.splice(0)
    for (const run of runs) if (await run.start()) this.#heap.push(run)
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index -= 1) this.#sink(index)
  }

  /** The next name, which `advance` passes; undefined at the end. @returns {Name | undefined} */
  get next() {
    const [run] = this.#heap
    return run && { traceId: run.traceId, key: run.key }
  }

  async advance() {
    const { next } = this
    while (next !== undefined && this.#heap.length > 0 && compareNames(this.#heap[0], next) === 0) await this.#step()
  }

  async #step() {
    const more = this.#heap[0].advance()
    if (more !== true && !(await more)) {
      const last = /** @type {Run} */ (this.#heap.pop())
      if (this.#heap.length === 0) return
      this.#heap[0] = last
    }
    this.#sink(0)
  }

  /** Moves a run down until none below it is at an earlier name. @param {number} index */
  #sink(index) {
    const heap = this.#heap
    for (let at = index; ; ) {
      const left = 2 * at + 1
      if (left >= heap.length) return
      const right = left + 1
      const first = right < heap.length && compareNames(heap[right], heap[left]) < 0 ? right : left
      if (compareNames(heap[at], heap[first]) <= 0) return
      ;[heap[at], heap[first]] = [heap[first], heap[at]]
      at = first
    }
  }
}

module.exports = { Merge }
