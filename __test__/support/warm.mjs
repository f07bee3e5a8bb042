// @ts-check
// Adapters that have one entry and whose command and scan connections are established.

import { next } from './events.mjs'
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
  // The event may arrive after the first replies: from now on only later connections emit it.
  await next(state, 'ready')
  await patiently(() => state.set('trace', 'key', 'value'))
  await patiently(() => state.getGroup('trace'))
  await client.configResetStat()
  return { client, state }
}

/**
 * Repeats a call until it is not too late. The `commandTimeout` of a test may be shorter than a busy machine needs to
 * connect.
 *
 * @param {() => Promise<unknown>} call
 */
export async function patiently(call) {
  let isLate = true
  while (isLate) {
    isLate = await call().then(
      () => false,
      (error) => error.code === 'ERR_COMMAND_TIMEOUT' || Promise.reject(error),
    )
  }
}
