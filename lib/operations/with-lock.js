// @ts-check
'use strict'

const { failure, invalidArgument } = require('../errors.js')
const { listen } = require('../input/abort.js')
const { formatDuration } = require('../input/duration.js')
const { kindOf } = require('../input/received.js')
const { LockKeeper } = require('./lock-keeper.js')
const { StateLock, acquireOrWait, inputOf, newHolder } = require('./lock.js')

/**
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('./lock.js').Input} Input
 * @typedef {{ operation: 'withLock', traceId: string, key: string }} CallName
 * @typedef {(lock: StateLock, signal: AbortSignal) => unknown} Work
 */

/**
 * Runs a function while a lock is held.
 *
 * @param {Dispatcher} dispatcher
 * @param {import('./lock-waiters.js').LockWaiters} waiters
 * @param {{ traceId: string, key: string, options: unknown, work: any }} input
 * @returns {Promise<any>}
 */
function withLock(dispatcher, waiters, { traceId, key, options, work }) {
  /** @type {CallName} */
  const call = { operation: 'withLock', traceId, key }
  const target = { ...call, writes: true }
  return dispatcher.guard.rejectOnThrow(target, () => {
    const input = checkedInput(dispatcher, options, work)
    return acquireOrWait(dispatcher, waiters, newHolder(traceId, key), input).then((lock) =>
      lock === null ? dispatcher.guard.reject(timeoutOf(input), target) : runHeld(lock, call, input, work),
    )
  })
}

/** @param {Dispatcher} dispatcher @param {unknown} options @param {unknown} work */
function checkedInput(dispatcher, options, work) {
  if (typeof work !== 'function') throw invalidArgument(`work: expected a function, got ${kindOf(work)}`)
  return inputOf('withLock', dispatcher.options('withLock', options))
}

/** @param {Input} input */
function timeoutOf({ timeout }) {
  if (timeout > 0)
    return failure('ERR_LOCK_TIMEOUT', `another caller held the lock for all of ${formatDuration(timeout)}`)
  return failure('ERR_LOCK_TIMEOUT', 'another caller holds the lock', { remedy: 'Set timeout to wait for it.' })
}

/**
 * @param {StateLock} lock
 * @param {CallName} call
 * @param {Input} input
 * @param {Work} work
 */
async function runHeld(lock, call, { ttl, checked: { signal } }, work) {
  const keeper = new LockKeeper(lock, call, ttl)
  let stopListening = () => {}
  let result
  try {
    if (keeper.loss) throw keeper.loss
    if (signal?.aborted) keeper.abort(signal.reason)
    else if (signal) stopListening = listen(signal, () => keeper.abort(signal.reason))
    result = await work(lock, keeper.signal)
  } catch (error) {
    await release(lock, keeper).catch(() => {})
    throw error
  } finally {
    stopListening()
  }
  await release(lock, keeper)
  return result
}

/**
 * Releases the lock, and throws if it was lost before.
 *
 * @param {StateLock} lock
 * @param {LockKeeper} keeper
 */
async function release(lock, keeper) {
  keeper.stop()
  if (StateLock.isReleased(lock)) return
  const { loss, isOverdue } = keeper
  const isHeld = await lock.release().catch((error) => {
    // The work is done, and its lock expires.
    if (!isOverdue) return true
    throw loss ?? keeper.lossOf('its ttl ended before the work did', error)
  })
  if (loss) throw loss
  if (!isHeld) throw keeper.lossOf('its ttl ended before the work did, or its record was removed')
}

module.exports = { withLock }
