// @ts-check
'use strict'

const { RedisStateError, failure } = require('../errors.js')
const { now } = require('../time.js')
const { roleOf } = require('./role.js')

/**
 * @typedef {import('../operations/dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('./state-adapter.js').StateAdapter} StateAdapter
 * @typedef {import('../../index.js').StateHealth} StateHealth
 */

/** A round trip that takes longer makes a store `degraded`. */
const MAX_GOOD_LATENCY = 1000

/**
 * @param {Dispatcher} dispatcher of the adapter
 * @param {StateAdapter} adapter
 * @param {unknown} options
 */
function health(dispatcher, adapter, options) {
  return dispatcher.guard.rejectOnThrow({ operation: 'health' }, () => {
    const { timeout } = dispatcher.options('health', options).all
    return healthOf(() => adapter, timeout)
  })
}

/**
 * Connects if necessary and makes a round trip. Never rejects.
 *
 * @param {() => StateAdapter} open returns the adapter; may throw
 * @param {number} timeout milliseconds for both together
 * @returns {Promise<StateHealth>}
 */
async function healthOf(open, timeout) {
  const start = now()
  try {
    const adapter = open()
    // The time to connect is no latency.
    await adapter.connect({ timeout })
    const connected = now()
    const role = await roleOf(adapter, { timeout: Math.max(1, Math.ceil(timeout - (connected - start))) })
    const latency = now() - connected
    const status = latency > MAX_GOOD_LATENCY ? 'degraded' : 'ok'
    return { status, latency, ...(role === undefined ? {} : { role }) }
  } catch (error) {
    return { status: 'down', latency: now() - start, error: asStateError(error) }
  }
}

/** @param {unknown} error */
function asStateError(error) {
  return error instanceof RedisStateError ? error : failure('ERR_INTERNAL', 'the check failed', { cause: error })
}

module.exports = { health, healthOf }
