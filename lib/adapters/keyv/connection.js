// @ts-check
'use strict'

const { invalidConfig } = require('../../errors.js')
const { kindOf } = require('../../input/received.js')
const { serverOfUrl } = require('../../input/server-url.js')

/** @typedef {Record<string, any>} Fields */

/** Options of the clusters and pools of node-redis that have no meaning here. */
const IGNORED = new Set([
  'masterPoolSize',
  'maxCommandRedirects',
  'minimizeConnections',
  'passthroughClientErrorEvents',
  'replicaPoolSize',
  'reserveClient',
  'scanInterval',
])

/**
 * Converts the options of a cluster or of sentinels, as node-redis has them, to those of `RedisStateAdapter`. Everything else is
 * passed on.
 *
 * @param {any} connection
 */
function connectionOf(connection) {
  if (Array.isArray(connection?.rootNodes)) return ofCluster(connection)
  if (Array.isArray(connection?.sentinelRootNodes)) return ofSentinels(connection)
  return connection
}

/** @param {Fields} options of `createCluster` */
function ofCluster({ rootNodes, defaults = {}, nodeAddressMap, useReplicas, ...others }) {
  const nodes = rootNodes.map((/** @type {Fields} */ node, /** @type {number} */ at) =>
    addressOf(node, `rootNodes[${at}]`),
  )
  const [first = {}] = rootNodes
  const cluster = { nodes, ...mapped(nodeAddressMap), ...(useReplicas ? { readFrom: 'any' } : {}) }
  return { ...loginOf(first, 'rootNodes[0]'), ...defaults, ...withoutIgnored(others), cluster }
}

/** @param {Fields} options of `createSentinel` */
function ofSentinels({ name, sentinelRootNodes, nodeClientOptions, sentinelClientOptions, nodeAddressMap, ...others }) {
  const { username, password } = sentinelClientOptions ?? {}
  const sentinel = { name, nodes: sentinelRootNodes, username, password, ...mapped(nodeAddressMap) }
  return { ...nodeClientOptions, ...withoutIgnored(others), sentinel }
}

/** @param {Fields} options */
function withoutIgnored(options) {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !IGNORED.has(name)))
}

/** @param {unknown} nodeAddressMap */
function mapped(nodeAddressMap) {
  if (nodeAddressMap === undefined) return {}
  if (typeof nodeAddressMap !== 'function') return { nodeAddressMap }
  throw invalidConfig('nodeAddressMap: expected an object of addresses, got a function')
}

/** @param {Fields} node @param {string} path */
function addressOf(node, path) {
  if (typeof node?.url === 'string') return serverOfUrl(node.url, `${path}.url`).address
  const { host, port } = node?.socket ?? {}
  if (typeof host === 'string') return { host, port: port ?? 6379 }
  throw invalidConfig(`${path}: expected an object with a url or a socket, got ${kindOf(node)}`)
}

/** The login of a node: its own, else that in its url. @param {Fields} node @param {string} path */
function loginOf({ url, username, password }, path) {
  return {
    ...(typeof url === 'string' && serverOfUrl(url, `${path}.url`).login),
    ...(username && { username }),
    ...(password && { password }),
  }
}

module.exports = { connectionOf }
