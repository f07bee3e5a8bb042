// @ts-check
// The metrics for Prometheus: what they count, and their text beside that of prom-client.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { register as defaultRegistry, Registry } from 'prom-client'
import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
import { contentType, handler, metrics, register } from 'redis-state-adapter/prometheus'
import { next } from '../support/events.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'
import { seriesOf, valueIn } from '../support/series.mjs'
import { loadText } from '../support/stores-folder.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/** @import { TestContext } from 'node:test' */

const OPEN_METRICS = Registry.OPENMETRICS_CONTENT_TYPE
const HOSTILE = 'a "quoted" \\ name\nof two lines'

/** An adapter with calls of several methods, some of which failed. @param {TestContext} t */
async function used(t) {
  const state = open(t, 'memory:')
  metrics(state)
  await state.set('t', 'a', 1)
  await state.setMany('t', { b: 2, c: 3 })
  await state.getGroup('t')
  await state.set('t', 'd', undefined).catch(() => {})
  return state
}

/** The lines of metrics that have series, in any order. @param {string} text */
function linesOf(text) {
  const blocks = text.split(/^(?=# HELP)/m).filter((block) => /^[^#\n]/m.test(block))
  return blocks
    .flatMap((block) => block.split('\n').filter((line) => line !== '' && !/^# (UNIT|EOF)/.test(line)))
    .sort()
}

describe('the text', () => {
  for (const type of [Registry.PROMETHEUS_CONTENT_TYPE, OPEN_METRICS]) {
    it(`is the one of prom-client as ${type}, also with labels of any text`, async (t) => {
      const states = { [HOSTILE]: await used(t) }
      const registry = new Registry()
      registry.setContentType(/** @type {any} */ (type))
      const labels = { app: HOSTILE, type }
      register(states, { registry, labels })
      const text = metrics(states, { labels, contentType: type })
      assert.deepEqual(linesOf(text), linesOf(await registry.metrics()))
      assert.ok(linesOf(text).length > 100)
      assert.ok(text.includes('store="a \\"quoted\\" \\\\ name\\nof two lines"'))
    })
  }

  it('has units and an end as OpenMetrics only', async (t) => {
    const state = await used(t)
    const text = metrics(state, { contentType: OPEN_METRICS })
    assert.match(text, /^# TYPE redis_state_sent_bytes counter\n# UNIT redis_state_sent_bytes bytes\n/m)
    assert.match(text, /\n# EOF\n$/)
    assert.doesNotMatch(metrics(state), /UNIT|EOF/)
  })

  it('has another prefix and further labels', (t) => {
    const text = metrics(open(t, 'memory:'), { prefix: 'app_', labels: { store: 'orders', zone: 1 } })
    assert.equal(valueIn(text, 'app_calls_total', { store: 'orders', zone: '1' }), 0)
  })

  it('has no trace id, key or value', async (t) => {
    const state = open(t, 'memory:')
    metrics(state)
    await state.set('secret-trace', 'secret-key', 'secret-value')
    await state.increment('secret-trace', 'secret-key').catch(() => {})
    assert.doesNotMatch(metrics(state), /secret/)
  })
})

describe('the figures', () => {
  it('have the code other for an error whose code is none', async (t) => {
    const states = { coded: open(t, 'memory:') }
    metrics(states)
    const options = {
      /** @returns {never} */
      get ttl() {
        throw new RedisStateError(/** @type {any} */ ('key-1'), 'key-1')
      },
    }
    await assert.rejects(states.coded.set('t', 'a', 1, options))
    const text = metrics(states)
    assert.doesNotMatch(text, /key-1/)
    for (const name of ['redis_state_errors_total', 'redis_state_operation_errors_total'])
      assert.equal(valueIn(text, name, { code: 'other' }), 1)
  })

  it('are those of the calls on a server', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, cache: true })
    metrics({ orders: state })
    await state.connect()
    await state.setMany('t', { a: 1, b: 2 })
    await state.get('t', 'a')
    await state.get('t', 'a')
    await assert.rejects(state.increment('t', 'a', Number.NaN))
    await (await server.client()).lPush('motia:state:t:list', 'x')
    await assert.rejects(state.get('t', 'list'))
    await assert.rejects(state.get('t', 'list'))
    const ready = next(state, 'ready')
    await killOtherClients(await server.client())
    await ready
    const text = metrics({ orders: state })
    const of = (/** @type {string} */ name, labels = {}) => valueIn(text, `redis_state_${name}`, labels)
    const { bytesSent, calls, cache } = state.stats()
    assert.equal(of('calls_total', { store: 'orders', server: new URL(server.url).host }), calls)
    assert.equal(of('errors_total', { code: 'ERR_WRONG_TYPE' }), 2)
    assert.equal(of('operation_duration_seconds_count', { operation: 'setMany' }), 1)
    assert.equal(of('operation_duration_seconds_count', { operation: 'get' }), 4)
    assert.equal(of('operation_errors_total', { operation: 'get' }), 2)
    assert.equal(of('operation_errors_total', { operation: 'increment' }), 1)
    assert.equal(of('sent_bytes_total'), bytesSent)
    assert.ok(Number(of('received_bytes_total')) > 0)
    assert.equal(of('reconnects_total'), 1)
    assert.deepEqual([of('cache_hits_total'), of('cache_misses_total')], [cache?.hits, cache?.misses])
    assert.equal(of('adapters', { status: 'ready' }), 1)
    assert.equal(of('in_flight_calls_limit'), 100_000)
  })

  it('are those of commands and scripts too', async (t) => {
    const server = await started(t)
    const state = open(t, server.url)
    metrics({ commands: state })
    await state.command(['SET', 'a', 'text'])
    await state.commands([['GET', 'a'], ['PING']])
    await state.script('return 1')
    await assert.rejects(state.command(['INCR', 'a']))
    const text = metrics({ commands: state })
    const counts = ['command', 'commands', 'script'].map((operation) =>
      valueIn(text, 'redis_state_operation_duration_seconds_count', { operation }),
    )
    assert.deepEqual(counts, [2, 1, 1])
    assert.equal(valueIn(text, 'redis_state_operation_errors_total', { operation: 'command' }), 1)
  })

  it('have ranges of durations that add up', async (t) => {
    const state = await used(t)
    await Promise.all(Array.from({ length: 50 }, () => state.get('t', 'a')))
    const text = metrics({ durations: state })
    const name = 'redis_state_call_duration_seconds'
    const buckets = Object.entries(seriesOf(text)).filter(([series]) => series.startsWith(`${name}_bucket`))
    const counts = buckets.map(([, count]) => count)
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    )
    assert.deepEqual([counts.at(-1), valueIn(text, `${name}_count`)], [54, 54])
    assert.ok(Number(valueIn(text, `${name}_sum`)) < 60)
    const { p50 } = state.stats().latency
    const half = buckets.find(([, count]) => count >= 27)?.[0] ?? ''
    const bound = Number(/le="([^"]*)"/.exec(half)?.[1])
    // The median is in the range that ends there: ranges double, and the percentile is accurate to an eighth.
    assert.ok(bound * 1000 >= p50 / 1.125 && bound * 1000 <= p50 * 2 * 1.125, `${bound} ${p50}`)
  })

  it('tell adapters that are ready, not connected and closed', async (t) => {
    const closed = open(t, 'memory:')
    await closed.set('t', 'a', 1)
    await closed.cleanup()
    const away = open(t, { port: await unusedPort(), offlineQueue: false })
    const text = metrics([open(t, 'memory:'), closed, away], { labels: { store: 'statuses' } })
    const statuses = Object.entries(seriesOf(text)).filter(([series, value]) => /adapters\{/.test(series) && value > 0)
    assert.deepEqual(
      statuses.map(([series]) => /status="(\w+)"/.exec(series)?.[1]),
      ['ready', 'closed', 'not_ready'],
    )
    assert.equal(valueIn(text, 'redis_state_calls_total', { server: 'memory:' }), 1)
  })

  it('of adapters with one name are added up, each adapter once', async (t) => {
    const [a, b] = [open(t, 'memory:'), open(t, 'memory:')]
    await Promise.all([a.set('t', 'a', 1), b.set('t', 'a', 1), b.get('t', 'a')])
    const labels = { store: 'both' }
    assert.equal(valueIn(metrics([a, b, a], { labels }), 'redis_state_calls_total'), 3)
    assert.equal(valueIn(metrics([a, b], { labels }), 'redis_state_call_duration_seconds_count'), 3)
    const named = metrics({ a, b })
    assert.equal(valueIn(named, 'redis_state_calls_total', { store: 'b' }), 2)
  })

  it('do not decrease when an adapter is closed and replaced', async (t) => {
    const before = open(t, 'memory:')
    await before.set('t', 'a', 1)
    assert.equal(valueIn(metrics({ replaced: before }), 'redis_state_calls_total'), 1)
    await before.get('t', 'a')
    await before.cleanup()
    const after = open(t, 'memory:')
    await after.get('t', 'a')
    for (const states of [{ replaced: after }, { replaced: after }]) {
      const text = metrics(states)
      assert.equal(valueIn(text, 'redis_state_calls_total'), 3)
      assert.equal(valueIn(text, 'redis_state_adapters', { status: 'closed' }), 0)
    }
    // One that is only exported elsewhere is not added.
    assert.equal(valueIn(metrics({ replaced: open(t, 'memory:') }), 'redis_state_calls_total'), 2)
  })

  for (const [
    name,
    exporters,
  ] of /** @type {[string, () => ((states: any, pool: string) => () => Promise<string>)][]} */ ([
    ['metrics with other labels', () => (states, pool) => async () => metrics(states, { labels: { pool } })],
    [
      'metrics with another prefix',
      () => (states, pool) => async () =>
        metrics(states, { prefix: `${pool}_` }).replaceAll(`${pool}_`, 'redis_state_'),
    ],
    [
      'another handler',
      () => (states) => {
        const listener = handler(states)
        return () => responseOf(listener)
      },
    ],
    [
      'another registry',
      () => (states) => {
        const registry = new Registry()
        register(states, { registry })
        return () => registry.metrics()
      },
    ],
    [
      'the same registry with other labels',
      () => {
        const registry = new Registry()
        return (states, pool) => {
          register(states, { registry, labels: { pool } })
          return async () => {
            const lines = (await registry.metrics()).split('\n')
            return lines.filter((line) => line.includes(`pool="${pool}"`)).join('\n')
          }
        }
      },
    ],
  ])) {
    it(`of a closed adapter are not added to those of ${name}`, async (t) => {
      const [a, b] = [open(t, 'memory:'), open(t, 'memory:')]
      const exporter = exporters()
      const [ofA, ofB] = [exporter(a, 'x'), exporter(b, 'y')]
      await Promise.all([a.set('t', 'a', 1), a.get('t', 'a'), b.set('t', 'a', 1)])
      const counts = async () => [await ofA(), await ofB()].map((text) => valueIn(text, 'redis_state_calls_total'))
      assert.deepEqual(await counts(), [2, 1])
      await a.cleanup()
      assert.deepEqual([valueIn(await ofB(), 'redis_state_calls_total'), ...(await counts())], [1, 2, 1])
    })
  }

  it('of closed adapters are kept for the 1,000 names that were exported last', async (t) => {
    const [before, after, other, held, now] = Array.from({ length: 5 }, () => open(t, 'memory:'))
    await Promise.all([before.set('t', 'a', 1), other.set('t', 'a', 1)])
    const options = { operations: false }
    const calls = (/** @type {Record<string, RedisStateAdapter>} */ states) =>
      valueIn(metrics(states, options), 'redis_state_calls_total')
    assert.deepEqual([calls({ first: before }), calls({ held: before })], [1, 1])
    await Promise.all([before.cleanup(), other.cleanup()])
    assert.equal(calls({ held }), 1)
    const others = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`other-${index}`, other]))
    metrics(others, options)
    assert.equal(calls({ first: after }), 1)
    await after.cleanup()
    metrics(others, options)
    metrics([], options)
    assert.deepEqual([calls({ first: now }), calls({ held: now }), calls({ 'other-0': now })], [0, 1, 1])
  })

  it('of operations do not decrease if an exporter without them is the first to notice the close', async (t) => {
    const before = open(t, 'memory:')
    metrics({ both: before })
    await before.set('t', 'a', 1)
    await before.cleanup()
    const states = { both: open(t, 'memory:') }
    assert.doesNotMatch(metrics(states, { operations: false }), /operation_/)
    assert.equal(valueIn(metrics(states), 'redis_state_operation_duration_seconds_count'), 1)
  })

  it('of connections do not decrease when an adapter is closed and replaced', async (t) => {
    const server = await started(t)
    const before = open(t, server.url)
    await before.set('t', 'a', 1)
    const series = ['redis_state_sent_bytes_total', 'redis_state_received_bytes_total']
    const figures = (/** @type {object} */ states) => series.map((name) => valueIn(metrics({ ...states }), name) ?? 0)
    const [sent, received] = figures({ connected: before })
    await before.cleanup()
    for (const states of [{ connected: before }, { connected: open(t, server.url) }]) {
      const [sentNow, receivedNow] = figures(states)
      assert.ok(sent > 0 && sentNow >= sent && received > 0 && receivedNow >= received)
    }
  })

  it('have the stores of StateStores that are open, with the calls of the client of Dapr', async (t) => {
    const text = '{ "stores": { "orders": { "url": "memory:" }, "others": { "url": "memory:" } } }'
    const stores = await loadText(t, text)
    assert.equal(metrics(stores), '')
    await stores.get('orders').set('t', 'a', 1)
    await stores.dapr.state.save('orders', [{ key: 'a', value: 1 }])
    const exported = metrics(stores)
    assert.equal(valueIn(exported, 'redis_state_calls_total'), 2)
    assert.equal(valueIn(exported, 'redis_state_adapters', { store: 'orders', status: 'ready' }), 1)
  })

  it('of operations can be omitted, and then cost nothing', async (t) => {
    const state = open(t, 'memory:')
    metrics({ few: state }, { operations: false })
    await state.set('t', 'a', 1)
    assert.doesNotMatch(metrics({ few: state }, { operations: false }), /operation_/)
    // The call was not measured.
    assert.equal(valueIn(metrics({ few: state }), 'redis_state_operation_duration_seconds_count'), undefined)
  })

  it('by method stay in the sum too, also if they were not exported when the adapter was found to be closed', async (t) => {
    const before = open(t, 'memory:')
    metrics({ again: before })
    await before.set('t', 'a', 1)
    await before.cleanup()
    const after = open(t, 'memory:')
    metrics({ again: after }, { operations: false })
    assert.equal(valueIn(metrics({ again: after }), 'redis_state_operation_duration_seconds_count'), 1)
  })

  it('leave a rejection that is not handled what it is', async () => {
    const { code, stderr } = await runNode('unhandled-while-measured.mjs', [])
    assert.equal(code, 1)
    assert.match(stderr, /ERR_INVALID_VALUE|ERR_INVALID_ARGUMENT/)
  })
})

describe('a registry of prom-client', () => {
  it('has the states of several calls, until they are removed', async (t) => {
    const registry = new Registry()
    const [a, b] = [open(t, 'memory:'), open(t, 'memory:')]
    const stops = [register({ first: a }, { registry }), register(() => ({ second: b }), { registry })]
    await b.set('t', 'a', 1)
    // Scrapes at once read the figures once.
    const texts = await Promise.all([registry.metrics(), registry.metrics()])
    assert.equal(texts[0], texts[1])
    assert.equal(valueIn(texts[0], 'redis_state_calls_total', { store: 'second' }), 1)
    await b.get('t', 'a')
    assert.equal(valueIn(await registry.metrics(), 'redis_state_calls_total', { store: 'second' }), 2)
    stops[1]()
    assert.equal(valueIn(await registry.metrics(), 'redis_state_calls_total', { store: 'second' }), undefined)
    stops[0]()
    assert.equal((await registry.metrics()).trim(), '')
  })

  it('has one series for what several calls pass with the same labels', async (t) => {
    const registry = new Registry()
    const [a, b, c] = [open(t, 'memory:'), open(t, 'memory:'), open(t, 'memory:')]
    const labels = { zone: 'z', pool: 'p' }
    register([a, b], { registry, labels, operations: false })
    register({ '': b }, { registry, labels: { pool: 'p', zone: 'z' }, operations: false })
    register({ named: b }, { registry, labels, operations: false })
    register(c, { registry, labels: { ...labels, store: 'named' }, operations: false })
    await Promise.all([a.set('t', 'a', 1), b.set('t', 'a', 1), c.set('t', 'a', 1), c.get('t', 'a')])
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('redis_state_calls_total'))
    assert.deepEqual(lines, [
      'redis_state_calls_total{zone="z",pool="p",server="memory:"} 2',
      'redis_state_calls_total{zone="z",pool="p",store="named",server="memory:"} 3',
    ])
  })

  it('can be cleared and reset', async (t) => {
    const registry = new Registry()
    const state = open(t, 'memory:')
    const stop = register({ cleared: state }, { registry })
    await state.set('t', 'a', 1)
    registry.resetMetrics()
    assert.equal(valueIn(await registry.metrics(), 'redis_state_calls_total'), 1)
    registry.clear()
    stop()
    register({ cleared: state }, { registry })
    assert.equal(valueIn(await registry.metrics(), 'redis_state_calls_total'), 1)
    const json = /** @type {any[]} */ (await registry.getMetricsAsJSON())
    assert.equal(json.find(({ name }) => name === 'redis_state_calls_total').values[0].value, 1)
  })

  it('is the default one, and rejects names that it has', async (t) => {
    const state = open(t, 'memory:')
    const stop = register(state)
    assert.ok(defaultRegistry.getSingleMetric('redis_state_calls_total'))
    const other = new Registry()
    other.registerMetric(/** @type {any} */ (defaultRegistry.getSingleMetric('redis_state_calls_total')))
    assert.throws(() => register(state, { registry: other }), {
      code: 'ERR_INVALID_ARGUMENT',
      message: 'register(): registry: it has another metric redis_state_calls_total. Set the option prefix.',
    })
    assert.deepEqual(other.getMetricsAsArray().length, 1)
    other.clear()
    register({ accepted: state }, { registry: other })
    const rejected = Object.keys(seriesOf(await other.metrics())).filter((series) => !series.includes('accepted'))
    assert.deepEqual(rejected, [])
    stop()
    assert.equal(defaultRegistry.getSingleMetric('redis_state_calls_total'), undefined)
  })
})

describe('the listener for requests', () => {
  it('responds in the format that the request accepts', async (t) => {
    const url = await served(t, handler({ served: open(t, 'memory:') }))
    const scrape = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1'
    for (const [accept, type] of [
      [scrape, OPEN_METRICS],
      ['text/html', Registry.PROMETHEUS_CONTENT_TYPE],
    ]) {
      const response = await fetch(url, { headers: { accept } })
      assert.deepEqual([response.status, response.headers.get('content-type')], [200, type])
      assert.match(await response.text(), /redis_state_calls_total\{store="served",server="memory:"\} 0\n/)
    }
    assert.equal(contentType('application/openmetrics-text;q=0'), Registry.PROMETHEUS_CONTENT_TYPE)
    assert.equal(contentType('text/plain, application/openmetrics-text;q=0.9'), Registry.PROMETHEUS_CONTENT_TYPE)
    assert.equal(contentType(), Registry.PROMETHEUS_CONTENT_TYPE)
  })

  it('responds with an error without its reason if the states cannot be read, and warns once until they can', async (t) => {
    const warnings = collectWarnings(t)
    /** @type {unknown} */
    let error = new Error('secret://password')
    const states = () => {
      if (error !== undefined) throw error
      return []
    }
    const url = await served(t, handler(states))
    const statuses = async (/** @type {unknown[]} */ ...errors) => {
      const seen = []
      for (error of errors) {
        const response = await fetch(url)
        assert.doesNotMatch(await response.text(), /secret|null/)
        assert.match(response.headers.get('content-type') ?? '', /^text\/plain; /)
        seen.push(response.status)
      }
      return seen
    }
    assert.deepEqual(await statuses(error, error, undefined, null), [500, 500, 200, 500])
    assert.deepEqual(
      warnings.map(({ message }) => message),
      ['secret://password', 'unknown error'].map(
        (reason) => `redis-state-adapter: prometheus: the metrics cannot be read: ${reason}`,
      ),
    )
  })
})

describe('wrong arguments', () => {
  for (const [message, states, options] of /** @type {[RegExp, any, any?][]} */ ([
    [/^metrics\(\): states: expected a RedisStateAdapter, an array .*, got undefined\.$/, undefined],
    [/states\.orders: expected .*, got a Map/, { orders: new Map() }],
    [/states\[1\]: expected .*, got null/, [new RedisStateAdapter('memory:'), null]],
    [/^metrics\(\): prefx: unknown option/, [], { prefx: 'a' }],
    [/prefix: expected a part of a metric name, got the string "a-b"/, [], { prefix: 'a-b' }],
    [/labels\["a-b"\]: not a name of a label/, [], { labels: { 'a-b': 1 } }],
    [/labels\["code"\]: the metrics have a label with this name/, [], { labels: { code: 1 } }],
    [/labels\["a"\]: expected a string or a number, got null/, [], { labels: { a: null } }],
  ])) {
    it(`are rejected: ${message}`, () => {
      assert.throws(
        () => metrics(states, options),
        (error) => {
          assert.ok(error instanceof RedisStateError)
          assert.equal(error.code, 'ERR_INVALID_ARGUMENT')
          assert.match(error.message, message)
          return true
        },
      )
    })
  }

  it('are rejected when they are registered', () => {
    assert.throws(() => register(/** @type {any} */ (1)), { code: 'ERR_INVALID_ARGUMENT' })
    assert.throws(() => handler([], /** @type {any} */ ({ prefix: 1 })), { code: 'ERR_INVALID_ARGUMENT' })
    assert.throws(() => register([], /** @type {any} */ ({ registry: {} })), {
      message: 'register(): registry: expected a registry of prom-client, got an object.',
    })
  })
})

/** The text that a listener responds with. @param {ReturnType<typeof handler>} listener @returns {Promise<string>} */
function responseOf(listener) {
  return new Promise((resolve) => {
    listener({ headers: {} }, /** @type {any} */ ({ setHeader() {}, end: resolve }))
  })
}

/** @param {TestContext} t @param {import('node:http').RequestListener} listener */
async function served(t, listener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`
}
