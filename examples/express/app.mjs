// An API with its state in Redis. It may start before Redis does, says when it is ready, and ends gracefully.

import express from 'express'
import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'

const state = new RedisStateAdapter({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' })
state.on('ready', () => console.log('Redis is ready'))
state.on('error', (error) => console.error(error.message))

const app = express()
app.use(express.json())

// Liveness: independent of Redis, because a restart of this process would not heal Redis.
app.get('/livez', (_request, response) => {
  response.send('alive')
})

// Readiness: ping proves that the server answers. A connection can be open to a server that is frozen.
app.get('/readyz', async (_request, response) => {
  try {
    await state.ping({ timeout: 500 })
    response.send('ready')
  } catch (error) {
    response.status(503).send(error.message)
  }
})

app.put('/orders/:id', async (request, response) => {
  response.json(await state.set(request.params.id, 'order', request.body, { ttl: 86_400 }))
})

app.get('/orders/:id', async (request, response) => {
  const order = await state.get(request.params.id, 'order')
  if (order === null) return response.sendStatus(404)
  response.json({ order, views: await state.increment(request.params.id, 'views') })
})

// Express 5 passes rejections of async handlers on to here.
app.use((error, _request, response, _next) => {
  console.error(error)
  response.status(statusOf(error)).json({ error: error.message })
})

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`listening on http://localhost:${server.address().port}`)
})

// No new requests, then the calls in flight, then the connection. The process ends by itself.
process.once('SIGTERM', () => {
  server.close(() => state.cleanup())
})

function statusOf(error) {
  if (!(error instanceof RedisStateError)) return error.status ?? 500
  return error.code === 'ERR_INVALID_ARGUMENT' ? 400 : 503
}
