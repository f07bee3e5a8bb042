// @ts-check
// The messages that subscribers of the tracing channels receive.

import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import { next } from './support/events.mjs'
import { killOtherClients } from './support/kill-clients.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { shown } from './support/shown.mjs'
import { unusedPort } from './support/unused-port.mjs'

/**
 * @typedef {import('redis-state-adapter').TracingContext} Context
 * @typedef {{ event: string, context: Context }} Recorded a copy of the context at that time
 */

const events = /** @type {const} */ (['start', 'end', 'asyncStart', 'asyncEnd', 'error'])

/**
 * @param {import('node:test').TestContext} t
 * @param {'command' | 'batch' | 'connection'} name
 * @returns {Recorded[]} messages so far; later ones are appended
 */
function hear(t, name) {
  const channel = tracingChannel(`redis-state-adapter:${name}`)
  /** @type {Recorded[]} */
  const seen = []
  const listener = (/** @type {string} */ event) => (/** @type {any} */ context) =>
    void seen.push({ event, context: { ...context } })
  const listeners = /** @type {any} */ (Object.fromEntries(events.map((event) => [event, listener(event)])))
  channel.subscribe(listeners)
  t.after(() => channel.unsubscribe(listeners))
  return seen
}

/** @param {Recorded[]} seen */
function names(seen) {
  return seen.map(({ event }) => event)
}

describe('commands', () => {
  it('have method, ids and server, but never a value', async (t) => {
    const server = await started(t)
    const seen = hear(t, 'command')
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
    const started_ = seen.filter(({ event }) => event === 'start').map(({ context }) => context)
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
      names(seen),
      operations.flatMap(() => ['start', 'end', 'asyncStart', 'asyncEnd']),
    )
    assert.doesNotMatch(shown(seen), /a-secret-value/)
  })

  it('are published once for a bulk call with any number of entries', async (t) => {
    const seen = hear(t, 'command')
    const state = open(t, { url: 'memory:' })
    await state.setMany('trace', { a: 1, b: 2 })
    await state.getMany('trace', ['a', 'b'])
    await state.getManyWithMetadata('trace', ['a', 'b'])
    await state.hasMany('trace', ['a', 'b'])
    await state.deleteMany('trace', ['a', 'b'])
    const starts = seen.filter(({ event }) => event === 'start')
    assert.deepEqual(
      starts.map(({ context: { operation, traceId } }) => [operation, traceId]),
      ['setMany', 'getMany', 'getManyWithMetadata', 'hasMany', 'deleteMany'].map((operation) => [operation, 'trace']),
    )
  })

  it('have the error of a failed call', async (t) => {
    const seen = hear(t, 'command')
    const state = open(t, { url: 'memory:' })
    const error = await state.set('trace', 'key', undefined).catch((error) => error)
    assert.deepEqual(names(seen), ['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    assert.equal(seen[2].context.error, error)
  })

  it('run in the AsyncLocalStorage that a subscriber binds to their start', async (t) => {
    const channel = tracingChannel('redis-state-adapter:command')
    const span = new AsyncLocalStorage()
    channel.start.bindStore(span, (context) => `span of ${/** @type {Context} */ (context).operation}`)
    t.after(() => channel.start.unbindStore(span))
    const seen = /** @type {unknown[]} */ ([])
    const listeners = /** @type {any} */ ({ end: () => {}, asyncEnd: () => seen.push(span.getStore()) })
    channel.subscribe(listeners)
    t.after(() => channel.unsubscribe(listeners))
    await open(t, { url: 'memory:' }).get('trace', 'key')
    assert.deepEqual(seen, ['span of get'])
    assert.equal(span.getStore(), undefined)
  })
})

describe('batches', () => {
  it('have the number of calls of a tick', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url })
    await state.ping()
    const seen = hear(t, 'batch')
    await Promise.all([state.set('t', 'k', 1), state.get('t', 'k'), state.delete('t', 'k')])
    assert.deepEqual(names(seen), ['start', 'end', 'asyncStart', 'asyncEnd'])
    assert.equal(seen[0].context.calls, 3)
    assert.equal(seen[3].context.failed, 0)
  })

  it('have the number of failed calls', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, keyPrefix: 'p:' })
    const client = await server.client()
    await client.lPush('p:t:list', 'x')
    const seen = hear(t, 'batch')
    await Promise.allSettled([state.get('t', 'list'), state.get('t', 'k')])
    assert.equal(seen[3].context.failed, 1)
  })

  it('are counted as waiting until native code has them', async (t) => {
    const state = open(t, { url: 'memory:' })
    const channel = tracingChannel('redis-state-adapter:batch')
    /** @type {number[][]} */
    const waiting = []
    const record = () => void waiting.push([state.stats().waiting, state.stats().inFlight])
    const listeners = /** @type {any} */ ({ start: record, end: record })
    channel.subscribe(listeners)
    t.after(() => channel.unsubscribe(listeners))
    await Promise.all([state.set('t', 'k', 1), state.get('t', 'k')])
    assert.deepEqual(waiting, [
      [2, 2],
      [0, 2],
    ])
  })
})

describe('connections', () => {
  it('are published when they are established, lost and re-established', async (t) => {
    const server = await started(t)
    const seen = hear(t, 'connection')
    const state = open(t, { url: server.url })
    // A reply can arrive before the event.
    await Promise.all([next(state, 'ready'), state.ping()])
    const made = ['start', 'end', 'asyncStart', 'asyncEnd']
    assert.deepEqual(names(seen), made)
    const ready = next(state, 'ready')
    await killOtherClients(await server.client())
    await ready
    assert.deepEqual(names(seen), [...made, 'error', ...made])
    assert.equal(seen[4].context.error?.code, 'ERR_CONNECTION')
    assert.equal(state.stats().reconnects, 1)
  })

  it('are published when they cannot be established', async (t) => {
    const port = await unusedPort()
    const seen = hear(t, 'connection')
    const state = open(t, { port, socket: { reconnectStrategy: false } })
    await next(state, 'end')
    assert.deepEqual(names(seen), ['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    assert.deepEqual(seen[0].context, { serverAddress: 'localhost', serverPort: port, database: 0 })
  })
})
