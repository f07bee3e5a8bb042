// @ts-check
// The stores on which the contract is tested. All must behave the same; differences are declared here.

import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RedisStateAdapter } from 'redis-state-adapter'
import { documentedRules, rulesOfServer, rulesOfWatching } from './acl.mjs'
import { Authority, makeFolder, save } from './certificates.mjs'
import { startCluster } from './cluster.mjs'
import { startRedis } from './redis.mjs'
import { startSentinels } from './sentinel.mjs'
import { tlsArguments } from './tls-server.mjs'
import { unusedPort } from './unused-port.mjs'
import { VERSIONS } from './versions.mjs'

/** @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options */
/** @typedef {import('./redis.mjs').RedisServer} RedisServer */

/**
 * @typedef {object} Store
 * @property {string} name
 * @property {(options?: Options) => RedisStateAdapter} open opens an adapter on this store; `stop` closes it
 * @property {{ client: import('./redis.mjs').Client, prefix: string }} [raw] access to the stored texts, if possible
 * @property {(prefix: string) => Promise<void>} [allowWatch] grants the rights to watch entries with a key prefix and
 *   enables notifications, if the adapter's user is not allowed to
 * @property {() => Promise<void>} stop
 */

/**
 * @typedef {object} Start
 * @property {string} name
 * @property {boolean} hasRaw whether the store has `raw`
 * @property {boolean} [hasHashTags] names are `{<traceId>}:<key>`
 * @property {boolean} [hasStrictTraceIds] trace ids have no ":"
 * @property {boolean} [hasTransactions] whether transactions on several entries are supported; default: `true`
 * @property {() => Promise<Store>} start
 */

/** @type {Start[]} */
export const stores = [
  { name: 'memory', hasRaw: false, start: startMemory },
  { name: 'redis', hasRaw: true, start: () => startOnRedis('redis', ({ url }) => ({ url })) },
  {
    name: 'redis, over a unix socket',
    hasRaw: true,
    start: () => startOnRedis('redis, over a unix socket', ({ socketPath }) => ({ url: `unix://${socketPath}` })),
  },
  { name: 'redis, over TLS', hasRaw: true, start: startWithTls },
  { name: 'redis, as an ACL user with only the documented rights', hasRaw: true, start: () => startAsUser() },
  {
    name: 'redis, with an index of each trace, as an ACL user with only the documented rights',
    hasRaw: true,
    hasStrictTraceIds: true,
    start: startWithIndex,
  },
  {
    name: 'redis, with a cache',
    hasRaw: true,
    start: () => startOnRedis('redis, with a cache', ({ url }) => ({ url, cache: true })),
  },
  { name: 'redis, behind sentinels', hasRaw: true, start: startWithSentinels },
  { name: 'a cluster', hasRaw: true, hasTransactions: false, start: () => startOnCluster({}) },
  {
    name: 'a cluster, with hash tags, as an ACL user with only the documented rights',
    hasRaw: false,
    hasHashTags: true,
    start: () => startOnCluster({ hashTags: true, username: 'ada', password: 'ada-word' }),
  },
  {
    name: 'a cluster, with a cache',
    hasRaw: false,
    hasHashTags: true,
    start: () => startOnCluster({ hashTags: true, cache: true }),
  },
  ...VERSIONS.map(([name, program]) => onVersion(name, program)),
]

/**
 * A server of another version.
 *
 * @param {string} name
 * @param {string} program
 * @returns {Start}
 */
function onVersion(name, program) {
  const start = async () => {
    const server = await startRedis([], program)
    return onServer(name, { server, options: { url: server.url }, release: () => server.stop() })
  }
  return { name, hasRaw: true, start }
}

/** @returns {Promise<Store>} */
async function startMemory() {
  const { open, close } = adapters({ url: `memory:${randomUUID()}`, keyPrefix: randomPrefix() })
  // The data live as long as one adapter is open. This adapter keeps them when a test closes all of its own.
  open()
  return { name: 'memory', open, stop: close }
}

/**
 * @param {string} name
 * @param {(server: RedisServer) => Options} optionsFor
 * @returns {Promise<Store>}
 */
async function startOnRedis(name, optionsFor) {
  const server = await borrowServer()
  return onServer(name, { server, options: optionsFor(server), release: returnServer })
}

/** @returns {Promise<Store>} */
async function startWithIndex() {
  const { indexing } = await documentedRules()
  return startAsUser({ index: true, strictTraceIds: true }, indexing)
}

/**
 * @param {Options} [more]
 * @param {string[]} [furtherRules]
 * @returns {Promise<Store>}
 */
async function startAsUser(more, furtherRules = []) {
  const server = await startRedis()
  const client = await server.client()
  const rules = [...(await rulesOfServer()), ...furtherRules]
  await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', ...rules])
  const options = { url: server.url, username: 'ada', password: 'ada-word', ...more }
  const store = await onServer('redis, as an ACL user', { server, options, release: () => server.stop() })
  return { ...store, allowWatch: (prefix) => allowAdaToWatch(prefix, (...args) => client.sendCommand(args)) }
}

/** @returns {Promise<Store>} */
async function startWithTls() {
  const [authority, folder, port] = [await Authority.create('an authority'), await makeFolder(), await unusedPort()]
  const ca = join(folder, 'ca.crt')
  await writeFile(ca, authority.pem)
  const files = await save(folder, 'server', await authority.issue())
  const server = await startRedis([...tlsArguments(port, { ...files, ca }), '--tls-auth-clients', 'no'])
  const release = async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  }
  return onServer('redis, over TLS', { server, options: { url: `rediss://localhost:${port}`, tls: { ca } }, release })
}

/** @returns {Promise<Store>} */
async function startWithSentinels() {
  const set = await startSentinels({ replicas: 1 })
  const [server] = set.servers
  return onServer('redis, behind sentinels', { server, options: set.options, release: () => set.stop() })
}

/**
 * @param {Options} options
 * @returns {Promise<Store>}
 */
async function startOnCluster(options) {
  const cluster = await startCluster()
  const { topologies } = await documentedRules()
  const user = ['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', ...(await rulesOfServer()), ...topologies]
  await Promise.all(cluster.nodes.map((node) => node.send(...user)))
  const client = await cluster.client()
  const { open, close } = adapters({ ...cluster.options, ...options, keyPrefix: randomPrefix() })
  const stop = async () => {
    await close()
    await cluster.stop()
  }
  const allowWatch = async (/** @type {string} */ prefix) => {
    await Promise.all(cluster.nodes.map((node) => allowAdaToWatch(prefix, (...args) => node.send(...args))))
  }
  return { name: 'a cluster', open, raw: { client, prefix: '' }, allowWatch, stop }
}

/**
 * Grants the user the documented rights for watches, and enables keyspace notifications on the server.
 *
 * @param {string} prefix
 * @param {(...args: string[]) => Promise<unknown>} send
 */
async function allowAdaToWatch(prefix, send) {
  await send('ACL', 'SETUSER', 'ada', ...(await rulesOfWatching(prefix)))
  await send('CONFIG', 'SET', 'notify-keyspace-events', 'Kg$xe')
}

/**
 * @param {string} name
 * @param {{ server: RedisServer, options: Options, release: () => Promise<void> }} on
 * @returns {Promise<Store>}
 */
async function onServer(name, { server, options, release }) {
  const prefix = randomPrefix()
  const client = await server.client()
  const { open, close } = adapters({ ...options, keyPrefix: prefix })
  const stop = async () => {
    await close()
    client.destroy()
    await release()
  }
  return { name, open, raw: { client, prefix }, stop }
}

function randomPrefix() {
  return `test-${randomUUID()}:`
}

/** @param {Options} options */
function adapters(options) {
  // Long, because what is tested is not how fast a busy machine is.
  const defaults = { commandTimeout: 60_000, ...options }
  /** @type {RedisStateAdapter[]} */
  const opened = []
  /** @param {Options} [options] */
  const open = (options) => {
    const adapter = new RedisStateAdapter({ ...defaults, ...options })
    opened.push(adapter)
    return adapter
  }
  const close = async () => {
    await Promise.all(opened.splice(0).map((adapter) => adapter.cleanup()))
  }
  return { open, close }
}

// All stores of a process share one server: the first starts it, the last stops it.
/** @type {Promise<RedisServer> | undefined} */
let shared
let borrowers = 0

function borrowServer() {
  borrowers++
  shared ??= startRedis()
  return shared
}

async function returnServer() {
  if (--borrowers > 0) return
  const last = shared
  shared = undefined
  await (await last)?.stop()
}
