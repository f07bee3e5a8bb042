// @ts-check
// Real Redis servers for tests, with node-redis clients on them.

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
    // Without a listener, node-redis ends the process when a test takes the server away.
    client.on('error', () => {})
    this.#clients.add(/** @type {Client} */ (client))
    await client.connect()
    return /** @type {Client} */ (client)
  }

  /** Ends the server and its clients and removes its files. */
  async stop() {
    for (const client of this.#clients) if (client.isOpen) client.destroy()
    this.#clients.clear()
    await super.stop()
  }
}

/**
 * Starts a server on a free port.
 *
 * @param {string[]} [args] further arguments of redis-server; they win over the defaults
 * @param {string} [program] another one than that of the other tests
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
