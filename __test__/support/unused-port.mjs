// @ts-check

import { once } from 'node:events'
import { createServer } from 'node:net'

/** @returns {Promise<number>} a port of 127.0.0.1 on which no process listens */
export async function unusedPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}
