// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')
const { RedisStateError, inCall, invalidArgument, ofCall, ofOuterCall, withPath } = require('../errors.js')
const { NO_OPTIONS } = require('../input/call-options.js')
const { now } = require('../time.js')
const { LockKeeper } = require('./lock-keeper.js')
const { StateLock, attempt, newHolder } = require('./lock.js')

/**
 * @typedef {import('./flights.js').Flight} Flight
 * @typedef {import('./flights.js').Outcome} Outcome
 * @typedef {import('./get-or-set.js').Plan} Plan
 * @typedef {{ value: any, etag: string, ttl: number }} Found
 */

/** What the key of the lock on a load begins with, so that it is none of the caller's own locks. */
const LOCK_PREFIX = 'getOrSet:'

/** Loads the value of an entry and writes it, unless another value was written meanwhile. */
class Loading {
  #dispatcher
  #waiters
  #plan
  #call

  /**
   * @param {import('./dispatcher.js').Dispatcher} dispatcher
   * @param {import('./lock-waiters.js').LockWaiters} waiters
   * @param {Plan} plan
   */
  constructor(dispatcher, waiters, plan) {
    const { traceId, key } = plan
    this.#dispatcher = dispatcher
    this.#waiters = waiters
    this.#plan = plan
    this.#call = { operation: /** @type {const} */ ('getOrSet'), traceId, key }
  }

  /**
   * Loads the value of an entry that is missing.
   *
   * @param {Flight} flight
   * @param {{ error: unknown } | undefined} failure of an earlier load that is remembered
   */
  missing(flight, failure) {
    return this.#outcomeOf(async () => {
      // The value can be null, which `get` does not distinguish, or written by now.
      const found = await this.#read()
      if (found) return this.#given(found)
      if (failure) throw failure.error
      return this.#plan.lock ? this.#loadOnce(flight) : this.#load(flight)
    })
  }

  /** Loads a new value for an entry that is stale. @param {Flight} flight @param {string} etag */
  stale(flight, etag) {
    return this.#outcomeOf(async () => {
      if (!this.#plan.lock) return this.#load(flight, etag)
      const { lock } = await this.#acquire(0)
      return lock && this.#holding(lock, flight)
    })
  }

  /** @param {() => Promise<Outcome | undefined>} run @returns {Promise<Outcome | undefined>} */
  async #outcomeOf(run) {
    try {
      return await run()
    } catch (error) {
      return { error }
    }
  }

  /** Loads once among all processes. @param {Flight} flight @returns {Promise<Outcome>} */
  async #loadOnce(flight) {
    const { timeout } = lockOf(this.#plan)
    const end = now() + timeout
    /** @type {import('./lock-waiters.js').Waiter | undefined} */
    let waiter
    try {
      for (;;) {
        const { lock, holdMs, holder } = await this.#acquire(timeout)
        if (lock) return await this.#holding(lock, flight)
        const waitMs = end - now()
        // A holder that takes so long may be hung, although it still extends its lock.
        if (waitMs <= 0) return await this.#load(flight)
        waiter ??= this.#waiters.join(holder)
        await waiter.pause(waitMs, holdMs, flight.signal)
        flight.signal.throwIfAborted()
        const found = await this.#read()
        if (found) return this.#given(found)
      }
    } finally {
      waiter?.leave()
    }
  }

  /** Makes one attempt to acquire the lock on the load. @param {number} timeout of the wait for it, if there is one */
  async #acquire(timeout) {
    const { ttl } = lockOf(this.#plan)
    const { traceId, key } = this.#plan
    const holder = newHolder(traceId, LOCK_PREFIX + key)
    const input = { ttl, timeout, allowLongTtl: false, method: /** @type {const} */ ('getOrSet'), checked: NO_OPTIONS }
    try {
      const { acquired, holdMs } = await attempt(this.#dispatcher, holder, input)
      return { lock: acquired && new StateLock(this.#dispatcher, holder, acquired, input), holdMs, holder }
    } catch (error) {
      throw error instanceof RedisStateError ? ofOuterCall(error, this.#call) : error
    }
  }

  /** @param {StateLock} lock @param {Flight} flight */
  async #holding(lock, flight) {
    const keeper = new LockKeeper(lock, this.#call, lockOf(this.#plan).ttl)
    try {
      // The holder before may have written the value.
      const found = await this.#read()
      const { stale } = this.#plan
      if (found && (stale === 0 || found.ttl === -1 || found.ttl * 1000 > stale)) return this.#given(found)
      return await this.#load(flight, found?.etag)
    } finally {
      keeper.stop()
      // The result does not depend on it, and the lock expires.
      if (!StateLock.isReleased(lock)) lock.release().catch(() => {})
    }
  }

  /**
   * Loads the value and writes it. If another value was written meanwhile, that is the result.
   *
   * @param {Flight} flight
   * @param {string} [etag] of the stale value, if there is one
   * @returns {Promise<Outcome>}
   */
  async #load(flight, etag) {
    const json = await this.#loadedText(flight)
    flight.signal.throwIfAborted()
    const make = () => inCall(this.#call, () => this.#dispatcher.valueOf(json))
    // What was loaded may be what the deletion was to remove.
    if (flight.isObsolete || (await this.#write(json, etag))) return { make }
    const newer = await this.#read()
    return newer ? this.#given(newer) : { make }
  }

  /** @param {Flight} flight */
  async #loadedText({ signal }) {
    const { traceId, key, load, failureTtl } = this.#plan
    try {
      return this.#textOf(await load({ signal }))
    } catch (error) {
      if (failureTtl !== undefined && !signal.aborted)
        this.#dispatcher.flights?.remember(traceId, key, error, failureTtl)
      throw error
    }
  }

  /** @param {unknown} value */
  #textOf(value) {
    try {
      if (value === undefined) {
        const remedy = 'Return null to store that there is no value, or throw an error to store nothing.'
        throw invalidArgument('load: it returned undefined', { remedy })
      }
      return withPath('load', () => this.#dispatcher.jsonText(value))
    } catch (error) {
      throw error instanceof RedisStateError ? ofCall(error, { ...this.#call, applied: 'no' }) : error
    }
  }

  /**
   * Writes the value if the entry is still missing, or still has the stale value.
   *
   * @param {string} json
   * @param {string | undefined} etag
   * @returns {Promise<boolean>} whether it is written
   */
  async #write(json, etag) {
    const { traceId, key, waitReplicas } = this.#plan
    /** @type {import('../engines/call.js').Condition} */
    const condition = etag === undefined ? { kind: 'absent' } : { kind: 'match', etag }
    const checked = { ttl: this.#timeToLive(), condition, waitReplicas, all: {} }
    const call = { operation: OPERATIONS.set, method: this.#call.operation, traceId, key, checked }
    try {
      await this.#dispatcher.call(call, () => ({ json }))
      return true
    } catch (error) {
      if (error instanceof RedisStateError && error.code === 'ERR_CONFLICT') return false
      throw error
    }
  }

  /** The time to live of the entry: whole seconds if the plan has those, as some stores count only these. */
  #timeToLive() {
    const { ttl, stale, jitter } = this.#plan
    if (!ttl) return ttl
    const unit = ttl % 1000 === 0 ? 1000 : 1
    return Math.max(1, Math.round((ttl / unit) * (1 - jitter * Math.random()))) * unit + stale
  }

  /** The outcome of a value that was read. @param {Found} found @returns {Outcome} */
  #given({ value }) {
    return { make: () => inCall(this.#call, () => this.#dispatcher.copyOf(value)) }
  }

  /** @returns {Promise<Found | null>} */
  #read() {
    const { operation: method, traceId, key } = this.#call
    return this.#dispatcher.call({ operation: OPERATIONS.getWithMetadata, method, traceId, key, checked: NO_OPTIONS })
  }
}

/** @param {Plan} plan */
function lockOf({ lock }) {
  return /** @type {NonNullable<Plan['lock']>} */ (lock)
}

module.exports = { Loading }
