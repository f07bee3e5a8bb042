// @ts-check
// One server that is killed, frozen and disconnected. It must not lose acknowledged writes: it syncs each to disk.

import { startRedis } from '../../support/redis.mjs'
import { Relay } from '../../support/relay.mjs'
import { CLIENT_FAULTS, networkFaults } from './network.mjs'
import { serverFaults } from './server.mjs'

const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always', '--enable-debug-command', 'local']

/** @returns {Promise<import('../run.mjs').Topology>} */
export async function standalone() {
  const server = await startRedis(DURABLE)
  const relay = new Relay(server)
  await relay.listen()
  return {
    options: [{ url: relay.url }, { url: relay.url }, { url: server.url }],
    actions: [...networkFaults(() => [relay]), ...serverFaults(server), ...CLIENT_FAULTS],
    windows: [],
    async stop() {
      relay.close()
      await server.stop()
    },
  }
}
