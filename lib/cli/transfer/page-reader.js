// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')
const { byTrace } = require('./by-trace.js')
const { formatLine } = require('./entry-line.js')

/**
 * @typedef {import('../command.js').StateStore} StateStore
 * @typedef {import('../../names/name.js').Name} Name
 */

const MAX_PAGE = 1000
const FIRST_PAGE = 100
/** Text of a page that is aimed at. */
const PAGE_LENGTH = 2 * 1024 * 1024
/** Failures of single entries, which do not stop the others. */
const OF_ENTRY = new Set(['ERR_CORRUPT_VALUE', 'ERR_WRONG_TYPE'])

/** Reads entries as lines, in pages whose size follows that of the values. */
class PageReader {
  #state
  #signal
  #onSkipped
  #pageSize = FIRST_PAGE

  /**
   * @param {StateStore} state
   * @param {{ signal: AbortSignal, onSkipped: (error: Error) => void }} options `onSkipped`: called for each entry that
   *   cannot be read
   */
  constructor(state, { signal, onSkipped }) {
    this.#state = state
    this.#signal = signal
    this.#onSkipped = onSkipped
  }

  /**
   * Yields the lines of pages, and how many names each page had. While a page is written, the next one is read.
   *
   * @param {import('../../names/sorted-names.js').SortedNames} names
   */
  async *pages(names) {
    const next = () => {
      const reading = this.#readNext(names)
      // It is not awaited if the page before cannot be written.
      reading.catch(() => {})
      return reading
    }
    for (let reading = next(); ; ) {
      const page = await reading
      if (page.count === 0) return
      this.#adapt(page.lines)
      reading = next()
      yield page
    }
  }

  /** @param {import('../../names/sorted-names.js').SortedNames} names */
  async #readNext(names) {
    const page = await names.take(this.#pageSize)
    return { lines: await this.#read(page), count: page.length }
  }

  /** @param {Name[]} names */
  async #read(names) {
    const traces = [...byTrace(names)]
    const lines = await Promise.all(
      traces.map(([traceId, entries]) =>
        this.#readTrace(
          traceId,
          entries.map(({ key }) => key),
        ),
      ),
    )
    return lines.flat()
  }

  /** @param {string} traceId @param {string[]} keys */
  async #readTrace(traceId, keys) {
    const found = await this.#found(traceId, keys)
    return found.flatMap((entry, index) => {
      // 0: it expires at this moment.
      if (entry === null || entry.ttl === 0) return []
      return [formatLine({ traceId, key: keys[index], value: entry.value, ttl: entry.ttl })]
    })
  }

  /** @param {string} traceId @param {string[]} keys */
  async #found(traceId, keys) {
    const signal = this.#signal
    try {
      return await this.#state.getManyWithMetadata(traceId, keys, { signal })
    } catch (error) {
      if (!isOfEntry(error)) throw error
      return Promise.all(
        keys.map((key) =>
          this.#state.getWithMetadata(traceId, key, { signal }).catch((failure) => this.#skip(failure)),
        ),
      )
    }
  }

  /** @param {unknown} error */
  #skip(error) {
    if (!isOfEntry(error)) throw error
    this.#onSkipped(error)
    return null
  }

  /** @param {string[]} lines */
  #adapt(lines) {
    const length = lines.reduce((sum, line) => sum + line.length, 0)
    const fitting = Math.floor((this.#pageSize * PAGE_LENGTH) / Math.max(1, length))
    this.#pageSize = Math.max(1, Math.min(fitting, this.#pageSize * 2, MAX_PAGE))
  }
}

/** @param {unknown} error @returns {error is Error} */
function isOfEntry(error) {
  return error instanceof RedisStateError && OF_ENTRY.has(error.code)
}

module.exports = { PageReader }
