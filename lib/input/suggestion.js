// @ts-check
'use strict'

/** Names of other clients, and what this package has in their place: the name of an option, or a sentence. */
const FOREIGN = new Map(
  Object.entries({
    address: 'host',
    auth: 'password',
    auth_pass: 'password',
    autoPipelining: 'Omit it: calls of a tick are always sent together.',
    autoResendUnfulfilledCommands: 'Omit it: reads are retried until commandTimeout, writes are not.',
    ca: 'tls',
    cert: 'tls',
    clientName: 'name',
    clusterNodes: 'cluster',
    connectTimeout: 'socket: { connectTimeout }',
    connectionName: 'name',
    connectionString: 'url',
    count: 'pageSize',
    db: 'database',
    defaultTtl: 'ttl',
    enableAutoPipelining: 'Omit it: calls of a tick are always sent together.',
    enableOfflineQueue: 'offlineQueue',
    enableReadyCheck: 'Omit it: calls are sent once the server is ready.',
    etag: 'ifMatch',
    ex: 'ttl',
    exat: 'ttl',
    expire: 'ttl',
    expires: 'ttl',
    expiresIn: 'ttl',
    expiry: 'ttl',
    groupid: 'groupId',
    hostname: 'host',
    keepAlive: 'socket: { keepAlive }',
    keepttl: 'Use update, which keeps the expiry of the entry.',
    key: 'tls',
    lazyConnect: 'Omit it: the constructor does not wait for the connection.',
    limit: 'pageSize',
    maxRetriesPerRequest: 'Use commandTimeout: a call is retried until then.',
    natMap: 'nodeAddressMap',
    noDelay: 'socket: { noDelay }',
    nodes: 'cluster',
    nx: 'ifAbsent',
    pass: 'password',
    path: 'socket: { path }',
    prefix: 'keyPrefix',
    px: 'ttl',
    pxat: 'ttl',
    reconnectOnError: 'Use socket: { reconnectStrategy }.',
    reconnectStrategy: 'socket: { reconnectStrategy }',
    rejectUnauthorized: 'tls',
    retryStrategy: 'socket: { reconnectStrategy }',
    rootNodes: 'cluster',
    scaleReads: 'cluster: { readFrom }',
    sentinelPassword: 'sentinel: { password }',
    sentinelRetryStrategy: 'socket: { reconnectStrategy }',
    sentinelUsername: 'sentinel: { username }',
    sentinels: 'sentinel',
    servername: 'tls',
    ssl: 'tls',
    timeout: 'commandTimeout',
    traceId: 'groupId',
    uri: 'url',
    user: 'username',
    xx: 'Use ifMatch with the etag of the entry.',
  }).map(([name, use]) => [name.toLowerCase(), use]),
)

/** Options whose unit differs between packages. @type {Record<string, string>} */
const UNITS = { ttl: ', in seconds', commandTimeout: ', in milliseconds' }

/** A call has no timeout of its own. */
const SIGNAL_FOR_TIMEOUT = 'Use signal: AbortSignal.timeout(milliseconds).'

/**
 * Says what to write in place of an unknown name, if one is close enough or known.
 *
 * @param {string} name
 * @param {readonly string[]} known
 * @returns {string | undefined} a sentence
 */
function suggestionFor(name, known) {
  const use = FOREIGN.get(name.toLowerCase())
  if (use?.endsWith('.')) return use
  if (use !== undefined && known.includes(use.split(':')[0])) return `Use ${use}${UNITS[use] ?? ''}.`
  if (use === 'commandTimeout' && known.includes('signal')) return SIGNAL_FOR_TIMEOUT
  const closest = closestOf(name, known)
  return closest === undefined ? undefined : `Did you mean ${closest}?`
}

/**
 * @param {string} name
 * @param {readonly string[]} known
 */
function closestOf(name, known) {
  const maxDistance = Math.min(2, Math.floor(name.length / 2))
  const lower = name.toLowerCase()
  const [closest] = known
    .map((candidate) => ({ candidate, distance: distance(lower, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((one, other) => one.distance - other.distance)
  return closest?.candidate
}

/** The Levenshtein distance. @param {string} one @param {string} other */
function distance(one, other) {
  if (Math.abs(one.length - other.length) > 2) return Infinity
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at]
    for (let to = 1; to <= other.length; to += 1) {
      const replaced = row[to - 1] + (one[at - 1] === other[to - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[to] + 1, next[to - 1] + 1))
    }
    row = next
  }
  return row[other.length]
}

module.exports = { suggestionFor }
