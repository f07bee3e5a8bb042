// @ts-check
'use strict'

const { callFailure } = require('../errors.js')
const { formatDuration } = require('../input/duration.js')
const { MAX_TIMER_MS, clearTimeout, now, setTimeout } = require('../time.js')
const { StateLock } = require('./lock.js')

/** The share of the ttl after which a lock is extended, and after which an extension that failed is attempted again. */
const EXTEND_AFTER = 1 / 3
const RETRY_AFTER = 1 / 12

/** How far the clocks of server and process may differ during a ttl; the server counts whole milliseconds. */
const CLOCK_DRIFT = 1 / 100
const ROUNDING_MS = 2

/**
 * Extends a lock until it is stopped. Its signal is aborted when the lock is lost: at once if an extension is refused, otherwise
 * before the server can give the lock to another caller.
 */
class LockKeeper {
  #lock
  #call
  #ttl
  #controller = new AbortController()
  /** Why the last extension failed. @type {unknown} */
  #failure = undefined
  /** @type {import('../../index.js').RedisStateError | undefined} */
  #loss = undefined
  #isStopped = false
  /** @type {NodeJS.Timeout | undefined} */
  #extension = undefined
  /** @type {NodeJS.Timeout | undefined} */
  #deadline = undefined

  /**
   * @param {StateLock} lock
   * @param {import('../error-message.js').CallName} call for the error of a lock that is lost
   * @param {number} ttl in milliseconds
   */
  constructor(lock, call, ttl) {
    this.#lock = lock
    this.#call = call
    this.#ttl = ttl
    StateLock.keepBy(lock, { onExtended: () => this.#watch(), onRelease: () => this.stop() })
    this.#extendAfter(EXTEND_AFTER)
    this.#watch()
  }

  get signal() {
    return this.#controller.signal
  }

  /** Why the lock was lost, if it was. */
  get loss() {
    return this.#loss
  }

  /** Whether the server may have given the lock to another caller. */
  get isOverdue() {
    return this.#msLeft() <= 0
  }

  /** Aborts the signal for another reason. @param {unknown} reason */
  abort(reason) {
    this.#controller.abort(reason)
  }

  stop() {
    this.#isStopped = true
    clearTimeout(this.#extension)
    clearTimeout(this.#deadline)
  }

  /** The error of a lock that is lost. @param {string} why @param {unknown} [cause] */
  lossOf(why, cause) {
    const remedy = 'Guard writes with tx.holds(lock), or choose a longer ttl.'
    return callFailure(this.#call, 'ERR_LOCK_LOST', `the lock was lost during the work: ${why}`, { cause, remedy })
  }

  /** @param {number} share of the ttl */
  #extendAfter(share) {
    if (this.#isStopped) return
    this.#extension = setTimeout(() => this.#extend(), Math.min(this.#ttl * share, MAX_TIMER_MS))
  }

  async #extend() {
    try {
      if (await this.#lock.extend()) this.#extendAfter(EXTEND_AFTER)
      else this.#lose('the server refused to extend it, as its ttl had ended or its record was removed')
    } catch (error) {
      this.#failure = error
      const { code } = /** @type {import('../../index.js').RedisStateError} */ (error)
      if (code !== 'ERR_CLOSED') this.#extendAfter(RETRY_AFTER)
    }
  }

  /** Waits for the moment at which the lock is lost unless it is extended before. */
  #watch() {
    clearTimeout(this.#deadline)
    if (this.#isStopped) return
    const left = this.#msLeft()
    if (left > 0) this.#deadline = setTimeout(() => this.#watch(), Math.min(left, MAX_TIMER_MS))
    else this.#lose(`no extension succeeded within its ttl of ${formatDuration(this.#ttl)}`, this.#failure)
  }

  #msLeft() {
    return StateLock.heldUntil(this.#lock) - this.#ttl * CLOCK_DRIFT - ROUNDING_MS - now()
  }

  /** @param {string} why @param {unknown} [cause] */
  #lose(why, cause) {
    if (this.#isStopped) return
    this.stop()
    this.#loss = this.lossOf(why, cause)
    this.#controller.abort(this.#loss)
  }
}

module.exports = { LockKeeper }
