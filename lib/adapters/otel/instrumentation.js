// @ts-check
'use strict'

const { inCall } = require('../../errors.js')
const tracing = require('../../observability/tracing.js')
const { packageVersion } = require('../../package.js')
const { loadApi } = require('./api.js')
const { Instruments } = require('./instruments.js')
const { readOptions } = require('./options.js')
const { Spans } = require('./spans.js')
const { Subscription } = require('./subscription.js')

/**
 * @typedef {import('../../../types/adapters/otel.js').InstrumentationOptions} Options
 * @typedef {import('@opentelemetry/api').TracerProvider} TracerProvider
 * @typedef {import('@opentelemetry/api').MeterProvider} MeterProvider
 * @typedef {import('@opentelemetry/api').Span} Span
 * @typedef {import('../../../index.js').TracingContext} TracingContext
 */

const NAME = 'redis-state-adapter'

/** Makes spans and metrics of the calls of all adapters in the process, from what they publish to tracing channels. */
class RedisStateInstrumentation {
  #api
  #config
  #spans
  #subscriptions
  #isEnabled = false
  /** @type {TracerProvider | undefined} */
  #tracerProvider
  /** @type {MeterProvider | undefined} */
  #meterProvider
  /** @type {{ provider: TracerProvider, tracer: import('@opentelemetry/api').Tracer } | undefined} */
  #tracing = undefined
  /** @type {{ provider: MeterProvider, instruments: Instruments } | undefined} */
  #current = undefined

  /** @param {Options} [options] @param {{ operation: string }} [call] of the user, for errors */
  constructor(options, call = { operation: 'new RedisStateInstrumentation' }) {
    this.instrumentationName = NAME
    this.instrumentationVersion = packageVersion()
    this.#config = inCall(call, () => readOptions(options))
    this.#api = inCall(call, loadApi)
    this.#tracerProvider = this.#config.tracerProvider
    this.#meterProvider = this.#config.meterProvider
    this.#spans = new Spans(this.#api, () => this.#config, this.#guarded)
    this.#subscriptions = {
      commands: this.#subscribed(tracing.commands, (metrics, message, ms) => metrics.recordCall(message, ms)),
      batches: this.#subscribed(tracing.batches, () => {}),
      connections: this.#subscribed(tracing.connections, (metrics, message, ms) =>
        metrics.recordConnection(message, ms),
      ),
    }
    if (this.#config.enabled) this.enable()
  }

  enable() {
    if (this.#isEnabled) return
    this.#isEnabled = true
    this.#config = { ...this.#config, enabled: true }
    this.#update()
  }

  disable() {
    if (!this.#isEnabled) return
    this.#isEnabled = false
    this.#config = { ...this.#config, enabled: false }
    this.#update()
  }

  /** @param {TracerProvider} provider */
  setTracerProvider(provider) {
    this.#tracerProvider = provider
  }

  /** @param {MeterProvider} provider */
  setMeterProvider(provider) {
    this.#meterProvider = provider
    if (this.#isEnabled) this.#guarded(() => this.#metrics())
  }

  /** @param {Options} [options] */
  setConfig(options) {
    const { enabled: _, ...config } = inCall({ operation: 'setConfig' }, () => readOptions(options))
    this.#config = { ...config, enabled: this.#isEnabled }
    this.#tracerProvider = config.tracerProvider ?? this.#tracerProvider
    this.#meterProvider = config.meterProvider ?? this.#meterProvider
    this.#dropInstruments()
    this.#update()
  }

  getConfig() {
    return this.#config
  }

  /** Subscribes to the channels that the options need, and to no other, as a channel without subscribers costs nothing. */
  #update() {
    const { spans, metrics, batches } = this.#config
    const { commands, batches: batchesOfCalls, connections } = this.#subscriptions
    setActive(commands, this.#isEnabled && Boolean(spans || metrics))
    setActive(batchesOfCalls, this.#isEnabled && Boolean(spans && batches))
    setActive(connections, this.#isEnabled && Boolean(metrics))
    const { error } = tracing.connections
    error.unsubscribe(this.#recvConnectionError)
    if (this.#isEnabled && metrics) error.subscribe(this.#recvConnectionError)
    if (this.#isEnabled) this.#guarded(() => this.#metrics())
    else this.#dropInstruments()
  }

  /**
   * @param {typeof tracing.commands} channel
   * @param {(metrics: Instruments, message: TracingContext, milliseconds: number) => void} record
   */
  #subscribed(channel, record) {
    const hasSpans = channel !== tracing.connections
    return new Subscription(channel, {
      // The metrics of now, as those of a pending call are recorded too if it ends after `disable`.
      onStart: (message) => ({
        metrics: this.#guarded(() => this.#metrics()),
        span: hasSpans ? this.#guarded(() => this.#startSpan(message)) : undefined,
      }),
      onEnd: (message, { metrics, span }, milliseconds) => {
        if (metrics !== undefined) this.#guarded(() => record(metrics, message, milliseconds))
        if (span !== undefined) this.#spans.end(span, message)
      },
      guarded: this.#guarded,
    })
  }

  /** @param {TracingContext} message @returns {Span | undefined} */
  #startSpan(message) {
    if (!this.#config.spans) return undefined
    // The global provider is a proxy, which finds the one that is registered later.
    const provider = this.#tracerProvider ?? this.#api.trace.getTracerProvider()
    if (this.#tracing?.provider !== provider)
      this.#tracing = { provider, tracer: provider.getTracer(NAME, this.instrumentationVersion) }
    return this.#spans.start(message, this.#tracing.tracer, provider)
  }

  #recvConnectionError = (/** @type {any} */ message) =>
    this.#guarded(() => this.#metrics()?.countConnectionError(message))

  /** The metrics of the current provider: the global one can be registered later, and there is no proxy of it. */
  #metrics() {
    if (!this.#config.metrics) return undefined
    const provider = this.#meterProvider ?? this.#api.metrics.getMeterProvider()
    if (this.#current?.provider !== provider) {
      this.#dropInstruments()
      const meter = provider.getMeter(NAME, this.instrumentationVersion)
      this.#current = { provider, instruments: new Instruments(provider, meter, this.#config.states) }
    }
    return this.#current?.instruments
  }

  #dropInstruments() {
    const { instruments } = this.#current ?? {}
    this.#current = undefined
    this.#guarded(() => instruments?.stop())
  }

  /**
   * Runs what may throw: hooks, processors and exporters. Their errors must not reach the calls of the user.
   *
   * @template T
   * @param {() => T} run
   * @returns {T | undefined}
   */
  #guarded = (run) => {
    try {
      return run()
    } catch (error) {
      this.#api.diag.error('redis-state-adapter: the instrumentation failed', /** @type {Error} */ (error))
    }
  }
}

/** @param {Subscription<any>} subscription @param {boolean} isActive */
function setActive(subscription, isActive) {
  if (isActive) subscription.start()
  else subscription.stop()
}

/** @param {Options} [options] */
function instrument(options) {
  const instrumentation = new RedisStateInstrumentation(options, { operation: 'instrument' })
  return () => instrumentation.disable()
}

module.exports = { RedisStateInstrumentation, instrument }
