// @ts-check
'use strict'

const { OPERATIONS, StateCall } = require('../engines/call.js')

/**
 * Resolves when the server has answered.
 *
 * @param {import('./dispatcher.js').Dispatcher} dispatcher
 * @param {unknown} options
 */
function ping(dispatcher, options) {
  const { engine, guard } = dispatcher
  return guard.traced({ operation: 'ping' }, () =>
    guard.catching({ operation: 'ping' }, () => {
      const { signal, all } = dispatcher.options('ping', options)
      const call = new StateCall(OPERATIONS.ping, /** @type {any} */ (undefined), /** @type {any} */ (undefined))
      const { timeout } = all
      const timeoutError = () => engine.unready(timeout)?.makeError()
      const interrupts = { signal, timeout, timeoutError }
      return guard.interruptible({ operation: 'ping' }, interrupts, () => engine.execute(call))
    }),
  )
}

module.exports = { ping }
