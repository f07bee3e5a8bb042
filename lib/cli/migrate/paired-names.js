// @ts-check
'use strict'

const { compareNames } = require('../../names/name.js')

/**
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('../../names/sorted-names.js').SortedNames} SortedNames
 */

const PAGE = 1000

/** The names of the source, and beside them those that only the target has. */
class PairedNames {
  #source
  #target
  /** Names of the target that were taken, and are not compared yet. @type {Name[]} */
  #ahead = []
  /** @type {Name[]} */
  #extras = []

  /** @param {SortedNames} source @param {SortedNames} target */
  constructor(source, target) {
    this.#source = source
    this.#target = target
  }

  /** The next names of the source. @param {number} count */
  async take(count) {
    const names = await this.#source.take(count)
    for (const name of names) {
      for (let other = await this.#next(); other !== undefined; other = await this.#next()) {
        const order = compareNames(other, name)
        if (order > 0) break
        this.#ahead.shift()
        if (order < 0) this.#extras.push(other)
      }
    }
    return names
  }

  /** The names that only the target has, up to those of the source that were taken. */
  takeExtras() {
    return this.#extras.splice(0)
  }

  /** Yields those behind the last name of the source. */
  async *rest() {
    for (let names = this.#ahead; ; ) {
      if (names.length > 0) yield names
      names = await this.#target.take(PAGE)
      if (names.length === 0) return
    }
  }

  /** The next name of the target. */
  async #next() {
    if (this.#ahead.length === 0) this.#ahead = await this.#target.take(PAGE)
    return this.#ahead.at(0)
  }
}

module.exports = { PairedNames }
