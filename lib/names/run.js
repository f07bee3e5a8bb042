// @ts-check
'use strict'

/**
 * @typedef {import('./name.js').Name} Name
 * @typedef {import('./scratch-file.js').ScratchFile} ScratchFile
 */

/** Text of the names that are read at once. A merge has as much of each run in memory. */
const BLOCK_LENGTH = 16 * 1024

/** Sorted names, one after the other: in memory, or in a file from which a block after the other is read. */
class Run {
  /** Trace ids and keys. @type {string[]} */
  #block
  #place = 0
  #readNext

  /** @param {string[]} names @param {() => Promise<string[] | undefined>} [readNext] the block behind them */
  constructor(names, readNext = async () => undefined) {
    this.#block = names
    this.#readNext = readNext
  }

  /**
   * Writes sorted names to a file.
   *
   * @param {ScratchFile} file
   * @param {string[]} names at least one
   * @returns {Promise<Run>}
   */
  static async write(file, names) {
    const texts = blocksOf(names).map((block) => Buffer.from(JSON.stringify(block)))
    let start = await file.append(Buffer.concat(texts))
    const lengths = Uint32Array.from(texts, ({ length }) => length)
    let next = 0
    const readNext = async () => {
      if (next === lengths.length) return undefined
      const block = await file.read(start, lengths[next])
      start += lengths[next]
      next += 1
      return JSON.parse(block.toString())
    }
    return new Run([], readNext)
  }

  /** The trace id of the name that it is at. */
  get traceId() {
    return this.#block[this.#place]
  }

  get key() {
    return this.#block[this.#place + 1]
  }

  /** Reads the first block. Resolves to whether it has names. */
  start() {
    return this.#place < this.#block.length ? Promise.resolve(true) : this.#read()
  }

  /** Goes to the next name. @returns {true | Promise<boolean>} whether there is one */
  advance() {
    this.#place += 2
    return this.#place < this.#block.length || this.#read()
  }

  async #read() {
    this.#block = (await this.#readNext()) ?? []
    this.#place = 0
    return this.#block.length > 0
  }
}

/** @param {string[]} names */
function blocksOf(names) {
  const blocks = []
  let [start, length] = [0, 0]
  for (let at = 0; at < names.length; at += 2) {
    length += names[at].length + names[at + 1].length
    if (length < BLOCK_LENGTH) continue
    blocks.push(names.slice(start, at + 2))
    start = at + 2
    length = 0
  }
  if (start < names.length) blocks.push(names.slice(start))
  return blocks
}

module.exports = { Run }
