// @ts-check
'use strict'

const { setTimeout } = require('node:timers/promises')

/** What was told and is not dealt with; beyond, all of it becomes a gap. */
const MOST_TOLD = 10_000
/** Values read at one time. */
const READ_AT_ONCE = 1000
/** Before entries are listed again, where that failed, in milliseconds. */
const PAUSE = 100
/** Listings that may take too long, one after the other. */
const MOST_LISTINGS = 3
/** What passes by itself. */
const PASSING = new Set(['ERR_CONNECTION', 'ERR_AUTH', 'ERR_BACKPRESSURE'])

/**
 * @typedef {import('../index.js').StateChange} StateChange
 *
 * @typedef {object} Told what the native side tells
 * @property {string} word `written`, `restored`, `removed` or `expired` of an entry, or `started` or `gap`
 * @property {string} traceId
 * @property {string} key
 *
 * @typedef {object} Watched
 * @property {string | undefined} traceId
 * @property {string | undefined} key
 * @property {boolean} values
 *
 * @typedef {object} Store
 * @property {(traceId: string | undefined) => Promise<string[]>} names trace ids and keys, one after the other
 * @property {(traceId: string, key: string) => Promise<any>} get
 * @property {((names: string[]) => Promise<number[]>) | undefined} present where entries move between servers, which tell of
 *   it as if they were written and removed: which of these, trace ids and keys, are there
 *
 * @typedef {object} Listener
 * @property {(change: StateChange) => void} onChange
 * @property {() => void} onReady
 * @property {(error: unknown) => void} onFailure
 */

/** What is known of the entries that are watched: it makes changes of what servers tell. */
class WatchedEntries {
  #watched
  #store
  #listener
  /** @type {Told[]} */
  #told = []
  #isBusy = false
  #hasEnded = false
  /** By name; the values only where they are asked for. @type {Map<string, any>} */
  #known = new Map()
  /** So many of what was told may have happened before the entries were listed. */
  #early = 0

  /**
   * @param {Watched} watched
   * @param {Store} store
   * @param {Listener} listener
   */
  constructor(watched, store, listener) {
    this.#watched = watched
    this.#store = store
    this.#listener = listener
  }

  /** @param {Told} told */
  hear(told) {
    if (this.#told.length < MOST_TOLD) this.#told.push(told)
    else this.#told = [{ word: 'gap', traceId: '', key: '' }]
    if (!this.#isBusy) this.#run()
  }

  end() {
    this.#hasEnded = true
    this.#told = []
    this.#known.clear()
  }

  async #run() {
    this.#isBusy = true
    try {
      while (this.#told.length > 0) await this.#advance()
    } catch (error) {
      if (!this.#hasEnded) this.#listener.onFailure(error)
    }
    this.#isBusy = false
  }

  /** In the order in which it was told. */
  async #advance() {
    if (isMark(this.#told[0])) return this.#begin(this.#told.shift()?.word)
    const mark = this.#told.slice(0, READ_AT_ONCE).findIndex(isMark)
    const round = this.#told.splice(0, mark < 0 ? READ_AT_ONCE : mark)
    const [found, moved] = await Promise.all([this.#readAll(round), this.#movedOf(round)])
    if (this.#hasEnded) return
    for (const told of round) this.#apply(told, { found: found.get(nameOf(told)), hasMoved: moved.has(nameOf(told)) })
  }

  /** The entries are to be known from now on. @param {string | undefined} word */
  async #begin(word) {
    const known = await this.#listed()
    if (this.#hasEnded) return
    this.#known = known
    this.#early = this.#told.length
    // Only now: whoever lists them at a gap misses nothing that follows.
    if (word === 'gap') this.#listener.onChange({ type: 'gap' })
    this.#listener.onReady()
  }

  /** @returns {Promise<Map<string, any>>} */
  async #listed() {
    for (let late = 0; ; ) {
      try {
        return await this.#list()
      } catch (error) {
        const { code = '' } = /** @type {{ code?: string }} */ (error)
        const passes = code === 'ERR_COMMAND_TIMEOUT' ? ++late < MOST_LISTINGS : PASSING.has(code)
        if (this.#hasEnded || !passes) throw error
        await setTimeout(PAUSE, undefined, { ref: false })
      }
    }
  }

  async #list() {
    const { traceId = '', key, values } = this.#watched
    if (key !== undefined) return this.#listOne({ traceId, key })
    const names = entriesOf(await this.#store.names(this.#watched.traceId))
    const known = new Map(names.map((entry) => [nameOf(entry), undefined]))
    for (let at = 0; values && at < names.length; at += READ_AT_ONCE) {
      const found = await this.#getAll(names.slice(at, at + READ_AT_ONCE))
      for (const [name, { value }] of found) known.set(name, value)
    }
    return known
  }

  /** @param {{ traceId: string, key: string }} entry */
  async #listOne(entry) {
    const known = new Map()
    try {
      const value = await this.#store.get(entry.traceId, entry.key)
      if (value !== null) known.set(nameOf(entry), this.#watched.values ? value : undefined)
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error)
      // A text that is not JSON is there; another type is none of ours.
      if (code === 'ERR_CORRUPT_VALUE') known.set(nameOf(entry), undefined)
      else if (code !== 'ERR_WRONG_TYPE') throw error
    }
    return known
  }

  /** The values that entries have now, where they are asked for. @param {Told[]} round */
  #readAll(round) {
    return this.#getAll(this.#watched.values ? round.filter(({ word }) => isWrite(word)) : [])
  }

  /**
   * The names of entries that are only at another server now.
   *
   * @param {Told[]} round
   */
  async #movedOf(round) {
    const removed = round.filter(({ word }) => word === 'removed')
    if (this.#store.present === undefined || removed.length === 0) return new Set()
    const names = removed.flatMap(({ traceId, key }) => [traceId, key])
    // Where nobody answers there will be a gap.
    const there = await this.#store.present(names).catch(() => [])
    return new Set(there.map((number) => nameOf(removed[number])))
  }

  /**
   * @param {{ traceId: string, key: string }[]} entries
   * @returns {Promise<Map<string, { value?: any }>>} by name; without a value where it cannot be read
   */
  async #getAll(entries) {
    const byName = new Map(entries.map((entry) => [nameOf(entry), entry]))
    const reads = Array.from(byName, async ([name, { traceId, key }]) => {
      const found = await this.#store.get(traceId, key).then(
        (value) => ({ value }),
        () => ({}),
      )
      return /** @type {[string, { value?: any }]} */ ([name, found])
    })
    return new Map(await Promise.all(reads))
  }

  /**
   * @param {Told} told
   * @param {{ found: { value?: any } | undefined, hasMoved: boolean }} now what is known of the entry besides
   */
  #apply(told, { found, hasMoved }) {
    const { word, traceId, key } = told
    const name = nameOf(told)
    const wasKnown = this.#known.has(name)
    const oldValue = this.#known.get(name)
    const isEarly = this.#early > 0
    if (isEarly) this.#early--
    if (isWrite(word)) {
      if (word === 'restored' && this.#store.present && wasKnown) return
      const value = this.#watched.values ? found?.value : undefined
      this.#known.set(name, value)
      this.#tell({ type: wasKnown ? 'updated' : 'created', traceId, key, value, oldValue })
    } else {
      if (hasMoved) return
      this.#known.delete(name)
      // What is not known was no entry, unless nobody had the time to learn of it.
      if (!wasKnown && !isEarly && this.#watched.key === undefined) return
      this.#tell({ type: word === 'expired' ? 'expired' : 'deleted', traceId, key, oldValue })
    }
  }

  /** @param {import('../index.js').EntryChange} change */
  #tell({ value, oldValue, ...change }) {
    if (value !== undefined) change = Object.assign(change, { value })
    if (oldValue !== undefined) change = Object.assign(change, { oldValue })
    this.#listener.onChange(change)
  }
}

/** @param {Told} told */
function isMark({ word }) {
  return word === 'started' || word === 'gap'
}

/** @param {string} word */
function isWrite(word) {
  return word === 'written' || word === 'restored'
}

/** @param {{ traceId: string, key: string }} entry */
function nameOf({ traceId, key }) {
  return `${traceId.length}:${traceId}${key}`
}

/** @param {string[]} names trace ids and keys, one after the other */
function entriesOf(names) {
  return Array.from({ length: names.length / 2 }, (_, at) => ({ traceId: names[2 * at], key: names[2 * at + 1] }))
}

module.exports = { WatchedEntries }
