// @ts-check

import { objectOf } from '../values.mjs'

/** The cost of JSON alone: the lower limit for every adapter with JSON values on this thread. */
export class JsonAlone {
  #value = objectOf(180)
  #text = JSON.stringify(this.#value)
  kept = 0

  /** @param {{ ms: number }} args */
  measure({ ms }) {
    const stringifyUs = this.#each(ms, () => JSON.stringify(this.#value).length)
    const parseUs = this.#each(ms, () => JSON.parse(this.#text).amount)
    return { stringifyUs, parseUs }
  }

  /**
   * @param {number} ms
   * @param {() => number} run
   */
  #each(ms, run) {
    this.#time(ms / 4, run)
    return this.#time(ms, run)
  }

  /**
   * @param {number} ms
   * @param {() => number} run
   */
  #time(ms, run) {
    const start = performance.now()
    let now = start
    let count = 0
    while (now < start + ms) {
      // Stored, so that the work is not optimized away.
      for (let turn = 0; turn < 1_000; turn++) this.kept += run()
      count += 1_000
      now = performance.now()
    }
    return ((now - start) / count) * 1e3
  }
}
