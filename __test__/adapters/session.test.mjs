// @ts-check
// The store of express-session, on each kind of store, beside connect-redis, and in an app.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { RedisStore as ConnectRedis } from 'connect-redis'
import express from 'express'
import session, { Store } from 'express-session'
import { Redis } from 'ioredis'
import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
import { RedisStore } from 'redis-state-adapter/session'
import { assertFails } from '../support/assert-fails.mjs'
import { ADAPTER_STORES, onEveryStore } from '../support/on-every-store.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'
import { sessions } from './session-behaviours.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStoreOptions } from 'redis-state-adapter/session'
 */

/** @type {any} */
const ada = { cookie: { originalMaxAge: null }, name: 'Ada' }

onEveryStore('sessions', [sessions], ADAPTER_STORES)

/** @param {TestContext} t @param {RedisStoreOptions} [options] */
function storeOf(t, options) {
  const store = new RedisStore(options)
  t.after(() => store.close())
  return store
}

describe('the store of express-session beside connect-redis', () => {
  it('has the same defaults', async (t) => {
    const { client: _, ...ours } = storeOf(t, { client: 'memory:' })
    const { client: __, ...theirs } = new ConnectRedis({ client: undefined })
    assert.deepEqual(ours, theirs)
    assert.equal(ours.serializer, JSON)
    assert.ok(storeOf(t, { client: 'memory:' }) instanceof Store)
  })

  it('reads its sessions, and is read by it, with the same texts and expiries', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const stores = [storeOf(t, { client: server.url }), new ConnectRedis({ client })]
    const expires = new Date(Date.now() + 60_000)
    const minute = /** @type {any} */ ({ cookie: { originalMaxAge: 60_000, expires }, views: 1 })
    const records = []
    for (const [index, writer] of stores.entries()) {
      const reader = stores[1 - index]
      await writer.set('ada', ada)
      await writer.set('minute', minute)
      assert.deepEqual(await reader.get('ada'), ada)
      assert.deepEqual(await reader.get('minute'), JSON.parse(JSON.stringify(minute)))
      assert.deepEqual((await reader.ids()).sort(), ['ada', 'minute'])
      assert.deepEqual(idsOf(await reader.all()), ['ada', 'minute'])
      records.push([await client.get('sess:ada'), await client.get('sess:minute')])
      assert.ok((await client.ttl('sess:ada')) > 86_000 && (await client.ttl('sess:minute')) <= 60)
      await reader.touch('ada', minute)
      assert.ok((await client.ttl('sess:ada')) <= 60)
      await reader.destroy('ada')
      await writer.clear()
      assert.equal(await reader.length(), 0)
    }
    assert.deepEqual(records[0], records[1])
  })

  it('does without KEYS, MULTI and scripts', async (t) => {
    const server = await started(t)
    const store = storeOf(t, { client: server.url })
    await store.set('ada', ada)
    await store.touch('ada', ada)
    await Promise.all([store.get('ada'), store.all(), store.ids(), store.length()])
    await store.destroy('ada')
    await store.clear()
    const client = await server.client()
    const used = [...(await client.info('commandstats')).matchAll(/^cmdstat_(\w+)/gm)].map(([, name]) => name)
    const forbidden = ['keys', 'multi', 'exec', 'eval', 'evalsha', 'script']
    assert.deepEqual(
      used.filter((name) => forbidden.includes(name)),
      [],
    )
  })
})

describe('callbacks of the store', () => {
  it('get what express-session documents', async (t) => {
    const store = storeOf(t, { client: 'memory:' })
    const answers = []
    for (const call of [
      (/** @type {any} */ done) => store.set('ada', ada, done),
      (/** @type {any} */ done) => store.get('ada', done),
      (/** @type {any} */ done) => store.get('none', done),
      (/** @type {any} */ done) => store.touch('ada', ada, done),
      (/** @type {any} */ done) => store.length(done),
      (/** @type {any} */ done) => store.ids(done),
      (/** @type {any} */ done) => store.all(done),
      (/** @type {any} */ done) => store.destroy('ada', done),
      (/** @type {any} */ done) => store.clear(done),
    ]) {
      answers.push(await new Promise((resolve) => void call((/** @type {any[]} */ ...args) => resolve(args))))
    }
    const all = [{ ...ada, id: 'ada' }]
    assert.deepEqual(
      answers,
      [null, ada, null, null, 1, ['ada'], all, null, null].map((value) => [null, value]),
    )
  })

  it('get the error, and the promise then does not reject', async (t) => {
    const store = storeOf(t, { client: 'memory:' })
    await store.client.cleanup()
    const [error] = await new Promise((resolve) => {
      const promise = store.get('ada', (/** @type {any[]} */ ...args) => resolve(args))
      assert.ok(promise instanceof Promise)
    })
    assert.equal(error.code, 'ERR_CLOSED')
  })

  it('are called once, also if they throw: the process gets the exception', async () => {
    const { code, stdout } = await runNode('throwing-session-callback.mjs', [])
    assert.deepEqual([code, stdout], [0, 'called\nuncaught thrown\n'])
  })
})

describe('the options of the store', () => {
  it('take a url, options, an adapter, a client of node-redis, or the environment in place of a client', async (t) => {
    const server = await started(t)
    const [state, nodeRedis] = [open(t, server.url), await server.client()]
    const { port } = server
    for (const client of [server.url, new URL(server.url), { host: '127.0.0.1', port }, state, nodeRedis]) {
      const store = storeOf(t, { client })
      await store.set('ada', ada)
      assert.deepEqual(await store.get('ada'), ada)
      await store.destroy('ada')
    }
    assert.ok(storeOf(t).client instanceof RedisStateAdapter)
  })

  it('leave an adapter open that is passed to them, and close their own', async (t) => {
    const state = open(t, 'memory:')
    const [store, other] = [new RedisStore({ client: state }), new RedisStore({ client: 'memory:' })]
    await Promise.all([store.close(), other[Symbol.asyncDispose]()])
    await store.set('ada', ada)
    await assertFails(other.get('ada'), 'ERR_CLOSED')
  })

  it('are rejected with their name', () => {
    const cases = /** @type {[any, RegExp][]} */ ([
      [
        { client: null },
        /^new RedisStore: client: expected a url, an object of options or a node-redis client, got null/,
      ],
      [
        { client: new Redis({ lazyConnect: true }) },
        /^new RedisStore: client: expected a url, .* got an object of a class/,
      ],
      [{ client: { port: 'x' } }, /^new RedisStore: port: expected a whole number/],
      [{ ttl: '[object Object]' }, /^new RedisStore: ttl: expected seconds, .* got the string "\[object Object\]"/],
      [{ ttl: {} }, /^new RedisStore: ttl: expected seconds/],
      [{ ttl: -1 }, /^new RedisStore: ttl: expected seconds/],
      [{ ttl: Number.POSITIVE_INFINITY }, /^new RedisStore: ttl: expected seconds/],
      [{ prefix: 1 }, /^new RedisStore: prefix: expected a string, got the number 1/],
      [{ scanCount: 0 }, /^new RedisStore: scanCount: expected a whole number from 1/],
      [{ serializer: {} }, /^new RedisStore: serializer: expected an object with parse and stringify/],
      [{ disableTTL: 'no' }, /^new RedisStore: disableTTL: expected true or false/],
      [{ prefx: 'a' }, /^new RedisStore: prefx: unknown option\. Did you mean prefix\?/],
      ['redis://localhost', /^new RedisStore: options: expected an object/],
    ])
    for (const [options, message] of cases) {
      assert.throws(
        () => new RedisStore(options),
        (error) => {
          assert.ok(error instanceof RedisStateError)
          assert.match(error.message, message)
          assert.equal(error.code, 'ERR_INVALID_CONFIG')
          assert.match(String(error.stack), /session\.test\.mjs/)
          return true
        },
      )
    }
  })

  it('take ttl 0 as the default', async (t) => {
    assert.equal(storeOf(t, { client: 'memory:', ttl: 0 }).ttl, 86_400)
  })
})

describe('arguments of the store', () => {
  it('never reach Redis as something else', async (t) => {
    const store = storeOf(t, { client: 'memory:' })
    const ttl = storeOf(t, { client: 'memory:', ttl: /** @type {any} */ (() => ({})) })
    const textless = storeOf(t, { client: 'memory:', serializer: { ...serializer(), stringify: () => undefined } })
    const cyclic = { ...ada }
    cyclic.self = cyclic
    const calls = /** @type {[Promise<unknown>, RegExp][]} */ ([
      [store.get(/** @type {any} */ (undefined)), /^RedisStore\.get: sid: expected a string, got undefined/],
      [store.set(/** @type {any} */ ({}), ada), /^RedisStore\.set: sid: expected a string, got an object/],
      [store.destroy(/** @type {any} */ (1)), /^RedisStore\.destroy: sid: expected a string, got the number 1/],
      [store.set('a', { ...ada, cookie: { expires: 'never' } }), /^RedisStore\.set: session\.cookie\.expires: /],
      [store.touch('a', { ...ada, cookie: { expires: 'never' } }), /^RedisStore\.touch: session\.cookie\.expires: /],
      [ttl.set('a', ada), /^RedisStore\.set: ttl: the function returned an object, expected a number of seconds/],
      [textless.set('a', ada), /^RedisStore\.set: serializer\.stringify returned undefined, expected a string/],
      [store.set('a', cyclic), /^RedisStore\.set: the serializer cannot convert the session/],
    ])
    for (const [call, message] of calls)
      assert.match((await assertFails(call, 'ERR_INVALID_ARGUMENT')).message, message)
    assert.deepEqual(await store.ids(), [])
  })
})

describe('a server that does not answer', () => {
  it('fails each call within commandTimeout', async (t) => {
    const server = await started(t)
    const store = storeOf(t, { client: { url: server.url, commandTimeout: 500 } })
    await store.set('ada', ada)
    server.signal('SIGSTOP')
    const calls = [store.get('ada'), store.touch('ada', ada), store.destroy('ada'), store.all(), store.clear()]
    for (const outcome of await Promise.allSettled(calls)) {
      assert.equal(outcome.status, 'rejected')
      assert.equal(outcome.reason.code, 'ERR_COMMAND_TIMEOUT')
    }
    server.signal('SIGCONT')
  })

  it('does not keep the process alive, nor does a store that is idle', async (t) => {
    const server = await started(t)
    const { code, stdout } = await runNode('idle-session-store.mjs', [server.url])
    assert.deepEqual([code, stdout], [0, 'stored\n'])
  })
})

describe('two apps with one store', () => {
  it('share sessions, regenerate and destroy them', async (t) => {
    const server = await started(t)
    const urls = [await appOn(t, server.url), await appOn(t, server.url)]
    let cookie = ''
    const ask = async (/** @type {number} */ app, /** @type {string} */ path) => {
      const response = await fetch(urls[app] + path, { headers: { cookie } })
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
      return response.text()
    }
    assert.equal(await ask(0, '/login'), 'welcome')
    const first = cookie
    assert.equal(await ask(1, '/views'), 'Ada 1')
    assert.equal(await ask(0, '/views'), 'Ada 2')
    assert.equal(await ask(1, '/login'), 'welcome')
    assert.notEqual(cookie, first)
    assert.equal(await ask(0, '/views'), 'Ada 1')
    assert.equal(await ask(0, '/logout'), 'bye')
    assert.equal(await ask(1, '/views'), 'nobody')
  })
})

/** @param {any[]} all */
function idsOf(all) {
  return all.map(({ id }) => id).sort()
}

/** @returns {any} */
function serializer() {
  return { parse: JSON.parse, stringify: JSON.stringify }
}

/** @param {TestContext} t @param {string} client */
async function appOn(t, client) {
  const app = express()
  const store = storeOf(t, { client })
  app.use(session({ store, secret: 'keyboard cat', resave: false, saveUninitialized: false }))
  app.get('/login', (request, response, next) => {
    request.session.regenerate((error) => {
      if (error) return next(error)
      Object.assign(request.session, { name: 'Ada', views: 0 })
      response.send('welcome')
    })
  })
  app.get('/views', (request, response) => {
    const own = /** @type {any} */ (request.session)
    if (own.name === undefined) return void response.send('nobody')
    own.views += 1
    response.send(`${own.name} ${own.views}`)
  })
  app.get('/logout', (request, response, next) => {
    request.session.destroy((error) => (error ? next(error) : response.send('bye')))
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`
}
