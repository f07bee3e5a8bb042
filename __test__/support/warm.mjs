// @ts-check
// Adapters that have one entry and whose command and scan connections are established.

import { open } from './open.mjs'
import { started } from './redis.mjs'
import { relayTo } from './relay.mjs'

/**
 * @typedef {import('node:test').TestContext} TestContext
 * @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options
 */

/**
 * @param {TestContext} t
 * @param {Options} [options]
 */
export async function warm(t, options) {
  const server = await started(t)
  return { server, ...(await warmUp(t, server, { url: server.url, ...options })) }
}

/**
 * An adapter that connects through a relay.
 *
 * @param {TestContext} t
 * @param {Options} [options]
 */
export async function warmThroughRelay(t, options) {
  const server = await started(t)
  const relay = await relayTo(t, server)
  return { server, relay, ...(await warmUp(t, server, { url: relay.url, ...options })) }
}

/**
 * @param {TestContext} t
 * @param {import('./redis.mjs').RedisServer} server its statistics are reset
 * @param {Options} options
 */
async function warmUp(t, server, options) {
  const client = await server.client()
  const state = open(t, options)
  await state.set('trace', 'key', 'value')
  await state.getGroup('trace')
  await client.configResetStat()
  return { client, state }
}
