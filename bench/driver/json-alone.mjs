// @ts-check

import { objectOf } from '../values.mjs'

/** What no adapter of JSON values on this thread can get below. */
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
      // Kept, so that the work is not optimised away.
      for (let turn = 0; turn < 1_000; turn++) this.kept += run()
      count += 1_000
      now = performance.now()
    }
    return ((now - start) / count) * 1e3
  }
}
