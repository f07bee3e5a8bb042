// @ts-check
'use strict'

const { OPERATIONS, StateCall } = require('../engines/call.js')

/**
 * Resolves when the server has answered, to its role if that is the operation.
 *
 * @param {import('./dispatcher.js').Dispatcher} dispatcher
 * @param {unknown} options
 * @param {typeof OPERATIONS.ping} [operation] `ping` or `role`
 */
function ping(dispatcher, options, operation = OPERATIONS.ping) {
  const { engine, guard } = dispatcher
  return guard.traced({ operation: 'ping' }, () =>
    guard.rejectOnThrow({ operation: 'ping' }, () => {
      const { signal, all } = dispatcher.options('ping', options)
      const call = new StateCall(operation, /** @type {any} */ (undefined), /** @type {any} */ (undefined))
      const { timeout } = all
      const timeoutError = () => engine.unready(timeout)?.makeError()
      const interrupts = { signal, timeout, timeoutError }
      return guard.interruptible({ operation: 'ping' }, interrupts, () => engine.execute(call))
    }),
  )
}

module.exports = { ping }
