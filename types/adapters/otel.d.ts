import type { MeterProvider, Span, TracerProvider } from '@opentelemetry/api'
import type { TracingContext } from '../tracing.js'
import type { States } from './prometheus.js'

/** Options of {@link instrument} and {@link RedisStateInstrumentation}. */
export interface InstrumentationOptions {
  /** Whether the constructor calls `enable`. Default: `true`. */
  enabled?: boolean | undefined
  /** Makes the spans. Default: the global one, also if it is registered later. */
  tracerProvider?: TracerProvider | undefined
  /** Makes the metrics. Default: the global one, also if it is registered later: then from the next call on. */
  meterProvider?: MeterProvider | undefined
  /** Makes a span of each call. Default: `true`. */
  spans?: boolean | undefined
  /** Records the metrics. Default: `true`. */
  metrics?: boolean | undefined
  /**
   * Makes a span `PIPELINE` of each batch of calls that are sent together. Its parent is the active span of the first call. Default:
   * `false`.
   */
  batches?: boolean | undefined
  /**
   * Adds `redis_state.trace_id` and `redis_state.key` to spans, and the messages and stacks of errors, which contain them. Metrics never
   * have them. Default: `false`.
   */
  includeKeys?: boolean | undefined
  /** Makes spans only of calls with an active span. Default: `false`. */
  requireParentSpan?: boolean | undefined
  /** Called when a span has started. Errors that it throws are reported to `diag` of OpenTelemetry. */
  requestHook?: ((span: Span, message: TracingContext) => void) | undefined
  /** Called before a span ends; `message.error` is the error of a failed call. Errors that it throws are reported to `diag`. */
  responseHook?: ((span: Span, message: TracingContext) => void) | undefined
  /** Adapters whose figures are exported as metrics `redis_state.*`. Default: none. */
  states?: States | undefined
}

/**
 * Switches on spans and metrics of the calls of all adapters in this process. Needs the package `@opentelemetry/api`.
 *
 * @returns a function that switches them off. Spans of pending calls still end
 * @throws RedisStateError `ERR_INVALID_ARGUMENT` if an option is invalid, `ERR_UNSUPPORTED` if the package is not installed
 *
 * @example
 * import { instrument } from 'redis-state-adapter/otel'
 *
 * const stop = instrument()
 */
export declare function instrument(options?: InstrumentationOptions): () => void

/**
 * The same as an object for `instrumentations` of the `NodeSDK`, and for `registerInstrumentations`.
 *
 * @example
 * import { NodeSDK } from '@opentelemetry/sdk-node'
 * import { RedisStateInstrumentation } from 'redis-state-adapter/otel'
 *
 * new NodeSDK({ instrumentations: [new RedisStateInstrumentation()] }).start()
 */
export declare class RedisStateInstrumentation {
  readonly instrumentationName: string
  readonly instrumentationVersion: string

  /**
   * Calls `enable`, unless `enabled` is `false`.
   *
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` if an option is invalid, `ERR_UNSUPPORTED` if the package `@opentelemetry/api` is not
   * installed
   */
  constructor(options?: InstrumentationOptions)

  /** Switches spans and metrics on. */
  enable(): void

  /** Switches them off. Spans of pending calls still end. */
  disable(): void

  setTracerProvider(provider: TracerProvider): void

  setMeterProvider(provider: MeterProvider): void

  /** Replaces the options. `enabled` has no effect: call `enable` or `disable`. */
  setConfig(options?: InstrumentationOptions): void

  getConfig(): InstrumentationOptions & { enabled?: boolean }
}
