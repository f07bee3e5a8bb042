// @ts-check
// The spans and metrics of OpenTelemetry, with its SDK.

import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { after, before, describe, it } from 'node:test'
import {
  context,
  createContextKey,
  DiagLogLevel,
  diag,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { RedisStateError } from 'redis-state-adapter'
import { instrument, RedisStateInstrumentation } from 'redis-state-adapter/otel'
import { next } from '../support/events.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { shown } from '../support/shown.mjs'
import { telemetry } from '../support/telemetry.mjs'
import { unusedPort } from '../support/unused-port.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { InstrumentationOptions } from 'redis-state-adapter/otel'
 */

const CHANNELS = ['command', 'batch', 'connection'].map((name) => tracingChannel(`redis-state-adapter:${name}`))

// It makes spans active across awaits.
before(() => new NodeTracerProvider().register())
after(() => {
  trace.disable()
  context.disable()
  assert.ok(CHANNELS.every((channel) => !channel.hasSubscribers))
})

/** @param {TestContext} t @param {InstrumentationOptions} [options] */
function instrumented(t, options) {
  const recorded = telemetry(t)
  const stop = instrument({ ...recorded.providers, ...options })
  t.after(stop)
  return { ...recorded, stop }
}

describe('spans', () => {
  it('are those of a database client, as children of the active one', async (t) => {
    const { providers, spans } = instrumented(t)
    const server = await started(t)
    const state = open(t, { url: `${server.url}/2` })
    const parent = providers.tracerProvider.getTracer('app').startSpan('request')
    await context.with(trace.setSpan(context.active(), parent), async () => {
      await Promise.all([state.set('trace-1', 'key-1', 'value-1'), state.get('trace-1', 'key-1', { cache: false })])
      assert.equal(trace.getActiveSpan(), parent)
      await state.setMany('trace-1', { a: 1, b: 2, c: 3 })
    })
    const at = {
      'db.system.name': 'redis',
      'db.namespace': '2',
      'server.address': '127.0.0.1',
      'server.port': server.port,
    }
    assert.deepEqual(
      spans().map(({ name, attributes }) => [name, attributes]),
      [
        ['set 2', { ...at, 'db.operation.name': 'set' }],
        ['get 2', { ...at, 'db.operation.name': 'get' }],
        ['setMany 2', { ...at, 'db.operation.name': 'setMany', 'db.operation.batch.size': 3 }],
      ],
    )
    for (const span of spans()) {
      assert.equal(span.kind, SpanKind.CLIENT)
      assert.equal(span.parentSpanContext?.spanId, parent.spanContext().spanId)
      assert.equal(span.instrumentationScope.name, 'redis-state-adapter')
    }
  })

  it('have the error of a failed call, and names of entries only if they are wanted', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, keyPrefix: 'p:' })
    await (await server.client()).lPush('p:trace-1:key-1', 'x')
    for (const includeKeys of [false, true]) {
      const { spans, stop } = instrumented(t, { includeKeys })
      await assert.rejects(state.get('trace-1', 'key-1'), { code: 'ERR_WRONG_TYPE' })
      await assert.rejects(state.setMany('trace-1', { 'key-1': undefined }))
      stop()
      const [get, setMany] = spans()
      assert.equal(get.attributes['error.type'], 'ERR_WRONG_TYPE')
      assert.equal(get.attributes['db.response.status_code'], 'WRONGTYPE')
      assert.equal(setMany.attributes['error.type'], 'ERR_INVALID_ARGUMENT')
      assert.equal(get.status.code, SpanStatusCode.ERROR)
      const parts = [get, setMany].map(({ name, attributes, status, events }) => ({ name, attributes, status, events }))
      assert.equal(/trace-1|key-1/.test(shown(parts)), includeKeys)
      assert.equal(get.attributes['redis_state.key'], includeKeys ? 'key-1' : undefined)
      assert.equal(get.events.length, includeKeys ? 1 : 0)
    }
  })

  it('have no text of an error that a script or a function of the caller makes', async (t) => {
    const server = await started(t)
    const state = open(t, server.url)
    const { spans, metrics: exported } = instrumented(t, { states: state })
    for (const [text, code] of /** @type {[string, string?][]} */ ([
      ['key-1 is bad'],
      ['NOAUTH key-1', 'NOAUTH'],
      [`${'K'.repeat(33)} is bad`],
      ['WRONG_2 key-1', 'WRONG_2'],
    ])) {
      await assert.rejects(state.script(`return redis.error_reply('${text}')`))
      const { attributes, status } = spans().at(-1) ?? assert.fail()
      assert.equal(attributes['db.response.status_code'], code)
      assert.equal(status.message, undefined)
    }
    const options = {
      /** @returns {never} */
      get ttl() {
        throw new RedisStateError(/** @type {any} */ ('key-1'), 'key-1')
      },
    }
    await assert.rejects(state.set('t', 'a', 1, options))
    assert.equal(spans().at(-1)?.attributes['error.type'], '_OTHER')
    assert.doesNotMatch(shown(await exported()), /key-1|K{33}/)
    assert.doesNotMatch(
      shown(spans().map(({ name, attributes, status, events }) => [name, attributes, status, events])),
      /key-1|K{33}/,
    )
  })

  it('end once, however the call ends', async (t) => {
    const { spans } = instrumented(t)
    const state = open(t, { port: await unusedPort() })
    const controller = new AbortController()
    const calls = [
      state.get('t', 'a', { signal: controller.signal }),
      state.ping({ timeout: 20 }),
      state.getGroup('t', { signal: controller.signal }),
      state.set('t', 'a', 1),
      state.transaction('t', (tx) => void tx.set('a', 1)),
    ]
    const settled = Promise.allSettled(calls)
    await assert.rejects(calls[1])
    controller.abort()
    await state.cleanup({ timeout: 1 })
    const results = await settled
    await assert.rejects(state.get('t', 'a'), { code: 'ERR_CLOSED' })
    assert.ok(results.every(({ status }) => status === 'rejected'))
    const ended = spans().map(({ name, attributes }) => `${name} ${attributes['error.type']}`)
    assert.deepEqual(ended.sort(), [
      'get 0 ERR_ABORTED',
      'get 0 ERR_CLOSED',
      'getGroup 0 ERR_ABORTED',
      'ping 0 ERR_COMMAND_TIMEOUT',
      'set 0 ERR_CLOSED',
      'transaction 0 ERR_CLOSED',
    ])
    const [closed] = spans().filter(({ name }) => name.startsWith('set'))
    assert.match(closed.status.message ?? '', /./)
    assert.doesNotMatch(closed.status.message ?? '', /^set\(/)
  })

  it('of pending calls end after they are switched off', async (t) => {
    const { spans, metrics, stop } = instrumented(t)
    const state = open(t, 'memory:')
    const call = state.set('t', 'a', 1)
    stop()
    stop()
    const later = state.get('t', 'a')
    await Promise.all([call, later])
    assert.deepEqual(
      spans().map(({ name }) => name),
      ['set'],
    )
    assert.deepEqual(countsOf((await metrics())['db.client.operation.duration']), { set: 1 })
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(CHANNELS.every((channel) => !channel.hasSubscribers))
  })

  it('are made of calls that start after they are switched on', async (t) => {
    const state = open(t, 'memory:')
    const call = state.set('t', 'a', 1)
    const { spans } = instrumented(t)
    await Promise.all([call, state.get('t', 'a')])
    assert.deepEqual(
      spans().map(({ name }) => name),
      ['get'],
    )
  })

  it('are made once, with two instrumentations of one provider', async (t) => {
    const { providers, spans, metrics } = instrumented(t)
    const stop = instrument(providers)
    const state = open(t, 'memory:')
    await state.set('t', 'a', 1)
    stop()
    await state.get('t', 'a')
    assert.deepEqual(
      spans().map(({ name }) => name),
      ['set', 'get'],
    )
    assert.deepEqual(countsOf((await metrics())['db.client.operation.duration']), { set: 1, get: 1 })
  })

  it('are not made where tracing is suppressed, or without a parent if one is required', async (t) => {
    /** @type {unknown[]} */
    const hooked = []
    const { providers, spans } = instrumented(t, {
      requireParentSpan: true,
      requestHook: (span) => void hooked.push(span),
    })
    const state = open(t, 'memory:')
    const parent = trace.setSpan(context.active(), providers.tracerProvider.getTracer('app').startSpan('request'))
    const suppressed = parent.setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)
    await state.set('t', 'a', 1)
    await context.with(suppressed, () => state.set('t', 'a', 1))
    await context.with(parent, () => state.get('t', 'a'))
    assert.deepEqual(
      spans().map(({ name }) => name),
      ['get'],
    )
    assert.equal(hooked.length, 1)
  })

  it('of batches have the number of calls', async (t) => {
    const { spans } = instrumented(t, { batches: true })
    const state = open(t, 'memory:')
    await Promise.all([state.set('t', 'a', 1), state.get('t', 'a')])
    const [batch] = spans().filter(({ name }) => name === 'PIPELINE')
    assert.deepEqual(batch.attributes, {
      'db.system.name': 'redis',
      'db.operation.name': 'PIPELINE',
      'db.operation.batch.size': 2,
    })
  })

  it('tell reads that were answered from memory', async (t) => {
    const { spans } = instrumented(t)
    const server = await started(t)
    const state = open(t, { url: server.url, cache: true })
    await state.connect()
    await state.get('t', 'a')
    await state.get('t', 'a')
    assert.deepEqual(
      spans().map(({ attributes }) => attributes['redis_state.cached']),
      [undefined, true],
    )
  })
})

describe('hooks and providers', () => {
  it('can change a span', async (t) => {
    const { spans } = instrumented(t, {
      requestHook: (span, { traceId }) => span.setAttribute('app.group', String(traceId)),
      responseHook: (span, { error }) => span.setAttribute('app.ok', error === undefined),
    })
    await open(t, 'memory:').get('orders', 'a')
    const { 'app.group': group, 'app.ok': ok } = spans()[0].attributes
    assert.deepEqual([group, ok], ['orders', true])
  })

  it('can throw without effect on the call, and are reported', async (t) => {
    /** @type {unknown[]} */
    const reported = []
    const ignore = () => {}
    const error = (/** @type {unknown[]} */ ...args) => void reported.push(args[1])
    diag.setLogger({ error, warn: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ERROR)
    t.after(() => diag.disable())
    const fail = (/** @type {string} */ place) => () => {
      throw new Error(place)
    }
    const processor = { onStart: ignore, onEnd: fail('onEnd'), shutdown: async () => {}, forceFlush: async () => {} }
    const { providers } = telemetry(t, [processor])
    const broken = { getMeter: fail('getMeter') }
    const meterProvider = /** @type {any} */ (broken)
    t.after(instrument({ ...providers, meterProvider, requestHook: fail('request'), responseHook: fail('response') }))
    const state = open(t, 'memory:')
    await state.set('t', 'a', 1)
    assert.equal(await state.get('t', 'a'), 1)
    const places = new Set(reported.map((one) => /** @type {Error} */ (one).message))
    assert.deepEqual([...places].sort(), ['getMeter', 'onEnd', 'request', 'response'])
  })

  it('are the global ones, also if they are registered after the first calls', async (t) => {
    trace.disable()
    t.after(instrument())
    const state = open(t, 'memory:')
    await state.set('t', 'a', 1)
    const { providers, spans, metrics: exported } = telemetry(t)
    trace.setGlobalTracerProvider(providers.tracerProvider)
    metrics.setGlobalMeterProvider(providers.meterProvider)
    t.after(() => {
      metrics.disable()
      trace.disable()
    })
    await state.get('t', 'a')
    assert.deepEqual(
      spans().map(({ name }) => name),
      ['get'],
    )
    assert.deepEqual(countsOf((await exported())['db.client.operation.duration']), { get: 1 })
  })

  it('are set as NodeSDK does', async (t) => {
    const { providers, spans, metrics: exported } = telemetry(t)
    const instrumentation = new RedisStateInstrumentation({ enabled: false })
    const state = open(t, 'memory:')
    await state.set('t', 'a', 1)
    instrumentation.setTracerProvider(providers.tracerProvider)
    instrumentation.setMeterProvider(providers.meterProvider)
    if (!instrumentation.getConfig().enabled) instrumentation.enable()
    t.after(() => instrumentation.disable())
    await state.get('t', 'a')
    instrumentation.setConfig({ spans: false })
    await state.get('t', 'a')
    assert.equal(instrumentation.getConfig().enabled, true)
    assert.deepEqual([spans().length, countsOf((await exported())['db.client.operation.duration'])], [1, { get: 2 }])
    assert.equal(instrumentation.instrumentationName, 'redis-state-adapter')
  })

  it('are checked', () => {
    for (const [option, value] of [
      ['tracerProvider', {}],
      ['meterProvider', 1],
      ['includeKeys', 'yes'],
      ['requestHook', {}],
      ['states', {}.constructor.prototype.constructor === Object ? new Map() : {}],
      ['span', true],
    ]) {
      const call = () => instrument(/** @type {any} */ ({ [String(option)]: value }))
      assert.throws(call, (error) => /** @type {Error} */ (error).message.includes(`${option}: `))
    }
  })
})

describe('metrics', () => {
  it('are the duration of calls, the time to connect and lost connections', async (t) => {
    const { metrics } = instrumented(t, { spans: false })
    const server = await started(t)
    const state = open(t, { url: server.url })
    await Promise.all([next(state, 'ready'), state.set('t', 'a', 1), state.get('t', 'a')])
    await assert.rejects(state.set('t', 'a', undefined))
    const ready = next(state, 'ready')
    await killOtherClients(await server.client())
    await ready
    const {
      'db.client.operation.duration': duration,
      'db.client.connection.create_time': created,
      'redis_state.connection.errors': errors,
    } = await metrics()
    assert.deepEqual(countsOf(duration), { set: 1, get: 1, 'set ERR_INVALID_ARGUMENT': 1 })
    assert.equal(duration.descriptor.unit, 's')
    const [{ attributes, value }] = /** @type {any} */ (duration).dataPoints
    assert.deepEqual(value.buckets.boundaries, [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
    assert.ok(value.sum > 0 && value.sum < 60)
    const at = {
      'db.system.name': 'redis',
      'db.namespace': '0',
      'server.address': '127.0.0.1',
      'server.port': server.port,
    }
    assert.deepEqual(attributes, { ...at, 'db.operation.name': 'set' })
    const pool = { ...at, 'db.client.connection.pool.name': `127.0.0.1:${server.port}/0` }
    const [connection] = /** @type {any} */ (created).dataPoints
    assert.deepEqual([connection.attributes, connection.value.count], [pool, 2])
    const [lost] = errors.dataPoints
    assert.deepEqual([lost.attributes, lost.value], [{ ...pool, 'error.type': 'ERR_CONNECTION' }, 1])
  })

  it('of a closed adapter are not added to those of other instrumentation', async (t) => {
    const [a, b] = [open(t, 'memory:'), open(t, 'memory:')]
    const [ofA, ofB] = [instrumented(t, { states: a }), instrumented(t, { states: b })]
    await Promise.all([a.set('t', 'a', 1), a.get('t', 'a'), b.set('t', 'a', 1)])
    const calls = async (/** @type {ReturnType<typeof instrumented>} */ { metrics }) =>
      pointsOf((await metrics())['redis_state.calls']).map((/** @type {any[]} */ point) => point[1])
    assert.deepEqual([await calls(ofA), await calls(ofB)], [[2], [1]])
    await a.cleanup()
    assert.deepEqual([await calls(ofB), await calls(ofA)], [[1], [2]])
  })

  it('have the figures of states', async (t) => {
    const state = open(t, 'memory:')
    const { metrics, stop } = instrumented(t, { states: { observed: state } })
    await state.setMany('t', { a: 1, b: 2 })
    const all = await metrics()
    const labels = { 'redis_state.store': 'observed', 'redis_state.server': 'memory:' }
    assert.deepEqual(pointsOf(all['redis_state.calls']), [[labels, 2]])
    assert.deepEqual(pointsOf(all['redis_state.adapters'])[0], [
      { ...labels, 'redis_state.adapter.status': 'ready' },
      1,
    ])
    assert.deepEqual(pointsOf(all['redis_state.calls.in_flight.limit']), [[labels, 100_000]])
    stop()
    await state.get('t', 'a')
    assert.deepEqual(pointsOf((await metrics())['redis_state.calls']), [[labels, 2]])
  })
})

/** The numbers of calls by operation and error. @param {any} histogram */
function countsOf({ dataPoints }) {
  return Object.fromEntries(
    dataPoints.map((/** @type {any} */ { attributes, value }) => [
      [attributes['db.operation.name'], attributes['error.type']].filter(Boolean).join(' '),
      value.count,
    ]),
  )
}

/** @param {any} metric */
function pointsOf({ dataPoints }) {
  return dataPoints.map((/** @type {any} */ { attributes, value }) => [attributes, value])
}
