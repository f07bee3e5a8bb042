// @ts-check
// What those hear who subscribe to the tracing channels.

import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import { next } from './support/events.mjs'
import { killOtherClients } from './support/kill-clients.mjs'
import { open } from './support/open.mjs'
import { portOfNobody } from './support/port-of-nobody.mjs'
import { started } from './support/redis.mjs'
import { shown } from './support/shown.mjs'

/**
 * @typedef {import('redis-state-adapter').TracingContext} Context
 * @typedef {{ event: string, context: Context }} Heard a context as it was then
 */

const events = /** @type {const} */ (['start', 'end', 'asyncStart', 'asyncEnd', 'error'])

/**
 * @param {import('node:test').TestContext} t
 * @param {'command' | 'batch' | 'connection'} name
 * @returns {Heard[]} what is heard, which grows
 */
function hear(t, name) {
  const channel = tracingChannel(`redis-state-adapter:${name}`)
  /** @type {Heard[]} */
  const heard = []
  const listener = (/** @type {string} */ event) => (/** @type {any} */ context) =>
    void heard.push({ event, context: { ...context } })
  const listeners = /** @type {any} */ (Object.fromEntries(events.map((event) => [event, listener(event)])))
  channel.subscribe(listeners)
  t.after(() => channel.unsubscribe(listeners))
  return heard
}

/** @param {Heard[]} heard */
function names(heard) {
  return heard.map(({ event }) => event)
}

describe('commands', () => {
  it('are told with method, ids and server, and never with a value', async (t) => {
    const server = await started(t)
    const heard = hear(t, 'command')
    const state = open(t, { url: `${server.url}/2` })
    const secret = { name: 'a-secret-value' }
    await state.set('trace', 'key', secret)
    await state.get('trace', 'key')
    await state.items({ groupId: 'trace', filter: [{ valueKey: 'name', operation: 'eq', value: 'a-secret-value' }] })
    await state.getGroup('trace')
    await state.keys('trace')
    await state.traceIds()
    await state.delete('trace', 'key')
    await state.clear('trace')
    await state.ping()
    const started_ = heard.filter(({ event }) => event === 'start').map(({ context }) => context)
    const at = { serverAddress: '127.0.0.1', serverPort: server.port, database: 2 }
    assert.deepEqual(started_.slice(0, 2), [
      { operation: 'set', traceId: 'trace', key: 'key', ...at },
      { operation: 'get', traceId: 'trace', key: 'key', ...at },
    ])
    const operations = ['set', 'get', 'items', 'getGroup', 'keys', 'traceIds', 'delete', 'clear', 'ping']
    assert.deepEqual(
      started_.map(({ operation }) => operation),
      operations,
    )
    assert.deepEqual(
      names(heard),
      operations.flatMap(() => ['start', 'end', 'asyncStart', 'asyncEnd']),
    )
    assert.doesNotMatch(shown(heard), /a-secret-value/)
  })

  it('are told with their error', async (t) => {
    const heard = hear(t, 'command')
    const state = open(t, { url: 'memory:' })
    const error = await state.set('trace', 'key', undefined).catch((error) => error)
    assert.deepEqual(names(heard), ['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    assert.equal(heard[2].context.error, error)
  })

  it('run in what subscribers bind to their start', async (t) => {
    const channel = tracingChannel('redis-state-adapter:command')
    const span = new AsyncLocalStorage()
    channel.start.bindStore(span, (context) => `span of ${/** @type {Context} */ (context).operation}`)
    t.after(() => channel.start.unbindStore(span))
    const heard = /** @type {unknown[]} */ ([])
    const listeners = /** @type {any} */ ({ end: () => {}, asyncEnd: () => heard.push(span.getStore()) })
    channel.subscribe(listeners)
    t.after(() => channel.unsubscribe(listeners))
    await open(t, { url: 'memory:' }).get('trace', 'key')
    assert.deepEqual(heard, ['span of get'])
    assert.equal(span.getStore(), undefined)
  })
})

describe('batches', () => {
  it('are told with the calls of a tick', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url })
    await state.ping()
    const heard = hear(t, 'batch')
    await Promise.all([state.set('t', 'k', 1), state.get('t', 'k'), state.delete('t', 'k')])
    assert.deepEqual(names(heard), ['start', 'end', 'asyncStart', 'asyncEnd'])
    assert.equal(heard[0].context.calls, 3)
    assert.equal(heard[3].context.failed, 0)
  })

  it('are told with how many of their calls failed', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, keyPrefix: 'p:' })
    const client = await server.client()
    await client.lPush('p:t:list', 'x')
    const heard = hear(t, 'batch')
    await Promise.allSettled([state.get('t', 'list'), state.get('t', 'k')])
    assert.equal(heard[3].context.failed, 1)
  })
})

describe('connections', () => {
  it('are told when they are made, lost and made again', async (t) => {
    const server = await started(t)
    const heard = hear(t, 'connection')
    const state = open(t, { url: server.url })
    await state.ping()
    const made = ['start', 'end', 'asyncStart', 'asyncEnd']
    assert.deepEqual(names(heard), made)
    const ready = next(state, 'ready')
    await killOtherClients(await server.client())
    await ready
    assert.deepEqual(names(heard), [...made, 'error', ...made])
    assert.equal(heard[4].context.error?.code, 'ERR_CONNECTION')
    assert.equal(state.stats().reconnects, 1)
  })

  it('are told when they cannot be made', async (t) => {
    const port = await portOfNobody()
    const heard = hear(t, 'connection')
    const state = open(t, { port, socket: { reconnectStrategy: false } })
    await next(state, 'end')
    assert.deepEqual(names(heard), ['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    assert.deepEqual(heard[0].context, { serverAddress: 'localhost', serverPort: port, database: 0 })
  })
})
