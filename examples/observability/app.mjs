// An API with metrics for Prometheus at /metrics, spans of OpenTelemetry on the console, and a probe at /readyz.

import { ConsoleSpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import express from 'express'
import { RedisStateAdapter } from 'redis-state-adapter'
import { instrument } from 'redis-state-adapter/otel'
import { handler } from 'redis-state-adapter/prometheus'

// In production: @opentelemetry/sdk-node with an exporter, before the app is loaded.
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] })
provider.register()
instrument({ metrics: false })

const orders = new RedisStateAdapter({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' })
orders.on('error', (error) => console.error(error.message))

const app = express()
app.get('/metrics', handler({ orders }))

app.get('/readyz', async (_request, response) => {
  const { status, latency, role, error } = await orders.health({ timeout: 500 })
  response.status(status === 'down' ? 503 : 200).json({ status, latency, role, reason: error?.message })
})

app.get('/orders/:id', async (request, response) => {
  response.json({ views: await orders.increment(request.params.id, 'views') })
})

const server = app.listen(process.env.PORT ?? 3000, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${port}`)
})

process.once('SIGTERM', () => {
  server.close(() => Promise.all([orders.cleanup(), provider.shutdown()]))
})
