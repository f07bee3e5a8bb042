// @ts-check
// How long `cleanup` waits for pending calls.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from './support/assert-fails.mjs'
import { startedCluster } from './support/cluster.mjs'
import { next } from './support/events.mjs'
import { open } from './support/open.mjs'
import { unusedPort } from './support/unused-port.mjs'
import { warm, warmThroughRelay } from './support/warm.mjs'

/** So long that only `cleanup` ends the calls of a test in time. */
const commandTimeout = 120_000

describe('cleanup with a timeout rejects what is pending after it', () => {
  it('at a server that is frozen', async (t) => {
    const { relay, server, state } = await warmThroughRelay(t, { commandTimeout })
    server.signal('SIGSTOP')
    // The last of the calls that are sent.
    const isSent = relay.untilRequest('a-lock')
    const sent = [
      assertFails(state.get('t', 'k'), 'ERR_CLOSED'),
      assertFails(state.set('t', 'k', 1), 'ERR_CLOSED', { applied: 'unknown' }),
      assertFails(state.getGroup('t'), 'ERR_CLOSED'),
      assertFails(state.lock('t', 'a-lock', { ttl: '1m', timeout: '1m' }), 'ERR_CLOSED', { applied: 'unknown' }),
    ]
    await isSent
    await Promise.all([...sent, state.cleanup({ timeout: 50 })])
    assert.equal(state.stats().inFlight, 0)
  })

  it('without a connection, also calls of the same tick', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await unusedPort(), commandTimeout })
    const calls = [
      assertFails(state.set('t', 'k', 1), 'ERR_CLOSED', { applied: 'no' }),
      assertFails(state.getGroup('t'), 'ERR_CLOSED'),
      assertFails(state.connect(), 'ERR_CLOSED'),
    ]
    await Promise.all([...calls, state.cleanup({ timeout: 0 })])
    assert.equal(state.stats().inFlight, 0)
  })

  it('while the server is away, with the reason', async (t) => {
    const port = await unusedPort()
    const state = open(t, { host: '127.0.0.1', port, commandTimeout, socket: { reconnectStrategy: 20 } })
    const reason = `connecting to 127.0.0.1:${port} failed: connection refused`
    const calls = [
      assertFails(state.set('t', 'k', 1), 'ERR_CLOSED', { applied: 'no' }),
      assertFails(state.get('t', 'k'), 'ERR_CLOSED'),
      assertFails(state.getGroup('t'), 'ERR_CLOSED'),
    ]
    await next(state, 'reconnecting', 2)
    await state.cleanup({ timeout: 0 })
    for (const { message, cause } of await Promise.all(calls)) {
      assert.ok(message.includes(`the adapter was closed while there was no connection: ${reason}`), message)
      const { code, message: why } = /** @type {import('redis-state-adapter').RedisStateError} */ (cause)
      assert.deepEqual([code, why], ['ERR_CONNECTION', `${reason}. Is the server running?`])
    }
  })

  it('in a cluster, with and without a connection', async (t) => {
    const { nodes, options } = await startedCluster(t)
    const [state, early] = [open(t, { ...options, commandTimeout }), open(t, { ...options, commandTimeout })]
    await state.connect()
    for (const { server } of nodes) server.signal('SIGSTOP')
    const calls = [state, early].flatMap((adapter) => [
      ...Array.from({ length: 20 }, (_, index) => assertFails(adapter.get('t', `k${index}`), 'ERR_CLOSED')),
      assertFails(adapter.getGroup('t'), 'ERR_CLOSED'),
    ])
    await Promise.all([...calls, state.cleanup({ timeout: 20 }), early.cleanup({ timeout: 0 })])
    for (const { server } of nodes) server.signal('SIGCONT')
  })

  it('by a second call that shortens the time of the first', async (t) => {
    const { server, state } = await warm(t, { commandTimeout })
    server.signal('SIGSTOP')
    const call = assertFails(state.get('t', 'k'), 'ERR_CLOSED')
    await Promise.all([call, state.cleanup(), state.cleanup({ timeout: 60_000 }), state.cleanup({ timeout: 0 })])
  })
})

describe('cleanup', () => {
  it('lets calls complete within its timeout', async (t) => {
    for (const state of [(await warm(t)).state, open(t, 'memory:')]) {
      const calls = [state.set('t', 'k', 1), state.get('t', 'k'), state.getGroup('t')]
      await state.cleanup({ timeout: 60_000 })
      assert.deepEqual(await Promise.all(calls), [1, 1, [1]])
    }
  })

  it('refuses options that it does not know, and closes nothing', async (t) => {
    const state = open(t, 'memory:')
    for (const options of /** @type {any[]} */ ([{ timeout: -1 }, { timeout: '5' }, { timeot: 5 }, 'SIGTERM'])) {
      const { operation, message } = await assertFails(state.cleanup(options), 'ERR_INVALID_ARGUMENT')
      assert.equal(operation, 'cleanup')
      assert.match(message, /^cleanup\(\): /)
    }
    assert.equal(await state.set('t', 'k', 1), 1)
  })
})
