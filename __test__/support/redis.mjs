// @ts-check
// Starts real Redis servers for tests, and node-redis clients of them.

import { createClient } from 'redis'
import { RedisProcess } from '../../scripts/redis-process.mjs'

/** @typedef {ReturnType<typeof createClient>} Client */

export class RedisServer extends RedisProcess {
  /** @type {Set<Client>} */
  #clients = new Set()

  /**
   * A connected node-redis client, closed by `stop`.
   *
   * @param {import('redis').RedisClientOptions} [options]
   */
  async client(options = {}) {
    const client = createClient({ url: this.url, ...options })
    // Without a listener, node-redis ends the process when a test stops the server.
    client.on('error', () => {})
    this.#clients.add(/** @type {Client} */ (client))
    await client.connect()
    return /** @type {Client} */ (client)
  }

  /** Closes the clients, stops the server and removes its files. */
  async stop() {
    for (const client of this.#clients) if (client.isOpen) client.destroy()
    this.#clients.clear()
    await super.stop()
  }
}

/**
 * Starts a server on a free port.
 *
 * @param {string[]} [args] additional arguments of redis-server, which override the defaults
 * @param {string} [program] path of another binary than the default
 */
export async function startRedis(args, program) {
  const server = new RedisServer(args, program)
  await server.start()
  return server
}

/**
 * A server for one test, stopped at its end.
 *
 * @param {import('node:test').TestContext} t
 * @param {string[]} [args]
 */
export async function started(t, args) {
  const server = await startRedis(args)
  t.after(() => server.stop())
  return server
}
