// Three stores on Redis in production, one in memory in development: NODE_ENV=production REDIS_HOST=localhost:6379 node server.mjs
// GET / lists the stores, /health checks those of the environment, /counts has their numbers of entries; PUT and GET /agents/<id>.

import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { StateStores } from 'redis-state-adapter'

const stores = await StateStores.load(new URL('components', import.meta.url), {
  environments: {
    production: { workflows: 'statestore-workflows', agents: 'statestore-agents', cache: 'statestore-cache' },
    default: 'statestore',
  },
})

const server = createServer(async (request, response) => {
  try {
    const [status, body] = await answer(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
  } catch (error) {
    console.error(error)
    response.writeHead(503).end('the store is not available\n')
  }
})

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<[status: number, body: unknown]>}
 */
async function answer(request) {
  const [, page, id] = String(request.url).split('/')
  if (page === '') return [200, stores.list()]
  if (page === 'health') return health()
  if (page === 'counts') return [200, await stores.counts()]
  if (page !== 'agents' || !id) return [404, null]
  const agents = stores.get('agents')
  if (request.method === 'PUT') return [200, await agents.set(id, 'config', JSON.parse(await text(request)))]
  const config = await agents.get(id, 'config')
  return [config === null ? 404 : 200, config]
}

/** For a readiness probe. @returns {Promise<[status: number, body: unknown]>} */
async function health() {
  const all = await stores.health({ timeout: 2000 })
  const isReady = all.every(({ status }) => status === 'ok' || status === 'degraded')
  return [isReady ? 200 : 503, all]
}

server.listen(process.env.PORT ?? 3000, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`${stores.environment}: listening on http://localhost:${port}`)
})

process.once('SIGTERM', () => {
  server.close(() => stores.close())
})
