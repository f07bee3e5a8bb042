// @ts-check
'use strict'

const { once } = require('node:events')
const { createServer } = require('node:http')
const { inspector } = require('./inspector.js')
const { TokenAccess } = require('./token-access.js')

/**
 * @typedef {object} LocalServer
 * @property {string} url with the token
 * @property {() => Promise<void>} close ends all requests at once
 */

const LIMITS = {
  // Names of entries are in addresses.
  maxHeaderSize: 64 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 5000,
}
const MAX_CONNECTIONS = 256
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']
/** That of http. A host that is allowed without a port is so with any. */
const DEFAULT_PORT = 80

/**
 * Serves the inspector on this machine to those who have the token.
 *
 * @param {import('../../index.js').StateStore | import('../../index.js').StateStores} target
 * @param {{ host: string, port: number } & Pick<import('../../types/adapters/inspector.js').InspectorOptions,
 *   'configure' | 'name' | 'timeout' | 'writable'>} options `port`: 0 is any free one
 * @returns {Promise<LocalServer>}
 */
async function serveLocally(target, { host, port, ...options }) {
  const server = createServer(LIMITS)
  server.maxConnections = MAX_CONNECTIONS
  server.listen({ host, port })
  await once(server, 'listening')
  const { port: actual } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const access = new TokenAccess(actual)
  const authorize = access.authorize.bind(access)
  const handler = inspector(target, { ...options, allowedHosts: hostsAt(actual), authorize })
  server.on('request', handler)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}/?token=${access.token}`,
    close: () => closed(server, handler),
  }
}

/** The values of the header `Host` of requests to this machine. Browsers omit the port of the protocol. @param {number} port */
function hostsAt(port) {
  return LOOPBACK.map((name) => (port === DEFAULT_PORT ? name : `${name}:${port}`))
}

/** @param {import('node:http').Server} server @param {{ close: () => void }} handler */
async function closed(server, handler) {
  const closing = once(server, 'close')
  server.close()
  handler.close()
  server.closeAllConnections()
  await closing
}

module.exports = { hostsAt, serveLocally }
