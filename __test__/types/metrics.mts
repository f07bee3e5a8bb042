// Metrics and spans, with the types of prom-client and OpenTelemetry. `npm run lint` compiles it.

import { createServer } from 'node:http'
import { type Span, trace } from '@opentelemetry/api'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import express from 'express'
import { Registry } from 'prom-client'
import { RedisStateAdapter, StateStores } from 'redis-state-adapter'
import { type InstrumentationOptions, instrument, RedisStateInstrumentation } from 'redis-state-adapter/otel'
import { contentType, handler, metrics, register, type States } from 'redis-state-adapter/prometheus'

const orders = new RedisStateAdapter()
const stores = await StateStores.load('stores')
const states: States[] = [orders, stores, [orders, stores], { orders }, () => ({ orders }), [orders.typed<{ a: 1 }>()]]
export const texts: string[] = states.map((one) =>
  metrics(one, { prefix: 'a_', labels: { zone: 1 }, operations: false }),
)
export const text: string = metrics(orders, { contentType: contentType('text/plain') })
createServer(handler(orders))
express().get('/metrics', handler({ orders }, { labels: { app: 'a' } }))
const remove: () => void = register(orders, { registry: new Registry(), prefix: 'a_' })
remove()
const options: InstrumentationOptions = {
  tracerProvider: new NodeTracerProvider(),
  meterProvider: new MeterProvider(),
  states: { orders },
  requestHook: (span: Span, { operation, key }) => void span.setAttribute('a', `${operation} ${key}`),
}
const stop: () => void = instrument(options)
stop()
const instrumentation = new RedisStateInstrumentation({ tracerProvider: trace.getTracerProvider() })
instrumentation.setConfig({ ...instrumentation.getConfig(), batches: true })
// As the SDK declares it, also with `exactOptionalPropertyTypes`.
const config: { enabled?: boolean } = instrumentation.getConfig()
void config
// @ts-expect-error there is no such option
instrument({ span: true })
// @ts-expect-error a label is text or a number
metrics(orders, { labels: { a: true } })
// @ts-expect-error no adapter
metrics({ orders: new Map() })
