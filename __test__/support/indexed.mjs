// @ts-check
// Traces with an index, as adapters with `index: true` write them.

import { open } from './open.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapterOptions } from 'redis-state-adapter'
 * @import { Client } from './redis.mjs'
 */

export const INDEX = '__state__:index:motia:state:'
export const MARKER = '__state__:indexed:motia:state:'

/** @param {TestContext} t @param {RedisStateAdapterOptions} options */
export function openIndexed(t, options) {
  return open(t, { strictTraceIds: true, index: true, ...options })
}

/**
 * Writes an entry and its member in one step.
 *
 * @param {Client} client
 * @param {string} traceId
 * @param {string} key
 * @param {unknown} value
 * @param {string[]} expiry arguments of SET
 */
export async function put(client, traceId, key, value, ...expiry) {
  const write = client.multi()
  write.addCommand(['ZADD', INDEX + traceId, '0', key])
  write.addCommand(['SET', `motia:state:${traceId}:${key}`, JSON.stringify(value), ...expiry])
  await write.exec()
}

/**
 * Writes many entries with their members.
 *
 * @param {Client} client
 * @param {string} traceId
 * @param {string[]} keys the values are the keys
 */
export async function putAll(client, traceId, keys) {
  await Promise.all(keys.map((key) => put(client, traceId, key, key)))
}

/** Deletes an entry and its member in one step. @param {Client} client @param {string} traceId @param {string} key */
export async function remove(client, traceId, key) {
  const write = client.multi()
  write.addCommand(['GETDEL', `motia:state:${traceId}:${key}`])
  write.addCommand(['ZREM', INDEX + traceId, key])
  await write.exec()
}

/** The members of an index. @param {Client} client @param {string} traceId */
export function membersOf(client, traceId) {
  return client.zRange(INDEX + traceId, 0, -1)
}

/** @param {Client} client @returns {Promise<Record<string, number>>} calls of each command so far */
export async function commandCalls(client) {
  const info = /** @type {string} */ (await client.sendCommand(['INFO', 'commandstats']))
  const lines = [...info.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)]
  return Object.fromEntries(lines.map(([, name, calls]) => [name, Number(calls)]))
}
