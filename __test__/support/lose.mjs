// @ts-check

import { next } from './events.mjs'

/**
 * Kills the server and waits until the adapter saw it.
 *
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @param {import('./redis.mjs').RedisServer} server
 * @param {number} [attempts] how many attempts to reconnect to wait for
 */
export async function lose(state, server, attempts) {
  const reconnecting = next(state, 'reconnecting', attempts)
  await server.kill()
  return await reconnecting
}
