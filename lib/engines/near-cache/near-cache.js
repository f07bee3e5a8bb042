// @ts-check
'use strict'

const { OPERATIONS, callNameOf } = require('../call.js')
const { RedisStateError, ofOuterCall } = require('../../errors.js')
const { namesIn } = require('./command-keys.js')
const { Freshness } = require('./freshness.js')
const { Slots } = require('./slots.js')
const { bytesOf, copyOf, frozen } = require('./values.js')

/**
 * @typedef {import('../call.js').StateCall} StateCall
 * @typedef {import('../engine.js').StateEngine} StateEngine
 * @typedef {import('../engine.js').Replies} Replies
 * @typedef {ReturnType<Slots['open']>} Slot
 *
 * @typedef {object} CacheOptions
 * @property {number} maxEntries
 * @property {number} maxBytes
 * @property {number} maxStaleness in milliseconds
 * @property {number} ttl for how long an entry may be used, in milliseconds
 * @property {boolean} frozen values are shared and frozen, not copied
 */

/** PTTL of an entry that does not exist, and of one that does not expire. */
const NO_ENTRY = -2
const NO_EXPIRY = -1

/**
 * The entries that `get` has read, in memory, while the servers report changes of them. A read under way has a slot too: whatever
 * drops the entry then, a report or a write of this adapter, keeps what is read out of the cache, in whatever order reports and
 * replies arrive.
 */
class NearCache {
  #engine
  #meter
  #now
  #slots
  #freshness
  #isFrozen
  #ttl
  /** For how long later calls may wait for a read. Its reply may be as old, and its failure comes at its own deadline. */
  #maxJoinAge
  #maxJoined
  #keyPrefix
  /** Calls that wait for the read of an earlier one. The engine, which limits pending calls, does not know them. */
  #joined = 0
  /** In a cluster nothing reports that an entry has come into being on the node that took over a slot. */
  #keepsAbsent
  #isClosed = false
  #isInUse = false
  hits = 0
  misses = 0
  invalidations = 0

  /**
   * @param {StateEngine} engine
   * @param {CacheOptions} options
   * @param {{ meter: import('../../observability/meter.js').Meter, now: () => number }} context
   */
  constructor(engine, options, { meter, now }) {
    this.#engine = engine
    this.#meter = meter
    this.#now = now
    this.#slots = new Slots(options)
    this.#isFrozen = options.frozen
    this.#ttl = options.ttl
    const { commandTimeout, maxPending } = engine.rules
    this.#maxJoinAge = Math.min(options.maxStaleness, commandTimeout / 2)
    this.#maxJoined = maxPending.calls
    const { keyPrefix = '' } = /** @type {{ keyPrefix?: string }} */ (engine.rules.inspectedFields)
    this.#keyPrefix = keyPrefix
    this.#keepsAbsent = !engine.capabilities.movesEntries
    this.#freshness = new Freshness(engine, {
      maxStaleness: options.maxStaleness,
      onLost: () => this.invalidate(null),
    })
  }

  stats() {
    const { hits, misses, invalidations } = this
    return { hits, misses, invalidations, entries: this.#slots.entries, bytes: this.#slots.bytes }
  }

  /** Whether calls may use the cache at all. Once they may, that ends with a report that any entry may have changed. */
  get isInUse() {
    return this.#isInUse || this.#startUse()
  }

  /** Runs a `get`. @param {StateCall} call @returns {Promise<any>} */
  get(call) {
    const slot = this.#slots.find(call.traceId, call.key)
    if (slot !== undefined) {
      if (slot.isFilled) {
        if (this.#mayUse(slot)) return Promise.resolve(this.#taken(slot))
      } else if (slot.reading !== undefined) {
        const now = this.#now()
        const mayJoin = now - slot.since < this.#maxJoinAge && this.#joined < this.#maxJoined
        if (mayJoin) return this.#join(slot, slot.reading, call, now)
      }
    }
    return this.#read(call)
  }

  /** Runs a `has`, which reads no value and so fills nothing. @param {StateCall} call @returns {Promise<boolean>} */
  has(call) {
    const slot = this.#slots.find(call.traceId, call.key)
    if (slot?.isFilled && this.#mayUse(slot)) {
      this.#taken(slot)
      return Promise.resolve(slot.exists)
    }
    this.misses += 1
    return this.#engine.execute(call)
  }

  /** Drops an entry that this adapter writes. @param {string} traceId @param {string} key */
  drop(traceId, key) {
    this.#slots.dropNamed(traceId, key)
  }

  /** Drops an entry by its name on servers. @param {string} name @returns whether there was one */
  dropName(name) {
    const colon = name.indexOf(':')
    return this.#slots.dropNamed(name.slice(0, colon), name.slice(colon + 1))
  }

  dropAll() {
    return this.#slots.dropAll()
  }

  /** Drops entries that this adapter clears. @param {string} traceId @param {string} keyPrefix */
  dropUnder(traceId, keyPrefix) {
    this.#slots.dropUnder(traceId, keyPrefix)
  }

  /** Drops the entries that commands of the user may change. @param {import('../call.js').CommandInput} input */
  dropKeysOf(input) {
    const names = namesIn(input, this.#keyPrefix)
    if (names === undefined) this.dropAll()
    else for (const name of names) this.dropName(name)
  }

  /** Receives the reports of the engine, see `Host`. @param {readonly string[] | null} names */
  invalidate(names) {
    if (names === null) {
      this.#isInUse = false
      this.invalidations += this.dropAll()
      return
    }
    for (const name of names) if (this.dropName(name)) this.invalidations += 1
  }

  /** From now on calls are those of a closed engine. */
  close() {
    this.#isClosed = true
    this.#isInUse = false
    this.dropAll()
  }

  #startUse() {
    this.#isInUse = !this.#isClosed && this.#engine.isTracking?.() === true
    return this.#isInUse
  }

  /** @param {Slot} slot filled */
  #mayUse(slot) {
    const time = this.#now()
    if (time < slot.until) return this.#freshness.allowsUse(time)
    this.#slots.drop(slot)
    return false
  }

  /** Counts a use, and returns the value for the caller. @param {Slot} slot filled */
  #taken(slot) {
    this.hits += 1
    this.#meter.calls += 1
    this.#slots.use(slot)
    return this.#isFrozen ? slot.value : copyOf(slot.value)
  }

  /**
   * Waits for the read of an earlier call. Its caller may change the value in the next microtask, so it is copied before.
   *
   * @param {Slot} slot
   * @param {Promise<Replies['getTracked']>} reading
   * @param {StateCall} call
   * @param {number} since when this call was made
   */
  #join({ since: readSince }, reading, call, since) {
    this.misses += 1
    this.#joined += 1
    return reading.then(
      ({ value, ttl }) => {
        this.#joined -= 1
        if (bytesOf(value) === undefined || since >= readSince + lifeOf(ttl)) return this.#engine.execute(call)
        this.#count(since)
        return this.#isFrozen ? value : copyOf(value)
      },
      (error) => {
        this.#joined -= 1
        if (!(error instanceof RedisStateError)) throw error
        this.#count(since)
        this.#meter.failed(error.code, 1)
        // Each caller gets an error of its own, as errors get the stack of their call.
        throw ofOuterCall(error, callNameOf(call))
      },
    )
  }

  /** Counts a call that the engine does not know. @param {number} since */
  #count(since) {
    this.#meter.calls += 1
    this.#meter.settled(1, since)
  }

  /** @param {StateCall} call */
  #read(call) {
    this.misses += 1
    // Before the call is made: a write that it leads to, in a subscriber of tracing channels, comes after it.
    const slot = this.#slots.open(call.traceId, call.key)
    slot.since = this.#now()
    call.method ??= call.operation.name
    call.operation = OPERATIONS.getTracked
    try {
      slot.reading = this.#engine.execute(call)
    } catch (error) {
      this.#slots.drop(slot)
      throw error
    }
    return slot.reading.then(
      (reply) => this.#landed(slot, reply),
      (error) => {
        this.#slots.drop(slot)
        throw error
      },
    )
  }

  /**
   * Keeps what was read, unless the slot was dropped meanwhile, and returns the value for the caller. The time to live counts from
   * the call, as the server may have measured it at once.
   *
   * @param {Slot} slot
   * @param {Replies['getTracked']} reply
   */
  #landed(slot, { value, ttl }) {
    const isKept = !slot.isDropped && this.#isKept(value, ttl)
    const bytes = isKept || this.#isFrozen ? bytesOf(value) : undefined
    if (bytes === undefined) {
      this.#slots.drop(slot)
      return value
    }
    if (this.#isFrozen) frozen(value)
    if (!isKept) {
      this.#slots.drop(slot)
      return value
    }
    this.#slots.fill(slot, {
      value: this.#isFrozen ? value : copyOf(value),
      exists: ttl !== NO_ENTRY,
      until: slot.since + Math.min(lifeOf(ttl), this.#ttl),
      bytes,
    })
    return value
  }

  /** @param {unknown} value @param {number | undefined} ttl */
  #isKept(value, ttl) {
    if (ttl === undefined) return false
    return ttl === NO_ENTRY ? this.#keepsAbsent && value === null : true
  }
}

/** For how long what was read is right, unless it is changed. @param {number | undefined} ttl */
function lifeOf(ttl) {
  return ttl === undefined || ttl === NO_EXPIRY || ttl === NO_ENTRY ? Number.POSITIVE_INFINITY : ttl
}

module.exports = { NearCache }
