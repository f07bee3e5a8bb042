import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StateStore } from '../store.js'
import type { StateStores } from '../stores.js'

/** An adapter: a `RedisStateAdapter`, a `CosmosStateAdapter`, or one with the types of `typed()`. */
export type ExportedState = Pick<StateStore, 'stats' | 'cleanup'>

/**
 * The adapters whose figures are exported: one, several, several by name, or the open ones of `StateStores`. A name becomes the label
 * `store`. The figures of adapters with the same name, server and labels are added up.
 */
export type StateCollection =
  | ExportedState
  | StateStores
  | readonly (ExportedState | StateStores)[]
  | { readonly [name: string]: ExportedState }

/** The adapters, or a function that returns them. The function is called by each scrape. */
export type States = StateCollection | (() => StateCollection)

/** Options of {@link metrics}. */
export interface MetricsOptions {
  /** First part of the names of all metrics. Default: `redis_state_`. */
  prefix?: string | undefined
  /**
   * Labels that all series get. Not `server`, `operation`, `code`, `status`, `le` and `quantile`. A label `store` is that of adapters
   * without a name.
   */
  labels?: Readonly<Record<string, string | number>> | undefined
  /**
   * Counts calls by method (`operation_duration_seconds`, `operation_errors_total`), from the first scrape on. Each call then costs a
   * little more. Default: `true`.
   */
  operations?: boolean | undefined
  /** The format of the text, as {@link contentType} returns it. Default: the text format of Prometheus, version 0.0.4. */
  contentType?: string | undefined
}

/**
 * Returns the figures of adapters as text for Prometheus. It reads counters in this process, and sends nothing.
 *
 * @throws RedisStateError `ERR_INVALID_ARGUMENT` if an argument is invalid
 *
 * @example
 * import { contentType, metrics } from 'redis-state-adapter/prometheus'
 *
 * fastify.get('/metrics', async (request, reply) => {
 *   const type = contentType(request.headers.accept)
 *   return reply.type(type).send(metrics({ orders, sessions }, { contentType: type }))
 * })
 */
export declare function metrics(states: States, options?: MetricsOptions): string

/**
 * Returns the content type for a request: OpenMetrics 1.0.0 if its header `Accept` prefers it, otherwise the text format of Prometheus.
 *
 * @param accept the header of the request
 */
export declare function contentType(accept?: string): string

/**
 * Returns a listener for requests of `node:http` and Express, which responds with {@link metrics} in the format that the request
 * accepts. Make one for all requests: it keeps the counts of adapters that were closed.
 *
 * @throws RedisStateError `ERR_INVALID_ARGUMENT` if an option is invalid. If `states` is invalid, or is a function that throws, the
 * response has the status 500, and a process warning has the reason
 *
 * @example
 * app.get('/metrics', handler({ orders, sessions }))
 */
export declare function handler(
  states: States,
  options?: Omit<MetricsOptions, 'contentType'>,
): (request: Pick<IncomingMessage, 'headers'>, response: ServerResponse) => void

/** What is used of a registry of prom-client. */
export interface PrometheusRegistry {
  registerMetric(metric: never): void
  getSingleMetric(name: string): unknown
  removeSingleMetric(name: string): void
}

/** Options of {@link register}. */
export interface RegisterOptions extends Omit<MetricsOptions, 'contentType'> {
  /** Default: `register` of prom-client. */
  registry?: PrometheusRegistry | undefined
}

/**
 * Adds the figures of adapters to a registry of prom-client 15, which reads them at each scrape. Several calls with the same registry
 * and prefix add up.
 *
 * @returns a function that removes them
 * @throws RedisStateError `ERR_INVALID_ARGUMENT` if an argument is invalid, or the registry has another metric with one of the names;
 * `ERR_UNSUPPORTED` if prom-client is not installed and `registry` is omitted
 *
 * @example
 * import { collectDefaultMetrics, register as registry } from 'prom-client'
 * import { register } from 'redis-state-adapter/prometheus'
 *
 * collectDefaultMetrics()
 * register({ orders, sessions })
 * app.get('/metrics', async (_request, response) => response.type(registry.contentType).send(await registry.metrics()))
 */
export declare function register(states: States, options?: RegisterOptions): () => void
