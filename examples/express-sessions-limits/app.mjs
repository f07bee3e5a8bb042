// Sessions and a rate limit that all instances of an app share: express-session and express-rate-limit on one connection.

import express from 'express'
import { rateLimit } from 'express-rate-limit'
import session from 'express-session'
import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
import { RedisStore as LimitStore } from 'redis-state-adapter/rate-limit'
import { RedisStore as SessionStore } from 'redis-state-adapter/session'

const state = new RedisStateAdapter({ url: process.env.REDIS_URL ?? 'redis://localhost:6379', commandTimeout: 2000 })
state.on('error', (error) => console.error(error.message))

const app = express()
app.use(express.json())

// Before the limit and the sessions, as a probe is neither a visitor nor to be limited.
app.get('/readyz', async (_request, response) => {
  const { status, error } = await state.health({ timeout: 500 })
  response.status(status === 'down' ? 503 : 200).json({ status, reason: error?.message })
})

app.use(
  session({
    store: new SessionStore({ client: state, prefix: 'shop:sess:' }),
    secret: process.env.SESSION_SECRET ?? 'change me',
    // Requests that change nothing only renew the expiry.
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 30 * 60_000, sameSite: 'lax', httpOnly: true },
  }),
)

app.post(
  '/login',
  rateLimit({
    store: new LimitStore({ client: state, prefix: 'shop:login:' }),
    windowMs: 60_000,
    limit: 5,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // Without Redis no login works anyway. `true` where the service matters more than the limit.
    passOnStoreError: false,
  }),
  (request, response, next) => {
    // A new id at each login, so that an id that an attacker planted before is worth nothing.
    request.session.regenerate((error) => {
      if (error) return next(error)
      Object.assign(request.session, { name: String(request.body.name), views: 0 })
      response.json({ loggedIn: true })
    })
  },
)

app.get('/me', (request, response) => {
  const visitor = /** @type {{ name?: string, views?: number }} */ (/** @type {unknown} */ (request.session))
  if (visitor.name === undefined) return void response.status(401).json({ error: 'not logged in' })
  visitor.views = (visitor.views ?? 0) + 1
  response.json({ name: visitor.name, views: visitor.views })
})

app.post('/logout', (request, response, next) => {
  request.session.destroy((error) => (error ? next(error) : response.json({ loggedIn: false })))
})

/** @type {express.ErrorRequestHandler} Redis is away: the client may try again. */
const onError = (error, _request, response, _next) => {
  console.error(error)
  if (!response.headersSent) response.status(error instanceof RedisStateError ? 503 : 500)
  return response.end()
}
app.use(onError)

const server = app.listen(process.env.PORT ?? 3000, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${port}`)
})

// No new requests, then the calls in flight, then the connection. The stores leave `state` open, which is not theirs.
process.once('SIGTERM', () => {
  server.close(() => state.cleanup())
})
