// @ts-check
'use strict'

const http = require('node:http')
const https = require('node:https')

/** Requests beyond these wait for a free socket. */
const MAX_SOCKETS = 64
/** How long a socket without requests is kept. */
const MAX_IDLE_MS = 50_000
/** A server closes an idle socket when its time is over; a request that is sent at this moment would fail. */
const MARGIN_MS = 1000

/**
 * An agent whose idle sockets are closed before the server closes them.
 *
 * @param {boolean} isSecure
 * @param {object} [tls] options
 */
function openAgent(isSecure, tls) {
  const { Agent } = isSecure ? https : http
  const agent = /** @type {any} */ (
    new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout: MAX_IDLE_MS, ...tls })
  )
  const { keepSocketAlive } = agent
  agent.keepSocketAlive = function keepShorter(/** @type {import('node:net').Socket} */ socket) {
    const isKept = keepSocketAlive.call(this, socket)
    const { timeout = 0 } = socket
    if (isKept && timeout > MARGIN_MS) socket.setTimeout(timeout - MARGIN_MS)
    return isKept
  }
  return /** @type {import('node:http').Agent} */ (agent)
}

module.exports = { openAgent }
