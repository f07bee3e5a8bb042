// @ts-check
// Calls while there is no connection, with `offlineQueue: false`.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { assertAllFail, assertFails } from './support/assert-fails.mjs'
import { allCalls } from './support/calls.mjs'
import { startedCluster } from './support/cluster.mjs'
import { next } from './support/events.mjs'
import { fill } from './support/fill.mjs'
import { listening } from './support/listening.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { startedSentinels } from './support/sentinel.mjs'
import { unusedPort } from './support/unused-port.mjs'

/** So long that only a rejection at once ends a test in time. */
const commandTimeout = 120_000
const offlineQueue = false
const socket = { reconnectStrategy: 20 }

describe('without an offline queue, calls reject at once', () => {
  it('while no server can be reached, with the reason', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await unusedPort(), commandTimeout, offlineQueue, socket })
    await assertAllFail(allCalls(state), 'ERR_CONNECTION')
    await next(state, 'reconnecting')
    await assertAllFail(allCalls(state), 'ERR_CONNECTION')
    const error = await assertFails(state.get('t', 'k'), 'ERR_CONNECTION')
    assert.match(error.message, /not connected.*connection refused/i)
    await assertFails(state.ping(), 'ERR_CONNECTION')
    await assertFails(state.lock('t', 'k', { ttl: '1s', timeout: '60s' }), 'ERR_CONNECTION', { applied: 'no' })
    assert.equal(state.stats().inFlight, 0)
  })

  it('before the first connection, and ask nothing', async (t) => {
    const mute = createServer((socket) => socket.on('error', () => {}).once('data', () => mute.emit('addressed')))
    const addressed = once(mute, 'addressed')
    const port = await listening(t, mute)
    const state = open(t, { host: '127.0.0.1', port, commandTimeout, offlineQueue, socket })
    await addressed
    const { message } = await assertFails(state.get('t', 'k'), 'ERR_CONNECTION')
    assert.match(message, /not connected: waiting .*for 127\.0\.0\.1:\d+ to answer/)
    // Nothing is wrong so far, unless the machine stalled for a second.
    if (!/waiting [\d.]+ s /.test(message)) assert.doesNotMatch(message, /\?|\d ms/)
    await state.cleanup({ timeout: 0 })
    mute.unref()
  })

  it('while the server rejects the login', async (t) => {
    const { url } = await started(t, ['--requirepass', 'word'])
    const state = open(t, { url, commandTimeout, offlineQueue, socket })
    await next(state, 'error')
    await assertAllFail(allCalls(state), 'ERR_AUTH', { reply: 'NOAUTH' })
    const { message } = await assertFails(state.get('t', 'k'), 'ERR_AUTH')
    assert.match(message, /This server requires a password: set password, or credentials\.$/)
  })

  it('from the loss of the connection until it is ready again', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, commandTimeout, offlineQueue, socket })
    const first = new Promise((resolve) => state.once('ready', () => resolve(state.set('t', 'k', 1))))
    assert.equal(await first, 1)
    assert.deepEqual(await state.getGroup('t'), [1])
    server.signal('SIGSTOP')
    const pending = assertFails(state.get('t', 'k'), 'ERR_CONNECTION')
    const listing = assertFails(state.getGroup('t'), 'ERR_CONNECTION')
    const writing = assertFails(state.set('t', 'k', 2), 'ERR_CONNECTION', { applied: 'unknown' })
    const lost = next(state, 'reconnecting')
    // Until the calls of this tick are sent.
    await setImmediate()
    await server.kill()
    await Promise.all([pending, listing, writing, lost])
    await assertAllFail(allCalls(state), 'ERR_CONNECTION')
    const ready = next(state, 'ready')
    await server.start()
    await ready
    assert.equal(await state.set('t', 'k', 3), 3)
    assert.deepEqual(await state.getGroup('t'), [3])
  })

  it('by the name of the option in node-redis', async (t) => {
    const at = { host: '127.0.0.1', port: await unusedPort(), commandTimeout }
    await assertFails(
      open(t, { ...at, .../** @type {any} */ ({ disableOfflineQueue: true }) }).get('t', 'k'),
      'ERR_CONNECTION',
    )
  })
})

describe('without an offline queue, calls are served once the adapter is ready', () => {
  it('behind sentinels', async (t) => {
    const { options } = await startedSentinels(t)
    const state = open(t, { ...options, commandTimeout, offlineQueue })
    await state.connect()
    assert.equal(await state.set('t', 'k', 1), 1)
    assert.deepEqual(await state.keys('t'), ['k'])
  })

  it('in a cluster, and reject for a node that is away', async (t) => {
    // Else the other nodes may notice that one is away, and refuse calls.
    const { nodes, options } = await startedCluster(t)
    const state = open(t, { ...options, commandTimeout, offlineQueue })
    await state.connect()
    await fill(state, 't', 30)
    assert.equal(await state.count('t'), 30)
    const lost = next(state, 'reconnecting')
    await nodes[1]?.server.kill()
    await lost
    await assertFails(state.count('t'), 'ERR_CONNECTION')
    const reads = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => state.get('t', `k${index}`)))
    const rejected = reads.filter(({ status }) => status === 'rejected')
    assert.ok(rejected.length > 0 && rejected.length < 30, `${rejected.length} rejected`)
    const ready = next(state, 'ready')
    await nodes[1]?.server.start()
    await ready
    // The node kept nothing on disk.
    assert.equal(await state.count('t'), 30 - rejected.length)
  })

  it('by the embedded store, always', async (t) => {
    const state = open(t, { url: 'memory:', offlineQueue })
    assert.equal(await state.set('t', 'k', 1), 1)
  })
})
