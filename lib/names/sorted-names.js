// @ts-check
'use strict'

const { Merge } = require('./merge.js')
const { compareNames, sorted } = require('./name.js')
const { namePages } = require('./pages.js')
const { Run } = require('./run.js')
const { ScratchFile } = require('./scratch-file.js')

/**
 * @typedef {import('./name.js').Name} Name
 *
 * @typedef {object} Limits
 * @property {number} [maxNames] that are held in memory; the others go to a temporary file. Default: 100,000
 * @property {(listed: number) => void} [onListed] called with the number of names so far, while they are listed
 */

const MAX_NAMES = 100_000
/** Text of names that are held in memory. */
const MAX_LENGTH = 16 * 1024 * 1024

/**
 * The names of the entries of a trace or of all, in an order that stays the same, so that an export can be continued. Close it.
 *
 * @param {import('../../index.js').StateStore} state
 * @param {string | undefined} traceId
 * @param {AbortSignal} signal
 * @param {Limits} [limits]
 */
function sortedNames(state, traceId, signal, limits) {
  return sortPages(namePages(state, { traceId, signal }), signal, limits)
}

/**
 * Sorts names, each of which can be there several times. Close the result.
 *
 * @param {AsyncIterable<string[]>} pages trace ids and keys, one after the other
 * @param {AbortSignal} signal
 * @param {Limits} [limits]
 */
async function sortPages(pages, signal, { maxNames = MAX_NAMES, onListed = () => {} } = {}) {
  const collected = new Collected(maxNames)
  try {
    for await (const page of pages) {
      await collected.add(page)
      signal.throwIfAborted()
      onListed(collected.total)
    }
    return await collected.finish()
  } catch (error) {
    await collected.close()
    throw error
  }
}

/** Names in no order: sorted runs in a file, once there are many, and the last ones in memory. */
class Collected {
  total = 0
  #maxNames
  /** Trace ids and keys, one after the other. @type {string[]} */
  #names = []
  #length = 0
  /** @type {Run[]} */
  #runs = []
  /** @type {ScratchFile | undefined} */
  #file = undefined

  /** @param {number} maxNames */
  constructor(maxNames) {
    this.#maxNames = maxNames
  }

  /** @param {string[]} page */
  async add(page) {
    this.total += page.length / 2
    for (let at = 0; at < page.length; at += 2) {
      this.#names.push(page[at], page[at + 1])
      this.#length += page[at].length + page[at + 1].length
      if (this.#names.length >= 2 * this.#maxNames || this.#length >= MAX_LENGTH) await this.#write()
    }
  }

  async #write() {
    const names = sorted(this.#names)
    this.#names = []
    this.#length = 0
    this.#file ??= await ScratchFile.open()
    this.#runs.push(await Run.write(this.#file, names))
  }

  async finish() {
    const merge = new Merge([...this.#runs, new Run(sorted(this.#names))])
    this.#names = []
    await merge.start()
    return new SortedNames(merge, { total: this.total, close: () => this.close() })
  }

  async close() {
    await this.#file?.close()
    this.#file = undefined
  }
}

/** Names in their order, each once. They are taken from the front. */
class SortedNames {
  #merge
  #close

  /** @param {Merge} merge @param {{ total: number, close: () => Promise<void> }} collected */
  constructor(merge, { total, close }) {
    this.#merge = merge
    this.#close = close
    /** How many names were listed. One that was listed twice counts twice. */
    this.total = total
  }

  /** Takes the next names; less than `count` at the end. @param {number} count @returns {Promise<Name[]>} */
  async take(count) {
    const names = []
    while (names.length < count && this.#merge.next !== undefined) {
      names.push(this.#merge.next)
      await this.#merge.advance()
    }
    return names
  }

  /** Skips the names up to this one, and it. Resolves to their number. @param {Name} name */
  async skipThrough(name) {
    for (let count = 0; ; count += 1) {
      const { next } = this.#merge
      if (next === undefined || compareNames(next, name) > 0) return count
      await this.#merge.advance()
    }
  }

  close() {
    return this.#close()
  }
}

module.exports = { SortedNames, sortPages, sortedNames }
