// @ts-check
'use strict'

const { randomUUID } = require('node:crypto')
const { listen } = require('./abort.js')
const { abortedBy } = require('./call-options.js')
const { invalidArgument } = require('./errors.js')
const { LONGEST_TIME, millisecondsOf, objectOf } = require('./input.js')

// Taken now, as in batch.js.
const { setTimeout, clearTimeout } = globalThis

/**
 * @typedef {import('./core.js').Core} Core
 */

const ACCEPTED = ['waitReplicas', 'signal']
/** Between two looks at a lock that others hold: longer with each, as long as there is nothing to hope for. */
const FIRST_PAUSE = 5
const LONGEST_PAUSE = 500

/** A lock that is held, or was. */
class StateLock {
  #core
  #hold

  /**
   * @param {Core} core
   * @param {string} traceId
   * @param {string} key
   * @param {string} token
   * @param {number} fence
   * @param {number} hold in milliseconds
   */
  constructor(core, traceId, key, token, fence, hold) {
    this.#core = core
    this.#hold = hold
    this.traceId = traceId
    this.key = key
    this.token = token
    this.fence = fence
    Object.freeze(this)
  }

  /** @param {number} [ttl] in seconds */
  async extend(ttl) {
    const hold = ttl === undefined ? () => this.#hold : () => millisecondsOf(ttl, 'ttl')
    const { fence } = await step(this.#core, 'extend', this, hold)
    return fence !== null
  }

  async release() {
    const { fence } = await step(this.#core, 'release', this, () => 0)
    return fence !== null
  }

  async [Symbol.asyncDispose]() {
    await this.release()
  }
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {string} key
 * @param {any} options
 */
function lock(core, traceId, key, options) {
  return core.checked({ traceId, key, writes: true }, () => {
    const { ttl, timeout = 0, ...others } = Object(options)
    const check = () => {
      objectOf('the options', options)
      if (!(timeout >= 0 && timeout <= LONGEST_TIME)) throw invalidArgument('timeout: expected milliseconds, 0 or more')
      return millisecondsOf(ttl, 'ttl')
    }
    return take(core, { traceId, key, token: randomUUID() }, { check, timeout, others })
  })
}

/**
 * @param {Core} core
 * @param {{ traceId: string, key: string, token: string }} holder
 * @param {{ check: () => number, timeout: number, others: any }} options `check` gives the time to hold it; may throw
 */
async function take(core, holder, { check, timeout, others }) {
  const end = performance.now() + timeout
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const { fence, left } = await acquire(core, holder, check, others)
    if (fence !== null) return new StateLock(core, holder.traceId, holder.key, holder.token, fence, check())
    const rest = end - performance.now()
    if (rest <= 0) return null
    // Half of it by chance, so that those who wait do not all come at once.
    const chosen = pause * (0.5 + Math.random() / 2)
    await wait(Math.min(chosen, left + 1, rest), others.signal)
  }
}

/**
 * @param {Core} core
 * @param {{ traceId: string, key: string, token: string }} holder
 * @param {() => number} hold in milliseconds; may throw
 * @param {unknown} options
 */
async function acquire(core, holder, hold, options) {
  try {
    return await step(core, 'acquire', holder, hold, options)
  } catch (error) {
    const { applied } = /** @type {import('../index.js').RedisStateError} */ (error)
    // Nobody would know that it is held: aborted, overdue, not replicated. Behind the step itself where the connection stands.
    if (applied === 'yes' || applied === 'unknown') step(core, 'release', holder, () => 0).catch(() => {})
    throw error
  }
}

/**
 * @param {Core} core
 * @param {'acquire' | 'extend' | 'release'} name
 * @param {{ traceId: string, key: string, token: string }} holder
 * @param {() => number} hold in milliseconds; may throw
 * @param {unknown} [options]
 * @returns {Promise<{ fence: number | null, left: number }>}
 */
function step(core, name, { traceId, key, token }, hold, options) {
  return core.act({
    operation: name === 'acquire' ? 'lock' : name,
    action: 'lock',
    traceId,
    key,
    options,
    accepted: ACCEPTED,
    args: () => [name, token, String(hold())],
    finish: ([fence, left]) => ({ fence, left }),
  })
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>}
 */
function wait(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      letGo()
      reject(abortedBy(/** @type {AbortSignal} */ (signal), { applied: 'no' }))
    }
    const timer = setTimeout(() => {
      letGo()
      resolve()
    }, milliseconds)
    const letGo = signal === undefined || signal.aborted ? () => {} : listen(signal, onAbort)
    if (signal?.aborted) onAbort()
  })
}

module.exports = { StateLock, lock }
