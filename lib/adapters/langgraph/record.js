// @ts-check
'use strict'

/**
 * A record: several texts and bytes in one value. Its first line has the length of each in bytes, so that a script can read it too.
 */

const LINE_FEED = 10
const COMMA = 44
const ZERO = 48

/** @param {(string | Uint8Array)[]} parts */
function pack(parts) {
  const bytes = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))
  return Buffer.concat([Buffer.from(`${bytes.map(({ length }) => length).join(',')}\n`), ...bytes])
}

/** The parts of a record. Each is read when it is needed, as many buffers take longer than the rest of a call. */
class Parts {
  #record
  /** Where each part begins, and where the last one ends. @type {number[]} */
  #starts = []

  /** @param {Buffer} record */
  constructor(record) {
    this.#record = record
    let at = 0
    let length = 0
    /** @type {number[]} */
    const lengths = []
    for (let byte = record[at]; byte !== LINE_FEED && byte !== undefined; byte = record[++at]) {
      if (byte === COMMA) length = lengths.push(length) && 0
      else length = length * 10 + byte - ZERO
    }
    lengths.push(length)
    let start = at + 1
    for (const one of lengths) {
      this.#starts.push(start)
      start += one
    }
    this.#starts.push(start)
  }

  get length() {
    return this.#starts.length - 1
  }

  /** @param {number} index */
  text(index) {
    return this.#record.toString('utf8', this.#starts[index], this.#starts[index + 1])
  }

  /** Shares the memory of the record. @param {number} index */
  bytes(index) {
    return this.#record.subarray(this.#starts[index], this.#starts[index + 1])
  }

  /** The texts of the parts from an index on. @param {number} first */
  textsFrom(first) {
    const texts = []
    for (let index = first; index < this.length; index += 1) texts.push(this.text(index))
    return texts
  }
}

module.exports = { Parts, pack }
