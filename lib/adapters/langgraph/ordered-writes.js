// @ts-check
'use strict'

/**
 * Keeps the order of writes of one item, some of which need something first that takes time. Names are dropped with their last write.
 */
class OrderedWrites {
  /** What settles, and never rejects, with the last write of each name. @type {Map<string, Promise<void>>} */
  #last = new Map()

  /**
   * Writes once `needed` is there and the earlier writes of the name have settled; at once if there is nothing to wait for.
   *
   * @template Needed
   * @template Result
   * @param {string} name
   * @param {Promise<Needed> | undefined} needed
   * @param {(needed: Needed | undefined) => Promise<Result>} write
   * @returns {Promise<Result>}
   */
  run(name, needed, write) {
    const earlier = this.#last.get(name)
    if (earlier === undefined && needed === undefined) return write(undefined)
    const written = Promise.all([needed, earlier]).then(([value]) => write(value))
    const last = Promise.allSettled([earlier, written]).then(() => {
      if (this.#last.get(name) === last) this.#last.delete(name)
    })
    this.#last.set(name, last)
    return written
  }
}

module.exports = { OrderedWrites }
