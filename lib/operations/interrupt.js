// @ts-check
'use strict'

const { RedisStateError, callFailure, ofCall } = require('../errors.js')
const { ABORTED, listen } = require('../input/abort.js')
const { clearTimeout, setTimeout } = require('../time.js')

/**
 * @typedef {{ operation: string, traceId?: string, key?: string, writes?: boolean }} Target
 *
 * @typedef {object} Interrupts what can reject a call before the engine has answered
 * @property {AbortSignal} [signal] not aborted yet
 * @property {number} [timeout] in milliseconds
 * @property {() => import('../../index.js').RedisStateError | undefined} [timeoutError] in place of the usual one, if it returns one
 * @property {() => unknown} [stop] cancels the call in the engine
 *
 * @typedef {object} Call
 * @property {() => Promise<any>} start
 * @property {(code: string) => void} onEarlyRejection the signal or the timeout has rejected the call
 * @property {(code: string) => void} onLateFailure the engine rejects the call after that
 */

/**
 * Runs a call that its signal or timeout can reject. The call may be sent by then, so its write may still be executed.
 *
 * @param {Target} target
 * @param {Interrupts} interrupts
 * @param {Call} call
 * @returns {Promise<any>}
 */
function runInterruptible(target, { stop, ...interrupts }, { start, onEarlyRejection, onLateFailure }) {
  let isRejected = false
  const { promise, resolve, reject } = withResolvers()
  let stopListening = () => {}
  // Before the call starts, so that nothing is sent if `addEventListener` of the signal throws.
  stopListening = listenTo(interrupts, target, (error) => {
    // The engine may settle much later, or never.
    stopListening()
    isRejected = true
    onEarlyRejection(error.code)
    reject(error)
    stop?.()
  })
  const call = new Promise((resolve) => resolve(start()))
  // The promise settles with what happens first: the answer of the engine, the abort or the timeout.
  const settled = (/** @type {any} */ value) => {
    stopListening()
    resolve(value)
  }
  call.then(settled, (error) => {
    stopListening()
    if (isRejected) onLateFailure(error.code)
    else reject(error instanceof RedisStateError ? ofCall(error, target) : error)
  })
  return promise
}

/** `Promise.withResolvers`, which Node.js 20 lacks. */
function withResolvers() {
  /** @type {(value: any) => void} */
  let resolve = () => {}
  /** @type {(error: unknown) => void} */
  let reject = () => {}
  /** @type {Promise<any>} */
  const promise = new Promise((...both) => {
    ;[resolve, reject] = both
  })
  return { promise, resolve, reject }
}

/**
 * Calls `rejectWith` when the signal is aborted or the timeout has elapsed.
 *
 * @param {Interrupts} interrupts
 * @param {Target} target
 * @param {(error: import('../../index.js').RedisStateError) => void} rejectWith
 * @returns {() => void} removes the listener and the timer
 */
function listenTo({ signal, timeout, timeoutError }, { writes, ...call }, rejectWith) {
  const applied = writes ? /** @type {const} */ ('unknown') : undefined
  const abort = () => rejectWith(callFailure(call, 'ERR_ABORTED', ABORTED, { applied, cause: signal?.reason }))
  const expire = () => {
    const error = timeoutError?.()
    const noAnswer = () => callFailure(call, 'ERR_COMMAND_TIMEOUT', `timed out after ${timeout} ms`, { applied })
    rejectWith(error instanceof RedisStateError ? ofCall(error, call) : noAnswer())
  }
  const stopListening = signal && listen(signal, abort)
  const timer = timeout === undefined ? undefined : setTimeout(expire, timeout)
  return () => {
    clearTimeout(timer)
    stopListening?.()
  }
}

module.exports = { runInterruptible, withResolvers }
