// @ts-check
// `node scripts/observability/cost.mjs [url]`: what metrics and spans cost for each call, as CPU time of the thread in one run.

import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { RedisStateAdapter } from 'redis-state-adapter'
import { instrument } from 'redis-state-adapter/otel'
import { metrics } from 'redis-state-adapter/prometheus'

const ROUNDS = 7
const BATCHES = 100
const IN_FLIGHT = 256
const url = process.argv[2] ?? 'memory:'

const tracerProvider = new NodeTracerProvider()
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 })
const meterProvider = new MeterProvider({ readers: [reader] })

const plain = new RedisStateAdapter({ url })
const measured = new RedisStateAdapter({ url })
metrics(measured)

/** @type {[name: string, state: RedisStateAdapter, options?: import('redis-state-adapter/otel').InstrumentationOptions][]} */
const variants = [
  ['nothing', plain],
  ['prometheus, operations: false', plain],
  ['prometheus', measured],
  ['otel, metrics', plain, { meterProvider, spans: false }],
  ['otel, spans', plain, { tracerProvider, metrics: false }],
  ['otel, both', plain, { tracerProvider, meterProvider }],
]
/** @type {Map<string, number[]>} */
const times = new Map(variants.map(([name]) => [name, []]))
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [name, state, options] of variants) {
    const stop = options === undefined ? () => {} : instrument(options)
    const time = await timeOf(state)
    stop()
    // The first round warms up.
    if (round > 0) times.get(name)?.push(time)
  }
}
const base = median(times.get('nothing') ?? [])
for (const [name, all] of times) {
  const time = median(all)
  console.log(`${name}: ${(time * 1000).toFixed(2)} µs per call, ${(time / base).toFixed(2)} times`)
}
const start = performance.now()
for (let index = 0; index < 1000; index += 1) metrics({ orders: plain, sessions: measured })
console.log(`metrics() of two adapters: ${Math.round(performance.now() - start)} µs`)
await Promise.all([plain.cleanup(), measured.cleanup(), meterProvider.shutdown()])

/** Milliseconds of CPU time for a call. @param {RedisStateAdapter} state */
async function timeOf(state) {
  const before = process.cpuUsage()
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await Promise.all(Array.from({ length: IN_FLIGHT }, () => state.get('t', 'k')))
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / BATCHES / IN_FLIGHT
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
