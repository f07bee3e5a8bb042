// @ts-check
'use strict'

/** As @keyv/redis exports them. */
const RedisErrorMessages = Object.freeze({
  RedisClientNotConnectedThrown:
    'Redis client is not connected or has failed to connect. This is thrown because throwOnConnectError is set to true.',
})

/** The codes of errors that say that there is no connection. */
const DISCONNECTED = new Set(['ERR_CONNECTION', 'ERR_AUTH', 'ERR_CLOSED'])

/**
 * Whether a call failed because the server cannot be reached.
 *
 * @param {any} error
 * @param {boolean} isReady whether the state is connected now
 */
function isDisconnected({ code }, isReady) {
  return DISCONNECTED.has(code) || (code === 'ERR_COMMAND_TIMEOUT' && !isReady)
}

/** @param {unknown} cause */
function notConnected(cause) {
  return new Error(RedisErrorMessages.RedisClientNotConnectedThrown, { cause })
}

module.exports = { RedisErrorMessages, isDisconnected, notConnected }
