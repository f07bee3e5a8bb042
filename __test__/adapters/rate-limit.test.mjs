// @ts-check
// The store of express-rate-limit, on each kind of store, beside rate-limit-redis, and in an app.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import { RedisStore as RateLimitRedis } from 'rate-limit-redis'
import { RedisStateError } from 'redis-state-adapter'
import DefaultStore, { RedisStore } from 'redis-state-adapter/rate-limit'
import { assertFails } from '../support/assert-fails.mjs'
import { ADAPTER_STORES, onEveryStore } from '../support/on-every-store.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { until } from '../support/until.mjs'
import { rateLimits } from './rate-limit-behaviours.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStoreOptions } from 'redis-state-adapter/rate-limit'
 */

const windowMs = 60_000

onEveryStore('rate limits', [rateLimits], ADAPTER_STORES)

/** @param {TestContext} t @param {RedisStoreOptions} [options] */
function storeOf(t, options) {
  const store = new RedisStore(options)
  t.after(() => store.shutdown())
  return store
}

/** A store of the package that this one replaces. @param {import('../support/redis.mjs').Client} client */
async function peerOn(client) {
  const peer = new RateLimitRedis({ sendCommand: (...args) => client.sendCommand(args) })
  await peer.init(/** @type {any} */ ({ windowMs }))
  return peer
}

describe('the store of express-rate-limit beside rate-limit-redis', () => {
  it('counts the hits of the same windows', async (t) => {
    const server = await started(t)
    const [store, peer] = [storeOf(t, { client: server.url }), await peerOn(await server.client())]
    store.init({ windowMs })
    for (const [key, first, second] of /** @type {const} */ ([
      ['ada', store, peer],
      ['bob', peer, store],
    ])) {
      const begun = await first.increment(key)
      const counted = await second.increment(key)
      assert.deepEqual([begun.totalHits, counted.totalHits], [1, 2])
      assert.ok(Math.abs(Number(begun.resetTime) - Number(counted.resetTime)) < 5_000)
      assert.equal((await first.get(key))?.totalHits, 2)
      await second.decrement(key)
      assert.equal((await first.get(key))?.totalHits, 1)
      await second.resetKey(key)
      assert.equal((await first.increment(key)).totalHits, 1)
    }
  })

  it('starts again where the other one left a counter without an end', async (t) => {
    const server = await started(t)
    const [store, peer] = [storeOf(t, { client: server.url }), await peerOn(await server.client())]
    store.init({ windowMs })
    await peer.decrement('ada')
    assert.equal((await store.increment('ada')).totalHits, 1)
    await peer.decrement('bob')
    assert.equal(await store.get('bob'), undefined)
  })

  it('counts after a restart of the server and after SCRIPT FLUSH, with one transaction and no script', async (t) => {
    const server = await started(t)
    const store = storeOf(t, { client: { url: server.url, commandTimeout: 60_000 } })
    store.init({ windowMs })
    await store.increment('ada')
    await (await server.client()).sendCommand(['SCRIPT', 'FLUSH'])
    assert.equal((await store.increment('ada')).totalHits, 2)
    await server.kill()
    await server.start()
    assert.equal((await store.increment('ada')).totalHits, 1)
    const stats = await (await server.client()).info('commandstats')
    const used = [...stats.matchAll(/^cmdstat_(\w+)/gm)].map(([, name]) => name)
    assert.deepEqual(
      used.filter((name) => ['eval', 'evalsha', 'script', 'scan', 'keys'].includes(name)),
      [],
    )
    assert.match(stats, /cmdstat_exec:calls=1,/)
  })
})

describe('the options of the store', () => {
  it('take a url, options, an adapter or a client of node-redis in place of sendCommand', async (t) => {
    const server = await started(t)
    const clients = [server.url, { host: '127.0.0.1', port: server.port }, open(t, server.url), await server.client()]
    for (const [index, client] of clients.entries()) {
      const store = storeOf(t, { client })
      store.init({ windowMs })
      assert.equal((await store.increment('ada')).totalHits, index + 1)
    }
    assert.equal(DefaultStore, RedisStore)
  })

  it('are rejected with their name', () => {
    const cases = /** @type {[any, RegExp][]} */ ([
      [{ client: 1 }, /^new RedisStore: client: expected a url, .* got a number/],
      [{ sendCommand: () => {} }, /^new RedisStore: sendCommand: unknown option, expected client, prefix/],
      [{ prefix: 1 }, /^new RedisStore: prefix: expected a string/],
    ])
    for (const [options, message] of cases) {
      assert.throws(
        () => new RedisStore(options),
        (error) =>
          error instanceof RedisStateError && error.code === 'ERR_INVALID_CONFIG' && message.test(error.message),
      )
    }
  })

  it('include the window of the limiter, without which nothing is counted', async (t) => {
    const store = storeOf(t, { client: 'memory:' })
    for (const call of [store.increment('ada'), store.decrement('ada')]) {
      const { message } = await assertFails(call, 'ERR_INVALID_CONFIG')
      assert.match(message, /the length of a window is not known\. Pass the store to rateLimit\(\{ store \}\)/)
    }
    for (const wrong of [0, Number.NaN, Number.POSITIVE_INFINITY, '60000']) {
      assert.throws(
        () => store.init({ windowMs: /** @type {any} */ (wrong) }),
        /^RedisStateError: RedisStore\.init: windowMs/,
      )
    }
    store.init({ windowMs: 1e6 / 60 })
    assert.equal(store.windowMs, 16_667)
    assert.equal((await store.increment('ada')).totalHits, 1)
  })

  it('leave an adapter open that is passed to them, and close their own', async (t) => {
    const state = open(t, 'memory:')
    const [store, other] = [new RedisStore({ client: state }), new RedisStore({ client: 'memory:' })]
    await Promise.all([store.shutdown(), other.shutdown()])
    store.init({ windowMs })
    assert.equal((await store.increment('ada')).totalHits, 1)
    await assertFails(other.get('ada'), 'ERR_CLOSED')
  })
})

describe('two apps with one limit', () => {
  it('count together, in all headers, and pass the checks of express-rate-limit', async (t) => {
    const server = await started(t)
    /** @type {unknown[]} */
    const logged = []
    const apps = [1, 2].map(() => limited(t, { client: server.url }, { limit: 3, logger: loggerOf(logged) }))
    const [first, second] = await Promise.all(apps)
    const statuses = []
    for (const url of [first, second, first, second]) {
      const response = await fetch(url)
      statuses.push(`${response.status} ${response.headers.get('ratelimit')}`)
    }
    assert.match(statuses[0], /^200 "3-in-1min"; r=2; t=\d+$/)
    assert.match(statuses[1], /^200 "3-in-1min"; r=1; t=\d+$/)
    assert.match(statuses[2], /^200 "3-in-1min"; r=0; t=\d+$/)
    assert.match(statuses[3], /^429 "3-in-1min"; r=0; t=\d+$/)
    assert.deepEqual(logged, [])
  })

  it('take back the hits of requests that do not count', async (t) => {
    const server = await started(t)
    const store = storeOf(t, { client: server.url })
    const url = await limitedBy(t, store, { limit: 1, skipSuccessfulRequests: true })
    for (let request = 0; request < 3; request += 1) {
      assert.equal((await fetch(url)).status, 200)
      await until(async () => (await store.get('127.0.0.1'))?.totalHits === 0)
    }
  })

  it('let requests pass without Redis, at once, if they are set up so', async (t) => {
    const server = await started(t)
    await server.kill()
    /** @type {any[]} */
    const logged = []
    const options = { limit: 1, passOnStoreError: true, logger: loggerOf(logged) }
    const url = await limited(t, { client: { url: server.url, offlineQueue: false } }, options)
    assert.equal((await fetch(url)).status, 200)
    assert.equal((await fetch(url)).status, 200)
    assert.deepEqual(new Set(logged.map(({ code }) => code)), new Set(['ERR_CONNECTION']))
  })
})

/** @param {unknown[]} logged */
function loggerOf(logged) {
  const log = (/** @type {unknown} */ error) => void logged.push(error)
  return { error: log, warn: log }
}

/** @param {TestContext} t @param {RedisStoreOptions} connection @param {Partial<import('express-rate-limit').Options>} options */
function limited(t, connection, options) {
  return limitedBy(t, storeOf(t, connection), options)
}

/** @param {TestContext} t @param {RedisStore} store @param {Partial<import('express-rate-limit').Options>} options */
async function limitedBy(t, store, options) {
  const app = express()
  app.use(rateLimit({ store, windowMs, standardHeaders: 'draft-8', ...options }))
  app.get('/', (_request, response) => void response.send('hello'))
  const server = createServer(app).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`
}
