// @ts-check
'use strict'

const { inspect } = require('node:util')
const { asyncDispose } = require('../async-dispose.js')
const { abortError } = require('../input/abort.js')
const { bindMembers } = require('../input/bind-members.js')
const { OPERATIONS } = require('../engines/call.js')
const { NO_OPTIONS } = require('../input/call-options.js')
const { DAY, formatDuration, parseDuration } = require('../input/duration.js')
const { invalidArgument } = require('../errors.js')
const { inspected } = require('../inspected.js')
const { now } = require('../time.js')

/**
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('./lock-waiters.js').LockWaiters} LockWaiters
 * @typedef {import('../input/call-options.js').CheckedOptions} CheckedOptions
 */

/** Names the method by which a lock, also one behind a Proxy, returns its holder. */
const HOLDER = Symbol('holder')

/**
 * @typedef {{ traceId: string, key: string, token: string }} Holder
 * @typedef {'lock' | 'withLock' | 'getOrSet'} LockMethod
 * @typedef {{ ttl: number, timeout: number, allowLongTtl: boolean, method: LockMethod, checked: CheckedOptions }} Input durations
 *   in milliseconds
 * @typedef {{ fence: number, heldUntil: number }} Acquired `heldUntil`: by the local clock, not later than the lock expires
 *
 * @typedef {object} Keeper what extends a lock, and has to know what the user does with it
 * @property {() => void} onExtended
 * @property {() => void} onRelease a release begins
 */

/** A lock that `lock()` acquired; it may have expired or been released since. */
class StateLock {
  #dispatcher
  #fence
  #holder
  #ttl
  #allowLongTtl
  #heldUntil
  #isReleased = false
  /** @type {Keeper | undefined} */
  #keeper = undefined

  /**
   * @param {Dispatcher} dispatcher
   * @param {Holder} holder
   * @param {Acquired} acquired
   * @param {Input} input
   */
  constructor(dispatcher, holder, { fence, heldUntil }, { ttl, allowLongTtl }) {
    const { traceId, key, token } = holder
    this.#dispatcher = dispatcher
    this.#holder = holder
    this.#fence = fence
    this.#ttl = ttl
    this.#allowLongTtl = allowLongTtl
    this.#heldUntil = heldUntil
    this.traceId = traceId
    this.key = key
    this.token = token
    this.fence = fence
    bindMembers(this, StateLock.prototype, dispatcher.stackTraces)
    Object.freeze(this)
  }

  /**
   * Returns the holder of a lock that `lock()` made, and undefined for any other object.
   *
   * @param {any} lock
   * @returns {(Holder & { fence: number }) | undefined}
   */
  static holderOf(lock) {
    return typeof lock === 'object' && lock !== null ? lock[HOLDER]?.() : undefined
  }

  /** When the lock expires, not too late, by the local clock. @param {StateLock} lock */
  static heldUntil(lock) {
    return lock.#heldUntil
  }

  /** @param {StateLock} lock */
  static isReleased(lock) {
    return lock.#isReleased
  }

  /** @param {StateLock} lock @param {Keeper} keeper */
  static keepBy(lock, keeper) {
    lock.#keeper = keeper
  }

  [HOLDER]() {
    if (!(#holder in this)) return undefined
    return { ...this.#holder, fence: this.#fence }
  }

  /** @param {import('../../index.js').Duration} [ttl] */
  async extend(ttl) {
    const sent = now()
    let milliseconds = this.#ttl
    const { fence } = await runStep(this.#dispatcher, 'extend', this, () => {
      if (ttl !== undefined) milliseconds = parseDuration(ttl, 'ttl')
      checkTtl(milliseconds, this.#allowLongTtl)
      return milliseconds
    })
    if (fence === null) return false
    this.#heldUntil = sent + milliseconds
    this.#keeper?.onExtended()
    return true
  }

  async release() {
    this.#keeper?.onRelease()
    const { fence } = await runStep(this.#dispatcher, 'release', this)
    this.#isReleased = true
    return fence !== null
  }

  /** At the end of a block with `await using`, which may have released the lock and closed the adapter. */
  async [asyncDispose]() {
    if (!this.#isReleased) await this.release()
  }

  /** Without the token, which releases the lock. @param {number} depth @param {import('node:util').InspectOptionsStylized} options */
  [inspect.custom](depth, options) {
    if (!(#holder in this)) return this
    return inspected('StateLock', { traceId: this.traceId, key: this.key, fence: this.fence }, depth, options)
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @param {LockWaiters} waiters
 * @param {string} traceId
 * @param {string} key
 * @param {any} options
 */
function lock(dispatcher, waiters, traceId, key, options) {
  return dispatcher.guard.rejectOnThrow({ operation: 'lock', traceId, key, writes: true }, () =>
    acquireOrWait(dispatcher, waiters, newHolder(traceId, key), inputOf('lock', dispatcher.options('lock', options))),
  )
}

/** @param {string} traceId @param {string} key @returns {Holder} */
function newHolder(traceId, key) {
  // Not loaded with the package, whose import would take a tenth longer.
  return { traceId, key, token: require('node:crypto').randomUUID() }
}

/**
 * @param {LockMethod} method
 * @param {CheckedOptions} checked
 * @returns {Input}
 */
function inputOf(method, checked) {
  const { ttl, timeout, allowLongTtl } = checked.all
  checkTtl(ttl, allowLongTtl)
  // The engine takes the ttl of a lock from the input of the call, in milliseconds.
  return { ttl, timeout, allowLongTtl, method, checked: { ...checked, ttl: undefined } }
}

/**
 * @param {number} ttl in milliseconds
 * @param {boolean} allowLongTtl
 */
function checkTtl(ttl, allowLongTtl) {
  if (ttl <= DAY || allowLongTtl) return
  throw invalidArgument(`ttl: ${formatDuration(ttl)} is more than a day, which needs allowLongTtl: true`)
}

/**
 * @param {Dispatcher} dispatcher
 * @param {LockWaiters} waiters
 * @param {Holder} holder
 * @param {Input} input
 */
async function acquireOrWait(dispatcher, waiters, holder, input) {
  const end = now() + input.timeout
  const first = await attempt(dispatcher, holder, input)
  if (first.acquired) return new StateLock(dispatcher, holder, first.acquired, input)
  if (input.timeout === 0) return null
  const waiter = waiters.join(holder)
  try {
    return await waitAndAcquire(dispatcher, holder, input, { waiter, end, holdMs: first.holdMs })
  } finally {
    waiter.leave()
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @param {Holder} holder
 * @param {Input} input
 * @param {{ waiter: import('./lock-waiters.js').Waiter, end: number, holdMs: number }} wait `end`: when the call stops to wait
 */
async function waitAndAcquire(dispatcher, holder, input, { waiter, end, holdMs }) {
  const { signal } = input.checked
  for (let waitMs = end - now(); waitMs > 0; waitMs = end - now()) {
    await waiter.pause(waitMs, holdMs, signal)
    if (signal?.aborted) await abort(dispatcher, holder, input.method, signal)
    if (!waiter.isFirst) continue
    const next = await attempt(dispatcher, holder, input)
    if (next.acquired) return new StateLock(dispatcher, holder, next.acquired, input)
    holdMs = next.holdMs
  }
  return null
}

/**
 * @param {Dispatcher} dispatcher
 * @param {Holder} holder
 * @param {Input} input
 * @returns {Promise<{ acquired: Acquired | undefined, holdMs: number }>}
 */
async function attempt(dispatcher, holder, { ttl, timeout, method, checked }) {
  const sent = now()
  try {
    const call = { method, waits: timeout > 0, checked }
    const { fence, holdMs } = await runStep(dispatcher, 'acquire', holder, () => ttl, call)
    return { acquired: fence === null ? undefined : { fence, heldUntil: sent + ttl }, holdMs }
  } catch (error) {
    const { applied } = /** @type {import('../../index.js').RedisStateError} */ (error)
    // The lock may be held although the call failed: it was aborted, timed out, or not replicated. The release is sent after the
    // attempt, on the same connection if that is not lost.
    if (applied === 'yes' || applied === 'unknown') runStep(dispatcher, 'release', holder).catch(() => {})
    throw error
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @param {'acquire' | 'extend' | 'release'} name
 * @param {Holder} holder
 * @param {() => number} [ttlOf] in milliseconds; may throw
 * @param {{ method?: LockMethod, waits?: boolean, checked?: CheckedOptions }} [call]
 * @returns {Promise<{ fence: number | null, holdMs: number }>}
 */
function runStep(
  dispatcher,
  name,
  { traceId, key, token },
  ttlOf = () => 0,
  { method, waits = false, checked = NO_OPTIONS } = {},
) {
  const named = name === 'acquire' ? method : name
  return dispatcher.call({ operation: OPERATIONS.lock, method: named, traceId, key, checked }, () => ({
    input: { step: name, token, ttl: ttlOf(), waits },
  }))
}

/**
 * Rejects and counts the failure, as no attempt is pending that would.
 *
 * @param {Dispatcher} dispatcher
 * @param {Holder} holder
 * @param {LockMethod} method
 * @param {AbortSignal} signal
 */
function abort(dispatcher, { traceId, key }, method, signal) {
  return dispatcher.guard.rejectOnThrow({ operation: method, traceId, key, writes: true }, () => {
    throw abortError(signal)
  })
}

module.exports = { StateLock, acquireOrWait, attempt, inputOf, lock, newHolder }
