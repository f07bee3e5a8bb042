// @ts-check

import { setTimeout } from 'node:timers/promises'

/** @import { Socket } from 'node:net' */

/** One direction of a connection: delays data, but keeps their order. */
export class Lane {
  #to
  #waiting = 0
  /** @type {Promise<unknown> | undefined} */
  #last

  /** @param {Socket} to */
  constructor(to) {
    this.#to = to
  }

  /**
   * @param {Buffer} data
   * @param {number} delay in milliseconds
   */
  pass(data, delay) {
    if (delay === 0 && this.#waiting === 0) return void this.#to.write(data)
    this.#waiting++
    this.#last = Promise.all([this.#last, setTimeout(delay)]).then(() => {
      this.#waiting--
      this.#to.write(data)
    })
  }
}
