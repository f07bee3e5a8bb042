// @ts-check
'use strict'

const { connectionOptions, isClient } = require('../../adapter/connection-forms.js')
const { StateAdapter } = require('../../adapter/state-adapter.js')
const { Environment } = require('../open-state.js')
const { KeyvRedis } = require('./keyv-redis.js')

/**
 * @typedef {new (store: any, options?: any) => any} KeyvClass the class of Keyv 5 or 6
 */

/**
 * Makes the functions that open a Keyv on Redis, with the class of the user's Keyv.
 *
 * @param {() => KeyvClass} loadKeyv
 */
function creating(loadKeyv) {
  /** @param {unknown} [connection] @param {any} [options] */
  function createKeyv(connection, options) {
    const Keyv = loadKeyv()
    const store = new KeyvRedis(connection, options)
    const { namespace } = store
    const keyv = new Keyv(store, { ...(namespace ? { namespace } : {}), useKeyPrefix: false })
    // Keyv 5 has a namespace of its own by default.
    if (!namespace) keyv.namespace = undefined
    if (options?.throwOnErrors || options?.throwOnConnectError) keyv.throwOnErrors = true
    return keyv
  }

  /** A Keyv whose calls settle at once while there is no connection, and never reject. @param {unknown} [connection] @param {any} [options] */
  function createKeyvNonBlocking(connection, options) {
    const never = { throwOnConnectError: false, throwOnErrors: false }
    return createKeyv(withoutQueue(connection), { ...options, ...never })
  }

  return { createKeyv, createKeyvNonBlocking }
}

const WITHOUT_QUEUE = { offlineQueue: false }

/** @param {any} connection */
function withoutQueue(connection) {
  if (connection === undefined || connection === null) return new Environment(WITHOUT_QUEUE)
  if (typeof connection === 'string' || connection instanceof URL) return { url: connection, ...WITHOUT_QUEUE }
  // A state of the user has the queue that its user wants.
  if (typeof connection !== 'object' || connection instanceof StateAdapter) return connection
  return { ...(isClient(connection) ? connectionOptions(connection) : connection), ...WITHOUT_QUEUE }
}

module.exports = { creating }
