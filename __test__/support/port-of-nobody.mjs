// @ts-check

import { once } from 'node:events'
import { createServer } from 'node:net'

/** @returns {Promise<number>} a port of 127.0.0.1 where nobody listens */
export async function portOfNobody() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}
