// @ts-check
'use strict'

const { sleep } = require('../time.js')

/** Beyond this number of unprocessed events, all of them are replaced by one gap. */
const MAX_PENDING_EVENTS = 10_000
/** Values read at a time. */
const VALUES_PER_READ = 1000
const LISTING_RETRY_DELAY_MS = 100
/**
 * Timeouts of the first listing, after which the watch fails: there may be too many entries. Later listings are retried for
 * as long as it takes: an outage of any length delays a gap, and does not end the watch.
 */
const MAX_FIRST_TIMEOUTS = 3
/** Codes of transient errors: the listing is retried. */
const TRANSIENT = new Set(['ERR_CONNECTION', 'ERR_AUTH', 'ERR_BACKPRESSURE'])

/**
 * @typedef {import('../../index.js').StateChange} StateChange
 * @typedef {import('../engines/engine.js').WatchEvent} WatchEvent
 * @typedef {{ traceId: string, key: string }} EntryName
 *
 * @typedef {object} WatchedScope
 * @property {string | undefined} traceId
 * @property {string | undefined} key
 * @property {boolean} values
 *
 * @typedef {object} EntryReader
 * @property {(traceId: string | undefined) => Promise<string[]>} names trace ids and keys, one after the other
 * @property {(traceId: string, key: string) => Promise<any>} get
 * @property {((names: string[]) => Promise<number[]>) | undefined} present takes trace ids and keys, one after the other;
 *   returns the indexes of the entries that exist. Only if entries move between servers, which then report a write and a removal
 *
 * @typedef {object} ChangeListener
 * @property {(change: StateChange) => void} onChange
 * @property {() => void} onReady the entries are known: every later change is delivered
 * @property {(error: unknown) => void} onFailure
 */

/** Turns the events of an engine into changes. Keeps the entries of the watch, to distinguish created from updated ones. */
class WatchedEntries {
  #scope
  #reader
  #listener
  /** @type {WatchEvent[]} */
  #events = []
  #isProcessing = false
  #hasEnded = false
  #wasListed = false
  /** Entries by name, with their values if the watch has `values`. @type {Map<string, any>} */
  #known = new Map()
  /** Number of pending events that may have happened before the listing. */
  #maybeListed = 0

  /**
   * @param {WatchedScope} scope
   * @param {EntryReader} reader
   * @param {ChangeListener} listener
   */
  constructor(scope, reader, listener) {
    this.#scope = scope
    this.#reader = reader
    this.#listener = listener
  }

  /** @param {WatchEvent} event */
  recv(event) {
    if (this.#events.length < MAX_PENDING_EVENTS) this.#events.push(event)
    else this.#events = [{ kind: 'gap', traceId: '', key: '' }]
    if (!this.#isProcessing) this.#processAll()
  }

  end() {
    this.#hasEnded = true
    this.#events = []
    this.#known.clear()
  }

  async #processAll() {
    this.#isProcessing = true
    try {
      while (this.#events.length > 0) await this.#processNext()
    } catch (error) {
      if (!this.#hasEnded) this.#listener.onFailure(error)
    }
    this.#isProcessing = false
  }

  /** Processes a marker, or the events up to the next one. */
  async #processNext() {
    if (isMarker(this.#events[0])) return this.#relist(this.#events.shift()?.kind)
    const marker = this.#events.slice(0, VALUES_PER_READ).findIndex(isMarker)
    const events = this.#events.splice(0, marker < 0 ? VALUES_PER_READ : marker)
    const [found, moved] = await Promise.all([this.#readWritten(events), this.#findMoved(events)])
    if (this.#hasEnded) return
    // Which of the removed entries still exist is not known, so that only a new listing can tell.
    if (moved === undefined) return this.#relist('gap')
    for (const event of events) {
      const name = nameOf(event)
      this.#apply(event, { found: found.get(name), hasMoved: moved.has(name) })
    }
  }

  /** Lists the entries again, after a marker. @param {string | undefined} kind */
  async #relist(kind) {
    const known = await this.#listWithRetries()
    if (this.#hasEnded) return
    this.#known = known
    this.#wasListed = true
    this.#maybeListed = this.#events.length
    // Not before the listing: a consumer that lists the entries itself at a gap must miss no later change.
    if (kind === 'gap') this.#listener.onChange({ type: 'gap' })
    this.#listener.onReady()
  }

  /** @returns {Promise<Map<string, any>>} */
  async #listWithRetries() {
    for (let timeouts = 0; ; ) {
      try {
        return await this.#list()
      } catch (error) {
        const { code = '' } = /** @type {{ code?: string }} */ (error)
        if (code === 'ERR_COMMAND_TIMEOUT') timeouts++
        else if (!TRANSIENT.has(code)) throw error
        const isExhausted = !this.#wasListed && timeouts === MAX_FIRST_TIMEOUTS
        if (this.#hasEnded || isExhausted) throw error
        await sleep(LISTING_RETRY_DELAY_MS)
      }
    }
  }

  async #list() {
    const { traceId = '', key, values } = this.#scope
    if (key !== undefined) return this.#listOne({ traceId, key })
    const entries = pairsOf(await this.#reader.names(this.#scope.traceId))
    const known = new Map(entries.map((entry) => [nameOf(entry), undefined]))
    for (let start = 0; values && start < entries.length; start += VALUES_PER_READ) {
      const found = await this.#getAll(entries.slice(start, start + VALUES_PER_READ))
      for (const [name, { value }] of found) known.set(name, value)
    }
    return known
  }

  /** @param {EntryName} entry */
  async #listOne(entry) {
    const known = new Map()
    try {
      const value = await this.#reader.get(entry.traceId, entry.key)
      if (value !== null) known.set(nameOf(entry), this.#scope.values ? value : undefined)
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error)
      // An entry whose text is not JSON exists. A key of another type than a string is not an entry.
      if (code === 'ERR_CORRUPT_VALUE') known.set(nameOf(entry), undefined)
      else if (code !== 'ERR_WRONG_TYPE') throw error
    }
    return known
  }

  /** Reads the current values of the written entries, if the watch has `values`. @param {WatchEvent[]} events */
  #readWritten(events) {
    return this.#getAll(this.#scope.values ? events.filter(({ kind }) => isWrite(kind)) : [])
  }

  /**
   * Finds the removed entries that still exist: they have moved to another server.
   *
   * @param {WatchEvent[]} events
   * @returns {Promise<Set<string> | undefined>} names; `undefined` if they could not be read
   */
  async #findMoved(events) {
    const removed = events.filter(({ kind }) => kind === 'removed')
    if (this.#reader.present === undefined || removed.length === 0) return new Set()
    const names = removed.flatMap(({ traceId, key }) => [traceId, key])
    const present = await this.#reader.present(names).catch(() => undefined)
    return present && new Set(present.map((index) => nameOf(removed[index])))
  }

  /**
   * @param {EntryName[]} entries
   * @returns {Promise<Map<string, { value?: any }>>} by name; without a value if it could not be read
   */
  async #getAll(entries) {
    const byName = new Map(entries.map((entry) => [nameOf(entry), entry]))
    const reads = Array.from(byName, async ([name, { traceId, key }]) => {
      const found = await this.#reader.get(traceId, key).then(
        (value) => ({ value }),
        () => ({}),
      )
      return /** @type {[string, { value?: any }]} */ ([name, found])
    })
    return new Map(await Promise.all(reads))
  }

  /**
   * @param {WatchEvent} event
   * @param {{ found: { value?: any } | undefined, hasMoved: boolean }} current state of the entry, read after the event
   */
  #apply(event, { found, hasMoved }) {
    const { kind, traceId, key } = event
    const name = nameOf(event)
    const wasKnown = this.#known.has(name)
    const oldValue = this.#known.get(name)
    const maybeListed = this.#maybeListed > 0
    if (maybeListed) this.#maybeListed--
    if (isWrite(kind)) {
      // A known entry that is restored has moved between servers.
      if (kind === 'restored' && this.#reader.present && wasKnown) return
      const value = this.#scope.values ? found?.value : undefined
      this.#known.set(name, value)
      this.#emit({ type: wasKnown ? 'updated' : 'created', traceId, key, value, oldValue })
    } else {
      if (hasMoved) return
      this.#known.delete(name)
      // An unknown key was not an entry, unless it was removed before the listing could include it.
      if (!wasKnown && !maybeListed && this.#scope.key === undefined) return
      this.#emit({ type: kind === 'expired' ? 'expired' : 'deleted', traceId, key, oldValue })
    }
  }

  /** @param {import('../../index.js').EntryChange} change */
  #emit({ value, oldValue, ...change }) {
    if (value !== undefined) change = Object.assign(change, { value })
    if (oldValue !== undefined) change = Object.assign(change, { oldValue })
    this.#listener.onChange(change)
  }
}

/** Whether the entries have to be listed again. @param {WatchEvent} event */
function isMarker({ kind }) {
  return kind === 'started' || kind === 'gap'
}

/** @param {string} kind */
function isWrite(kind) {
  return kind === 'written' || kind === 'restored'
}

/** @param {EntryName} entry */
function nameOf({ traceId, key }) {
  return `${traceId.length}:${traceId}${key}`
}

/** @param {string[]} names trace ids and keys, one after the other */
function pairsOf(names) {
  return Array.from({ length: names.length / 2 }, (_, at) => ({ traceId: names[2 * at], key: names[2 * at + 1] }))
}

module.exports = { WatchedEntries }
