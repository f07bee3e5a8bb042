// @ts-check
// Adapters with the option `index`, and what the indexes of a server hold.

import assert from 'node:assert/strict'
import { open } from './open.mjs'

/** @import { TestContext } from 'node:test' */
/** @import { RedisStateAdapterOptions } from 'redis-state-adapter' */
/** @typedef {{ sendCommand(command: string[]): Promise<unknown> }} Sender */

export const PREFIX = 'indexed:'
export const INDEXED = /** @type {const} */ ({ keyPrefix: PREFIX, strictTraceIds: true, index: true })

/**
 * @param {TestContext} t
 * @param {{ url: string }} server
 * @param {RedisStateAdapterOptions} [options]
 */
export function openIndexed(t, { url }, options) {
  return open(t, { url, ...INDEXED, ...options })
}

/** @param {string} traceId */
export const indexKey = (traceId) => `__state__:index:${PREFIX}${traceId}`

/** @param {Sender} client @param {string} traceId */
export async function members(client, traceId) {
  return /** @type {string[]} */ (await client.sendCommand(['ZRANGE', indexKey(traceId), '0', '-1']))
}

/**
 * Every entry must be a member of the index of its trace.
 *
 * @param {Sender} client
 * @param {string} traceId
 */
export async function assertComplete(client, traceId) {
  const start = `${PREFIX}${traceId}:`
  const found = /** @type {string[]} */ (await client.sendCommand(['KEYS', `${start}*`]))
  const keys = new Set(await members(client, traceId))
  const missing = found.map((key) => key.slice(start.length)).filter((key) => !keys.has(key))
  assert.deepEqual(missing, [], `entries that the index of ${traceId} lacks`)
}
