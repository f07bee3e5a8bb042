// @ts-check
'use strict'

const { errorAttributes, serverAttributes, spanNameOf, statusMessageOf } = require('./attributes.js')
const { suppression } = require('./api.js')

/**
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./attributes.js').Attributes} Attributes
 * @typedef {import('../../../index.js').TracingContext} TracingContext
 * @typedef {import('../../../types/adapters/otel.js').InstrumentationOptions} Options
 * @typedef {import('@opentelemetry/api').Span} Span
 */

/** What the span of a batch of calls is named, as the conventions name pipelines of Redis. */
const BATCH = 'PIPELINE'

/** The messages that a tracer provider has a span of, so that two instrumentations make one. @type {WeakMap<object, WeakSet<object>>} */
const traced = new WeakMap()

/** Makes spans by the conventions for database clients. */
class Spans {
  #api
  #options
  #isSuppressed
  #guarded

  /** @param {Api} api @param {() => Options} options the current ones @param {(run: () => void) => void} guarded */
  constructor(api, options, guarded) {
    this.#api = api
    this.#options = options
    this.#isSuppressed = suppression(api)
    this.#guarded = guarded
  }

  /**
   * Starts a span as a child of the active one.
   *
   * @param {TracingContext} message
   * @param {import('@opentelemetry/api').Tracer} tracer
   * @param {object} provider of the tracer
   * @returns {Span | undefined} undefined: there is no span
   */
  start(message, tracer, provider) {
    const { context, trace, SpanKind } = this.#api
    const { requireParentSpan, includeKeys, requestHook } = this.#options()
    const parent = context.active()
    if (this.#isSuppressed(parent)) return undefined
    if (requireParentSpan && trace.getSpan(parent) === undefined) return undefined
    if (!isFirst(provider, message)) return undefined
    const server = serverAttributes(message)
    const operation = message.operation ?? BATCH
    const attributes = { ...server, 'db.operation.name': operation, ...(includeKeys ? namesOf(message) : {}) }
    const options = { kind: SpanKind.CLIENT, attributes }
    const span = tracer.startSpan(spanNameOf(operation, server), options, parent)
    if (requestHook !== undefined) this.#guarded(() => requestHook(span, message))
    return span
  }

  /** @param {Span} span @param {TracingContext} message */
  end(span, message) {
    const { responseHook } = this.#options()
    try {
      // By the conventions, one call is no batch.
      if (message.calls !== undefined && message.calls !== 1)
        span.setAttribute('db.operation.batch.size', message.calls)
      if (message.cached) span.setAttribute('redis_state.cached', true)
      if (message.error !== undefined) this.#fail(span, message.error)
      if (responseHook !== undefined) this.#guarded(() => responseHook(span, message))
    } finally {
      span.end()
    }
  }

  /** @param {Span} span @param {Error} error */
  #fail(span, error) {
    const includeKeys = this.#options().includeKeys === true
    span.setAttributes(errorAttributes(error))
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: statusMessageOf(error, includeKeys) })
    if (includeKeys) span.recordException(error)
  }
}

/** @param {object} provider @param {object} message */
function isFirst(provider, message) {
  const known = traced.get(provider) ?? new WeakSet()
  if (known.has(message)) return false
  traced.set(provider, known.add(message))
  return true
}

/** @param {TracingContext} message @returns {Attributes} */
function namesOf({ traceId, key }) {
  /** @type {Attributes} */
  const names = {}
  if (typeof traceId === 'string') names['redis_state.trace_id'] = traceId
  if (typeof key === 'string') names['redis_state.key'] = key
  return names
}

module.exports = { Spans }
