// @ts-check
// Waiting until an adapter is ready, and whether it is.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it, mock } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { RedisStateAdapter } from 'redis-state-adapter'
import { assertFails } from './support/assert-fails.mjs'
import { Authority } from './support/certificates.mjs'
import { startedCluster } from './support/cluster.mjs'
import { next } from './support/events.mjs'
import { listening } from './support/listening.mjs'
import { closedAfter, open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { startedSentinels } from './support/sentinel.mjs'
import { startedWithTls } from './support/tls-server.mjs'
import { until } from './support/until.mjs'
import { unusedPort } from './support/unused-port.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapterOptions, RedisStateErrorCode } from 'redis-state-adapter'
 */

/** So long that only a rejection at once ends a test in time. */
const LONG = 120_000

/** @type {Record<string, (t: TestContext) => Promise<RedisStateAdapterOptions>>} */
const STORES = {
  'one server': async (t) => ({ url: (await started(t)).url }),
  'the embedded store': async () => ({ url: 'memory:' }),
  sentinels: async (t) => (await startedSentinels(t)).options,
  'a cluster': async (t) => (await startedCluster(t)).options,
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')

/** @param {RedisStateAdapter} state */
async function signalOfAbortedConnect(state) {
  const controller = new AbortController()
  const aborted = assertFails(state.connect({ signal: controller.signal, timeout: LONG }), 'ERR_ABORTED')
  controller.abort()
  await aborted
  return new WeakRef(controller.signal)
}

describe('connect', () => {
  for (const [name, start] of Object.entries(STORES)) {
    it(`resolves to the adapter as soon as it is ready: ${name}`, async (t) => {
      const state = open(t, { ...(await start(t)), commandTimeout: LONG })
      const [one, other] = await Promise.all([state.connect(), state.connect({ timeout: LONG })])
      assert.ok(one === state && other === state)
      assert.equal(state.isReady, true)
      assert.equal(await state.connect(), state)
      assert.equal(await state.set('t', 'k', 1), 1)
    })
  }

  it('is ready without any wait on the embedded store', async (t) => {
    assert.equal(open(t, 'memory:').isReady, true)
  })

  it('waits for a server that is away at first', async (t) => {
    const server = await started(t)
    await server.kill()
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 20 } })
    const connected = state.connect({ timeout: LONG })
    await next(state, 'reconnecting')
    await server.start()
    assert.equal(await connected, state)
  })

  it('rejects after its timeout, by default commandTimeout, with the reason', async (t) => {
    const port = await unusedPort()
    for (const [options, waiting] of /** @type {const} */ ([
      [{}, { timeout: 300 }],
      [{ commandTimeout: 300 }, undefined],
    ])) {
      const state = open(t, { host: '127.0.0.1', port, ...options })
      // The first attempt may take longer than the timeout.
      await next(state, 'error')
      const error = await assertFails(state.connect(waiting), 'ERR_COMMAND_TIMEOUT', { from: 250 })
      assert.match(error.message, /300 ms.*connection refused/i)
      assert.equal(/** @type {any} */ (error.cause).code, 'ERR_CONNECTION')
    }
  })

  it('rejects after its timeout with the step that the attempt waits for', async (t) => {
    const server = createServer((socket) => socket.on('error', () => {}).once('data', () => server.emit('addressed')))
    const port = await listening(t, server)
    const state = open(t, { host: '127.0.0.1', port })
    await once(server, 'addressed')
    const error = await assertFails(state.connect({ timeout: 300 }), 'ERR_COMMAND_TIMEOUT')
    assert.match(error.message, /waiting for 127\.0\.0\.1:\d+ to answer/)
    await state.cleanup({ timeout: 0 })
    server.unref()
  })

  it('rejects when its signal is aborted', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await unusedPort() })
    const [reason, controller] = [new Error('enough'), new AbortController()]
    const aborted = assertFails(state.connect({ signal: controller.signal }), 'ERR_ABORTED')
    controller.abort(reason)
    assert.equal((await aborted).cause, reason)
    const { operation } = await assertFails(state.connect({ signal: controller.signal }), 'ERR_ABORTED')
    assert.equal(operation, 'connect')
  })

  it('rejects once the adapter is closed', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await unusedPort() })
    const waiting = assertFails(state.connect({ timeout: LONG }), 'ERR_CLOSED')
    const closing = state.cleanup()
    await Promise.all([waiting, closing, assertFails(state.connect(), 'ERR_CLOSED')])
    await assertFails(state.connect(), 'ERR_CLOSED')
    const embedded = open(t, 'memory:')
    await embedded.cleanup()
    await assertFails(embedded.connect(), 'ERR_CLOSED')
    assert.equal(embedded.isReady, false)
  })

  it('keeps nothing of a call that was rejected while the server is away', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await unusedPort() })
    const signal = await signalOfAbortedConnect(state)
    await until(() => {
      collectGarbage()
      return signal.deref() === undefined
    })
  })

  it('refuses options that it does not know', async (t) => {
    const state = open(t, 'memory:')
    for (const options of /** @type {any[]} */ ([{ timeout: 0 }, { timeout: '5' }, { timeot: 5 }, null, 5])) {
      const { operation, message } = await assertFails(state.connect(options), 'ERR_INVALID_ARGUMENT')
      assert.equal(operation, 'connect')
      assert.match(message, /^connect\(\): /)
    }
  })
})

describe('connect rejects at once for what waiting cannot heal:', () => {
  /** @type {Record<string, { code: RedisStateErrorCode, words: RegExp, start: (t: TestContext) => Promise<RedisStateAdapterOptions> }>} */
  const CASES = {
    'a wrong password': {
      code: 'ERR_AUTH',
      words: /login/,
      start: async (t) => ({ url: (await started(t, ['--requirepass', 'word'])).url, password: 'wrong' }),
    },
    'no password': {
      code: 'ERR_AUTH',
      words: /NOAUTH/,
      start: async (t) => ({ url: (await started(t, ['--requirepass', 'word'])).url }),
    },
    'a database that there is not': {
      code: 'ERR_CONNECTION',
      words: /database|DB index/i,
      start: async (t) => ({ url: (await started(t)).url, database: 99 }),
    },
    'a certificate of an unknown authority': {
      code: 'ERR_CONNECTION',
      words: /authority/,
      start: async (t) => {
        const { port } = await startedWithTls(t)
        return { host: 'localhost', port, tls: { ca: (await Authority.create('another')).pem } }
      },
    },
    'no client certificate for a server that wants one': {
      code: 'ERR_CONNECTION',
      words: /client certificate/,
      start: async (t) => {
        const { port, ca } = await startedWithTls(t, { clients: 'yes' })
        return { host: 'localhost', port, tls: { ca } }
      },
    },
    'a cluster behind a url': {
      code: 'ERR_INVALID_CONFIG',
      words: /cluster/,
      start: async (t) => ({ url: (await startedCluster(t, { primaries: 1 })).nodes[0]?.server.url }),
    },
    'a server that is no cluster': {
      code: 'ERR_INVALID_CONFIG',
      words: /not a node of a Redis Cluster/,
      start: async (t) => ({ cluster: { nodes: [{ host: '127.0.0.1', port: (await started(t)).port }] } }),
    },
    'a strategy that gives up': {
      code: 'ERR_CONNECTION',
      words: /strategy/,
      start: async () => ({ host: '127.0.0.1', port: await unusedPort(), socket: { reconnectStrategy: false } }),
    },
  }
  for (const [title, { code, words, start }] of Object.entries(CASES)) {
    it(title, async (t) => {
      const state = open(t, await start(t))
      const error = await assertFails(state.connect({ timeout: LONG }), code)
      assert.match(error.message, words)
      await assertFails(state.connect({ timeout: LONG }), code)
      assert.equal(state.isReady, false)
    })
  }

  it('and resolves once it is healed', async (t) => {
    const server = await started(t, ['--requirepass', 'word'])
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 20 } })
    await assertFails(state.connect({ timeout: LONG }), 'ERR_AUTH')
    const ready = next(state, 'ready')
    await (await server.client({ password: 'word' })).configSet('requirepass', '')
    await ready
    assert.equal(await state.connect(), state)
  })
})

describe('a first connection that takes longer than commandTimeout', () => {
  for (const scheme of ['redis', 'rediss']) {
    it(`is announced with the step that it waits for: ${scheme}`, async (t) => {
      const port = await listening(t, createServer((socket) => void socket.on('error', () => {})).unref())
      const socket = { connectTimeout: 2000, reconnectStrategy: 20 }
      const state = open(t, { url: `${scheme}://127.0.0.1:${port}`, commandTimeout: 1200, socket })
      /** @type {import('redis-state-adapter').RedisStateError[]} */
      const announced = []
      state.on('error', (error) => announced.push(error))
      await next(state, 'error')
      assert.equal(announced[0].code, 'ERR_CONNECTION')
      assert.match(announced[0].message, /^waiting 1\.\d s for 127\.0\.0\.1:\d+ to (accept|answer) .*\?$/)
      // The attempt fails for the same reason, in other words.
      const [{ cause }] = await next(state, 'reconnecting')
      assert.match(cause.message, /took longer than 2000 ms/)
      assert.equal(announced.length, 1)
      await state.cleanup({ timeout: 0 })
    })
  }

  it('is not announced if its reason was announced before', async (t) => {
    const state = open(t, {
      host: '127.0.0.1',
      port: await unusedPort(),
      commandTimeout: 300,
      socket: { reconnectStrategy: 20 },
    })
    /** @type {string[]} */
    const announced = []
    state.on('error', ({ message }) => announced.push(message))
    await next(state, 'error')
    await assertFails(state.connect({ timeout: 600 }), 'ERR_COMMAND_TIMEOUT')
    assert.deepEqual(announced, [...new Set(announced)])
  })
})

describe('RedisStateAdapter.connect', () => {
  it('creates an adapter that is ready', async (t) => {
    const server = await started(t)
    for (const options of [server.url, { url: server.url }, { url: 'memory:' }]) {
      const state = closedAfter(t, await RedisStateAdapter.connect(options))
      assert.equal(state.isReady, true)
    }
  })

  it('creates an adapter of the class that it is called on', async (t) => {
    class AppState extends RedisStateAdapter {}
    assert.ok(closedAfter(t, await AppState.connect('memory:')) instanceof AppState)
    const { connect } = RedisStateAdapter
    assert.equal(closedAfter(t, await connect('memory:')).constructor, RedisStateAdapter)
  })

  it('closes the adapter when it fails', async (t) => {
    const cleanup = mock.method(RedisStateAdapter.prototype, 'cleanup')
    t.after(() => cleanup.mock.restore())
    const options = { host: '127.0.0.1', port: await unusedPort() }
    await assertFails(RedisStateAdapter.connect(options, { timeout: 50 }), 'ERR_COMMAND_TIMEOUT')
    assert.equal(cleanup.mock.callCount(), 1)
    await assert.rejects(RedisStateAdapter.connect(/** @type {any} */ ({ prot: 1 })), { code: 'ERR_INVALID_CONFIG' })
  })
})

describe('isReady', () => {
  it('follows the connection', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 20 } })
    /** @type {boolean[]} */
    const atReady = []
    state.on('ready', () => atReady.push(state.isReady))
    // `connect` may resolve before the event, which would come too late if the server ended in between.
    await Promise.all([next(state, 'ready'), state.connect()])
    const lost = next(state, 'reconnecting')
    await server.kill()
    await lost
    assert.equal(state.isReady, false)
    const ready = next(state, 'ready')
    await server.start()
    await ready
    assert.deepEqual(atReady, [true, true])
    const closing = state.cleanup()
    assert.equal(state.isReady, false)
    await closing
  })

  it('is false while a node of a cluster is away', async (t) => {
    const { nodes, options } = await startedCluster(t)
    const state = await open(t, options).connect({ timeout: LONG })
    const lost = next(state, 'reconnecting')
    await nodes[1]?.server.kill()
    await lost
    assert.equal(state.isReady, false)
    const ready = next(state, 'ready')
    await nodes[1]?.server.start()
    await ready
    assert.equal(state.isReady, true)
  })
})

describe('ping', () => {
  it('times out with the reason', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await unusedPort() })
    await next(state, 'error')
    const error = await assertFails(state.ping({ timeout: 200 }), 'ERR_COMMAND_TIMEOUT')
    assert.match(error.message, /connection refused/i)
    await state.cleanup({ timeout: 0 })
  })
})
