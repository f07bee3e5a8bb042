// @ts-check
// What the contract is tested on: every store behaves the same, differences are declared here.

import { randomUUID } from 'node:crypto'
import { RedisStateAdapter } from 'redis-state-adapter'
import { startRedis } from './redis.mjs'

/** @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options */
/** @typedef {import('./redis.mjs').RedisServer} RedisServer */

/**
 * @typedef {object} Store
 * @property {string} name
 * @property {(options?: Options) => RedisStateAdapter} open a new adapter on this store; `stop` closes it
 * @property {{ client: import('./redis.mjs').Client, prefix: string }} [raw] the stored texts themselves, where they
 *   can be reached past the adapter
 * @property {() => Promise<void>} stop
 */

/** @type {{ name: string, hasRaw: boolean, start(): Promise<Store> }[]} `hasRaw`: the store will have `raw` */
export const stores = [
  { name: 'memory', hasRaw: false, start: startMemory },
  { name: 'redis', hasRaw: true, start: startOnRedis },
]

/** @returns {Promise<Store>} */
async function startMemory() {
  const { open, close } = adapters({ url: `memory:${randomUUID()}`, keyPrefix: somePrefix() })
  // The data live as long as one adapter is open, so this one lets a test close all of its own.
  open()
  return { name: 'memory', open, stop: close }
}

/** @returns {Promise<Store>} */
async function startOnRedis() {
  const server = await borrowServer()
  const prefix = somePrefix()
  const client = await server.client()
  const { open, close } = adapters({ url: server.url, keyPrefix: prefix })
  const stop = async () => {
    await close()
    client.destroy()
    await returnServer()
  }
  return { name: 'redis', open, raw: { client, prefix }, stop }
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
