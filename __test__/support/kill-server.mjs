// @ts-check

import { next } from './events.mjs'

/**
 * Kills the server and waits until the adapter reconnects.
 *
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @param {import('./redis.mjs').RedisServer} server
 * @param {number} [attempts] number of `reconnecting` events to wait for
 */
export async function killServer(state, server, attempts) {
  const reconnecting = next(state, 'reconnecting', attempts)
  await server.kill()
  return await reconnecting
}
