// @ts-check
'use strict'

const { abortedBy } = require('./call-options.js')

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
    signal.addEventListener('abort', onAbort, { once: true })
    call.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

module.exports = { abortable }
