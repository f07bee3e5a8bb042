// @ts-check
'use strict'

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

/** @param {any} connection */
function withoutQueue(connection) {
  if (typeof connection === 'string' || connection instanceof URL) return { url: connection, offlineQueue: false }
  return isOptions(connection) ? { ...connection, offlineQueue: false } : connection
}

/** Whether it is neither a state nor a client. @param {any} connection */
function isOptions(connection) {
  return typeof connection === 'object' && connection !== null && typeof connection.connect !== 'function'
}

module.exports = { creating }
