// Sessions that all instances of a server share: a trace id for each, with a time to live that every request renews.

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { RedisStateAdapter } from 'redis-state-adapter'

const TTL = 1800
const url = process.env.REDIS_URL ?? 'redis://localhost:6379'
const sessions = new RedisStateAdapter({ url, keyPrefix: 'session:', ttl: TTL })
sessions.on('error', (error) => console.error(error.message))

/** @type {Record<string, (id: string | undefined, response: import('node:http').ServerResponse) => Promise<unknown>>} */
const routes = {
  'POST /login': async (_id, response) => {
    // A new id at each login, so that an id that an attacker planted before is worth nothing.
    const id = randomUUID()
    await sessions.set(id, 'user', { name: 'Ada' })
    response.setHeader('Set-Cookie', `sid=${id}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${TTL}`)
    return { loggedIn: true }
  },
  'GET /me': async (id, response) => {
    // `touch` is false if the session has expired, or if there was none.
    if (id && (await sessions.touch(id, 'user', TTL))) return sessions.get(id, 'user')
    response.statusCode = 401
    return { error: 'not logged in' }
  },
  'POST /logout': async (id) => {
    if (id) await sessions.delete(id, 'user')
    return { loggedIn: false }
  },
}

const server = createServer(async (request, response) => {
  // Only what `randomUUID` makes: cookies are whatever clients send.
  const id = /(?:^|; )sid=([0-9a-f-]{36})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1]
  const route = routes[`${request.method} ${request.url}`]
  try {
    response.end(`${JSON.stringify(route ? await route(id, response) : { routes: Object.keys(routes) })}\n`)
  } catch (error) {
    console.error(error)
    response.writeHead(503).end()
  }
})

server.listen(process.env.PORT ?? 3000, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${port}`)
})

process.once('SIGTERM', () => {
  server.close(() => sessions.cleanup())
})
