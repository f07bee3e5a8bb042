// An API that allows each client 5 requests a minute, counted across all instances of the server.

import { createServer } from 'node:http'
import { RedisStateAdapter } from 'redis-state-adapter'

// Without an offline queue, a request does not wait while Redis is down.
const state = new RedisStateAdapter({ url: process.env.REDIS_URL ?? 'redis://localhost:6379', offlineQueue: false })
state.on('error', (error) => console.error(error.message))

const server = createServer(async (request, response) => {
  // Behind a proxy take the address from its header, or better the API key of the client.
  const client = request.headers['x-api-key'] ?? request.socket.remoteAddress
  const { allowed, remaining, resetAfter } = await count(String(client))
  response.setHeader('RateLimit-Remaining', remaining)
  if (allowed) return response.end('hello\n')
  response.setHeader('Retry-After', Math.ceil(resetAfter))
  response.writeHead(429).end('too many requests\n')
})

/** @param {string} client */
async function count(client) {
  try {
    return await state.rateLimit('requests', client, { limit: 5, window: '1m' })
  } catch (error) {
    // Without Redis every request is allowed. Return `allowed: false` if the limit matters more than the service.
    console.error(error)
    return { allowed: true, remaining: 0, resetAfter: 0 }
  }
}

// The first requests count too, if Redis is there.
await state.connect().catch((error) => console.error(error.message))
server.listen(process.env.PORT ?? 3000, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${port}`)
})

process.once('SIGTERM', () => {
  server.close(() => state.cleanup())
})
