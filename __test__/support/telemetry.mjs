// @ts-check
// Providers of OpenTelemetry that keep what they are given.

import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'

/** @import { TestContext } from 'node:test' */

/**
 * @param {TestContext} t
 * @param {import('@opentelemetry/sdk-trace-node').SpanProcessor[]} [processors] before the one that keeps spans
 */
export function telemetry(t, processors = []) {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [...processors, new SimpleSpanProcessor(exporter)] })
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 2 ** 31 - 1 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  t.after(() => Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]))
  return {
    providers: { tracerProvider, meterProvider },
    /** Spans that have ended. */
    spans: () => exporter.getFinishedSpans(),
    /** The metrics now, by name. */
    metrics: async () => {
      metricExporter.reset()
      await reader.forceFlush()
      const all = metricExporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      return Object.fromEntries(all.map((metric) => [metric.descriptor.name, metric]))
    },
  }
}
