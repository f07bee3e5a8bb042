// @ts-check
// The Cosmos DB of Vercel, in JavaScript: no expiry, no partitions apart, and batches that only create and are not atomic.

import { once } from 'node:events'
import { createHttpServer, createHttpsServer } from '@vercel/cosmosdb-server'

/**
 * @typedef {object} VercelServer
 * @property {string} url
 * @property {string} key any key is accepted; `@azure/cosmos` demands base64
 * @property {() => Promise<void>} stop
 */

/**
 * Its own certificate has expired: with a certificate it is an HTTPS server.
 *
 * @param {{ cert: string, key: string }} [certificate]
 * @returns {Promise<VercelServer>}
 */
export async function startVercelServer(certificate) {
  const server = certificate ? createHttpsServer(certificate) : createHttpServer({ keepAlive: true })
  // It closes idle connections without notice to clients, so that it must not.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const stop = async () => {
    server.close()
    server.closeAllConnections()
  }
  const url = certificate ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
  return { url, key: Buffer.from('any').toString('base64'), stop }
}
