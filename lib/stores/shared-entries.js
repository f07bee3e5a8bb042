// @ts-check
'use strict'

const { warn } = require('../warning.js')
const { COSMOS } = require('./definition.js')

/** @typedef {import('./definition.js').Definition} Definition */

const REDIS_PORT = 6379

/** Warns of stores that have the same entries, which a copied key prefix causes. @param {Definition[]} definitions */
function warnOfSharedEntries(definitions) {
  /** @type {Map<string, string>} */
  const seen = new Map()
  for (const { name, type, options } of definitions) {
    // One in memory without a name is private; one with problems has no options.
    if (Object.keys(options).length === 0 || options.url === 'memory:') continue
    const place = JSON.stringify([type === COSMOS ? cosmosPlaceOf(options) : placeOf(options), options.keyPrefix])
    const other = seen.get(place)
    if (other !== undefined)
      warn(`the stores ${other} and ${name} have the same entries: same server, database and key prefix`)
    seen.set(place, name)
  }
}

/** @param {any} options */
function cosmosPlaceOf({ url, connectionString, database, container }) {
  return [String(url ?? connectionString), database, container]
}

/**
 * The server and the database of a store, whichever options name them. Other options override the parts of the url.
 *
 * @param {any} options
 * @returns {unknown[]}
 */
function placeOf({ url, host, port, database, socket, sentinel, cluster }) {
  if (cluster) return ['cluster', addressesOf(cluster.nodes)]
  if (sentinel) return ['sentinel', sentinel.name, addressesOf(sentinel.nodes), database ?? 0]
  const parts = URL.canParse(url) ? new URL(url) : undefined
  if (parts !== undefined && !/^rediss?:$/.test(parts.protocol)) return [parts.href, database ?? 0]
  const own = {
    host: host ?? socket?.host ?? (parts?.hostname || 'localhost'),
    port: Number(port ?? socket?.port ?? (parts?.port || REDIS_PORT)),
    database: Number(database ?? (parts?.pathname.slice(1) || 0)),
  }
  return [socket?.path, own.host, own.port, own.database]
}

/** @param {unknown[]} nodes */
function addressesOf(nodes) {
  return nodes.map((node) => JSON.stringify(node)).sort()
}

module.exports = { warnOfSharedEntries }
