// @ts-check
'use strict'

/** What an entry takes besides its value: its slot, and the maps that lead to it. */
const SLOT_BYTES = 240
const BYTES_PER_UNIT = 2

/**
 * The place of an entry: first of the read that is under way, then of the value that was read. A slot that was dropped is in no map:
 * a read that it belonged to goes on, and fills nothing.
 */
class Slot {
  /** The read that is under way. @type {Promise<import('../engine.js').Replies['getTracked']> | undefined} */
  reading = undefined
  /** When the call of that read was made, in milliseconds. */
  since = 0
  isFilled = false
  /** @type {any} */
  value = undefined
  /** Whether there is an entry. */
  exists = false
  /** When the value is no longer used, in milliseconds. */
  until = 0
  bytes = 0
  isDropped = false
  /** The slots that were used after and before this one. @type {Slot} */
  newer = this
  /** @type {Slot} */
  older = this

  /**
   * @param {string} trace the name of the entry up to its first colon
   * @param {string} rest what follows the colon
   * @param {number} traceLength of the trace id
   */
  constructor(trace, rest, traceLength) {
    this.trace = trace
    this.rest = rest
    this.traceLength = traceLength
  }
}

/**
 * The slots by name, with the least recently used first. Servers know an entry as `<traceId>:<key>`, so the name is split at its first
 * colon: `('a:b', 'c')` and `('a', 'b:c')` have the same slot. With `hashTags` they are different entries, so a slot remembers
 * the length of its trace id, and is found only with that.
 */
class Slots {
  /** @type {Map<string, Map<string, Slot>>} */
  #traces = new Map()
  /** The ring of filled slots: `newer` is the least recently used one, `older` the most recently used one. */
  #ring = new Slot('', '', 0)
  #maxEntries
  #maxBytes
  /** Filled slots. */
  entries = 0
  bytes = 0

  /** @param {{ maxEntries: number, maxBytes: number }} limits */
  constructor({ maxEntries, maxBytes }) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  /** @param {string} traceId @param {string} key @returns {Slot | undefined} */
  find(traceId, key) {
    const slot = this.#traces.get(traceId)?.get(key) ?? this.#findBehindColon(traceId, key)
    return slot?.traceLength === traceId.length ? slot : undefined
  }

  /** Makes an entry the most recently used one. @param {Slot} slot filled */
  use(slot) {
    const newest = this.#ring.older
    if (slot === newest) return
    unlink(slot)
    this.#append(slot)
  }

  /** Makes an empty slot, in place of the one that the entry may have. @param {string} traceId @param {string} key */
  open(traceId, key) {
    const { trace, rest } = namePartsOf(traceId, key)
    this.drop(this.#traces.get(trace)?.get(rest))
    const slot = new Slot(trace, rest, traceId.length)
    let slots = this.#traces.get(trace)
    if (slots === undefined) {
      slots = new Map()
      this.#traces.set(trace, slots)
    }
    slots.set(rest, slot)
    return slot
  }

  /**
   * Fills a slot with what was read, and drops the least recently used ones that exceed the limits.
   *
   * @param {Slot} slot neither dropped nor filled
   * @param {{ value: any, exists: boolean, until: number, bytes: number }} content
   */
  fill(slot, { value, exists, until, bytes }) {
    const size = SLOT_BYTES + (slot.trace.length + slot.rest.length) * BYTES_PER_UNIT + bytes
    if (size > this.#maxBytes) return void this.drop(slot)
    Object.assign(slot, { value, exists, until, bytes: size, isFilled: true, reading: undefined })
    this.#append(slot)
    this.entries += 1
    this.bytes += size
    while (this.entries > this.#maxEntries || this.bytes > this.#maxBytes) this.drop(this.#ring.newer)
  }

  /** Drops an entry by its name on servers. @param {string} traceId @param {string} key @returns whether it had a slot */
  dropNamed(traceId, key) {
    const slots = this.#traces.get(traceId)
    if (slots !== undefined) return this.drop(slots.get(key))
    const { trace, rest } = namePartsOf(traceId, key)
    return this.drop(this.#traces.get(trace)?.get(rest))
  }

  /** Drops the entries of a trace whose keys start with a prefix. @param {string} traceId @param {string} keyPrefix */
  dropUnder(traceId, keyPrefix) {
    const { trace, rest: start } = namePartsOf(traceId, keyPrefix)
    for (const slot of this.#traces.get(trace)?.values() ?? []) if (slot.rest.startsWith(start)) this.drop(slot)
  }

  /** @returns how many slots there were */
  dropAll() {
    let count = 0
    for (const slots of [...this.#traces.values()]) {
      for (const slot of slots.values()) {
        this.drop(slot)
        count += 1
      }
    }
    return count
  }

  /** A trace id with a colon is no key of the outer map. @param {string} traceId @param {string} key */
  #findBehindColon(traceId, key) {
    if (!traceId.includes(':')) return undefined
    const { trace, rest } = namePartsOf(traceId, key)
    return this.#traces.get(trace)?.get(rest)
  }

  /** @param {Slot | undefined} slot @returns whether there was one */
  drop(slot) {
    if (slot === undefined || slot.isDropped) return false
    slot.isDropped = true
    const slots = /** @type {Map<string, Slot>} */ (this.#traces.get(slot.trace))
    slots.delete(slot.rest)
    if (slots.size === 0) this.#traces.delete(slot.trace)
    if (slot.isFilled) {
      unlink(slot)
      this.entries -= 1
      this.bytes -= slot.bytes
    }
    return true
  }

  /** @param {Slot} slot in no ring */
  #append(slot) {
    const newest = this.#ring.older
    slot.older = newest
    slot.newer = this.#ring
    newest.newer = slot
    this.#ring.older = slot
  }
}

/** @param {Slot} slot */
function unlink({ newer, older }) {
  newer.older = older
  older.newer = newer
}

/** @param {string} traceId @param {string} key */
function namePartsOf(traceId, key) {
  const colon = traceId.indexOf(':')
  if (colon === -1) return { trace: traceId, rest: key }
  return { trace: traceId.slice(0, colon), rest: `${traceId.slice(colon + 1)}:${key}` }
}

module.exports = { Slots }
