// @ts-check
// Reads the records of all clients while they are written, and keeps them by entry until they are judged.

import { closeSync, existsSync, openSync, readSync } from 'node:fs'

/**
 * @import { Begin, End } from './client/recorder.mjs'
 *
 * @typedef {Begin & Partial<End> & { client?: string }} Line a recorded call, without the end if its client ended
 *   before
 */

/** Shared by all files: each read is synchronous. */
const buffer = Buffer.alloc(1 << 20)

/** Reads a file that is still being written. */
class Tail {
  #path
  #position = 0
  #rest = ''

  /** @param {string} path */
  constructor(path) {
    this.#path = path
  }

  /** The complete lines added since the last read. A killed client may leave an incomplete last line, or no file. */
  *lines() {
    if (!existsSync(this.#path)) return
    const file = openSync(this.#path, 'r')
    try {
      for (let size = -1; size !== 0; ) {
        size = readSync(file, buffer, 0, buffer.length, this.#position)
        this.#position += size
        const lines = (this.#rest + buffer.toString('latin1', 0, size)).split('\n')
        this.#rest = /** @type {string} */ (lines.pop())
        yield* lines
      }
    } finally {
      closeSync(file)
    }
  }
}

export class Ledger {
  calls = 0
  /** Longest duration of a call, in milliseconds. */
  longest = 0
  /** Number of calls by outcome and error code. @type {Record<string, number>} */
  outcomes = {}
  /** @type {Map<string, Tail>} */
  #tails = new Map()
  /** Calls that have not settled, by client and id. @type {Map<string, Line>} */
  #open = new Map()
  /** @type {Map<string, Line[]>} */
  #byEntry = new Map()

  /** Adds the file of a client. @param {string} path */
  follow(path) {
    this.#tails.set(path, new Tail(path))
  }

  /** Reads a file for the last time, because its client has ended. @param {string} path */
  finish(path) {
    const tail = this.#tails.get(path)
    if (tail) this.#readTail(path, tail)
    this.#tails.delete(path)
  }

  /** Reads all new records. */
  read() {
    for (const [path, tail] of this.#tails) this.#readTail(path, tail)
  }

  /** Entries with records, the oldest first. */
  get entries() {
    return [...this.#byEntry.keys()]
  }

  /** Removes an entry and returns its calls. @param {string} entry */
  take(entry) {
    const lines = this.#byEntry.get(entry) ?? []
    this.#byEntry.delete(entry)
    for (const { outcome, client, id } of lines) {
      if (outcome !== undefined) continue
      this.#count('unsettled')
      this.#open.delete(`${client} ${id}`)
    }
    return lines
  }

  /** @param {string} path @param {Tail} tail */
  #readTail(path, tail) {
    for (const text of tail.lines()) this.#add(path, JSON.parse(text))
  }

  /**
   * @param {string} client
   * @param {any} line
   */
  #add(client, line) {
    const name = `${client} ${line.id}`
    if (line.outcome === undefined) return this.#begin(name, { ...line, client })
    const begun = this.#open.get(name)
    if (begun === undefined) return
    this.#open.delete(name)
    Object.assign(begun, line)
    this.longest = Math.max(this.longest, line.end - begun.begin)
    this.#count(line.code ? `${line.outcome} ${line.code}` : line.outcome)
  }

  /** @param {string} name @param {Line} line */
  #begin(name, line) {
    this.calls++
    this.#open.set(name, line)
    const lines = this.#byEntry.get(line.entry)
    if (lines) lines.push(line)
    else this.#byEntry.set(line.entry, [line])
  }

  /** @param {string} outcome */
  #count(outcome) {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1
  }
}
