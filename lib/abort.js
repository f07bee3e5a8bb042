// @ts-check
'use strict'

const { abortedBy } = require('./call-options.js')

/**
 * One listener for each signal, however many calls wait on it: Node takes more than ten for a leak, and warns.
 *
 * @type {WeakMap<AbortSignal, Set<() => void>>}
 */
const waiting = new WeakMap()

/**
 * Calls `onAbort` when the signal says so.
 *
 * @param {AbortSignal} signal that is not aborted yet
 * @param {() => void} onAbort
 * @returns {() => void} lets go of it
 */
function listen(signal, onAbort) {
  const all = waiting.get(signal) ?? beginListening(signal)
  all.add(onAbort)
  return () => {
    if (all.delete(onAbort) && all.size === 0) endListening(signal)
  }
}

/** @param {AbortSignal} signal */
function beginListening(signal) {
  /** @type {Set<() => void>} */
  const all = new Set()
  waiting.set(signal, all)
  signal.addEventListener('abort', onAbort, { once: true })
  return all
}

/** @param {AbortSignal} signal */
function endListening(signal) {
  waiting.delete(signal)
  signal.removeEventListener('abort', onAbort)
}

/** @this {AbortSignal} */
function onAbort() {
  const all = waiting.get(this) ?? []
  waiting.delete(this)
  for (const tell of all) tell()
}

/**
 * Stops waiting for a call when the signal says so. The call itself may be on its way: what it writes may be written.
 *
 * @template T
 * @param {Promise<T>} call
 * @param {AbortSignal} signal that is not aborted yet
 * @param {{ traceId?: string, key?: string, writes?: boolean }} about
 * @returns {Promise<T>}
 */
function abortable(call, signal, { traceId, key, writes }) {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      const applied = writes ? /** @type {const} */ ('unknown') : undefined
      reject(abortedBy(signal, { traceId, key, applied }))
    }
    call.then(resolve, reject).finally(listen(signal, onAbort))
  })
}

module.exports = { abortable, listen }
