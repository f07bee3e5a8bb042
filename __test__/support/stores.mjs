// @ts-check
// What the contract is tested on: every store behaves the same, differences are declared here.

import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RedisStateAdapter } from 'redis-state-adapter'
import { documentedRules, rulesOfWatching } from './acl.mjs'
import { Authority, makeFolder, save } from './certificates.mjs'
import { startCluster } from './cluster.mjs'
import { portOfNobody } from './port-of-nobody.mjs'
import { startRedis } from './redis.mjs'
import { startSentinels } from './sentinel.mjs'
import { tlsArguments } from './tls-server.mjs'

/** @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options */
/** @typedef {import('./redis.mjs').RedisServer} RedisServer */

/**
 * @typedef {object} Store
 * @property {string} name
 * @property {(options?: Options) => RedisStateAdapter} open a new adapter on this store; `stop` closes it
 * @property {{ client: import('./redis.mjs').Client, prefix: string }} [raw] the stored texts themselves, where they
 *   can be reached past the adapter
 * @property {(prefix: string) => Promise<void>} [letWatch] lets entries below a prefix be watched, where an adapter may not
 *   see to that itself
 * @property {() => Promise<void>} stop
 */

/**
 * @typedef {object} Start
 * @property {string} name
 * @property {boolean} hasRaw the store will have `raw`
 * @property {boolean} [hasHashTags] names are `{<traceId>}:<key>`
 * @property {boolean} [hasTransactions] on several entries; default: `true`
 * @property {() => Promise<Store>} start
 */

const { REDIS_6_2, VALKEY_9 } = process.env

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
  { name: 'redis, as an ACL user with the documented commands only', hasRaw: true, start: startAsUser },
  { name: 'redis, behind sentinels', hasRaw: true, start: startWithSentinels },
  { name: 'a cluster', hasRaw: true, hasTransactions: false, start: () => startOnCluster({}) },
  {
    name: 'a cluster, with hash tags, as an ACL user with the documented commands only',
    hasRaw: false,
    hasHashTags: true,
    start: () => startOnCluster({ hashTags: true, username: 'ada', password: 'ada-word' }),
  },
  ...onVersion('redis 6.2', REDIS_6_2),
  ...onVersion('valkey 9', VALKEY_9),
]

/**
 * A server of another version, where there is one.
 *
 * @param {string} name
 * @param {string | undefined} program
 * @returns {Start[]}
 */
function onVersion(name, program) {
  if (!program) return []
  const start = async () => {
    const server = await startRedis([], program)
    return onServer(name, { server, options: { url: server.url }, giveBack: () => server.stop() })
  }
  return [{ name, hasRaw: true, start }]
}

/** @returns {Promise<Store>} */
async function startMemory() {
  const { open, close } = adapters({ url: `memory:${randomUUID()}`, keyPrefix: somePrefix() })
  // The data live as long as one adapter is open, so this one lets a test close all of its own.
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
  return onServer(name, { server, options: optionsFor(server), giveBack: returnServer })
}

/** @returns {Promise<Store>} */
async function startAsUser() {
  const server = await startRedis()
  const client = await server.client()
  const { server: rules } = await documentedRules()
  await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', ...rules])
  const options = { url: server.url, username: 'ada', password: 'ada-word' }
  const store = await onServer('redis, as an ACL user', { server, options, giveBack: () => server.stop() })
  return { ...store, letWatch: (prefix) => letAdaWatch(prefix, (...args) => client.sendCommand(args)) }
}

/** @returns {Promise<Store>} */
async function startWithTls() {
  const [authority, folder, port] = [await Authority.create('an authority'), await makeFolder(), await portOfNobody()]
  const ca = join(folder, 'ca.crt')
  await writeFile(ca, authority.pem)
  const files = await save(folder, 'server', await authority.issue())
  const server = await startRedis([...tlsArguments(port, { ...files, ca }), '--tls-auth-clients', 'no'])
  const giveBack = async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  }
  return onServer('redis, over TLS', { server, options: { url: `rediss://localhost:${port}`, tls: { ca } }, giveBack })
}

/** @returns {Promise<Store>} */
async function startWithSentinels() {
  const set = await startSentinels({ replicas: 1 })
  const [server] = set.servers
  return onServer('redis, behind sentinels', { server, options: set.options, giveBack: () => set.stop() })
}

/**
 * @param {Options} options
 * @returns {Promise<Store>}
 */
async function startOnCluster(options) {
  const cluster = await startCluster()
  const { server, topologies } = await documentedRules()
  const user = ['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', ...server, ...topologies]
  await Promise.all(cluster.nodes.map((node) => node.say(...user)))
  const client = await cluster.client()
  const { open, close } = adapters({ ...cluster.options, ...options, keyPrefix: somePrefix() })
  const stop = async () => {
    await close()
    await cluster.stop()
  }
  const letWatch = async (/** @type {string} */ prefix) => {
    await Promise.all(cluster.nodes.map((node) => letAdaWatch(prefix, (...args) => node.say(...args))))
  }
  return { name: 'a cluster', open, raw: { client, prefix: '' }, letWatch, stop }
}

/**
 * Lets the user do what is documented for it, and has the server tell of changes.
 *
 * @param {string} prefix
 * @param {(...args: string[]) => Promise<unknown>} say
 */
async function letAdaWatch(prefix, say) {
  await say('ACL', 'SETUSER', 'ada', ...(await rulesOfWatching(prefix)))
  await say('CONFIG', 'SET', 'notify-keyspace-events', 'Kg$xe')
}

/**
 * @param {string} name
 * @param {{ server: RedisServer, options: Options, giveBack: () => Promise<void> }} on
 * @returns {Promise<Store>}
 */
async function onServer(name, { server, options, giveBack }) {
  const prefix = somePrefix()
  const client = await server.client()
  const { open, close } = adapters({ ...options, keyPrefix: prefix })
  const stop = async () => {
    await close()
    client.destroy()
    await giveBack()
  }
  return { name, open, raw: { client, prefix }, stop }
}

function somePrefix() {
  return `test-${randomUUID()}:`
}

/** @param {Options} defaults */
function adapters(defaults) {
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

// One server for all stores of a process: it starts with the first and ends with the last of them.
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
