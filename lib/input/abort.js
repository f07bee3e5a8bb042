// @ts-check
'use strict'

const { failure, invalidArgument } = require('../errors.js')
const { received } = require('./received.js')

const ABORTED = 'aborted by its signal'

/**
 * Checks that a value has the interface of an AbortSignal. Signals of other realms and of polyfills are not instances of this
 * realm's class.
 *
 * @param {any} signal
 * @param {string} path
 * @returns {AbortSignal}
 */
function checkSignal(signal, path) {
  if (typeof signal === 'object' && signal !== null && hasInterface(signal)) return signal
  throw invalidArgument(`${path}: expected an AbortSignal, got ${received(signal)}`)
}

/** @param {any} object */
function hasInterface({ aborted, addEventListener, removeEventListener }) {
  return (
    typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  )
}

/**
 * Throws if the signal of a call is already aborted.
 *
 * @param {AbortSignal | undefined} signal
 */
function checkNotAborted(signal) {
  if (signal?.aborted) throw abortError(signal)
}

/** @param {AbortSignal} signal */
function abortError(signal) {
  return failure('ERR_ABORTED', ABORTED, { cause: signal.reason })
}

/**
 * Callbacks by signal. Each signal gets a single listener, as Node.js warns of a leak beyond ten.
 *
 * @type {WeakMap<AbortSignal, { listener: () => void, callbacks: Set<() => void> }>}
 */
const bySignal = new WeakMap()

/**
 * Calls `onAbort` when the signal is aborted.
 *
 * @param {AbortSignal} signal that is not aborted yet
 * @param {() => void} onAbort
 * @returns {() => void} removes the callback
 */
function listen(signal, onAbort) {
  const { callbacks } = bySignal.get(signal) ?? startListening(signal)
  callbacks.add(onAbort)
  return () => {
    if (callbacks.delete(onAbort) && callbacks.size === 0) stopListening(signal)
  }
}

/** @param {AbortSignal} signal */
function startListening(signal) {
  /** @type {Set<() => void>} */
  const callbacks = new Set()
  const listener = () => {
    bySignal.delete(signal)
    for (const callback of callbacks) callback()
  }
  try {
    signal.addEventListener('abort', listener, { once: true })
  } catch (cause) {
    throw invalidArgument('signal: its addEventListener threw an error', { cause })
  }
  const entry = { callbacks, listener }
  bySignal.set(signal, entry)
  return entry
}

/** @param {AbortSignal} signal */
function stopListening(signal) {
  const entry = bySignal.get(signal)
  bySignal.delete(signal)
  try {
    if (entry) signal.removeEventListener('abort', entry.listener)
  } catch {
    // The call has settled, so a signal of the caller that throws must not affect it.
  }
}

module.exports = { ABORTED, abortError, checkNotAborted, listen, checkSignal }
