// @ts-check
// The stream of changes: what it sends, and that nothing is left of one that has ended.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { inspector } from 'redis-state-adapter/inspector'
import { open } from '../support/open.mjs'
import { startRedis } from '../support/redis.mjs'
import { noSubscriptionAt, subscriptionsAt } from '../support/subscriptions.mjs'
import { until } from '../support/until.mjs'
import { watching } from './support/events.mjs'
import { Page, pageOf, serving } from './support/page.mjs'

/** @type {import('../support/redis.mjs').RedisServer} */
let server
/** @type {import('../support/redis.mjs').Client} */
let client
before(async () => {
  server = await startRedis()
  client = await server.client()
})
after(() => server.stop())

const CONFIGURE = { configure: true }

describe('a stream of changes', () => {
  it('sends the changes of all entries, of a group, or of an entry', async (t) => {
    const state = open(t, { url: server.url })
    const page = await pageOf(t, state, CONFIGURE)
    const [all, group, entry] = [
      await watching(t, page),
      await watching(t, page, { trace: 'a/?' }),
      await watching(t, page, { trace: 'a/?', key: '' }),
    ]
    for (const { next } of [all, group, entry]) assert.equal((await next())?.event, 'ready')
    await state.set('other', 'k', 1)
    await state.set('a/?', 'x', 1)
    await state.set('a/?', '', 1)
    await state.set('a/?', '', 2)
    await state.delete('a/?', '')
    const expected = [
      ['created', 'other', 'k'],
      ['created', 'a/?', 'x'],
      ['created', 'a/?', ''],
      ['updated', 'a/?', ''],
      ['deleted', 'a/?', ''],
    ]
    for (const [stream, changes] of /** @type {const} */ ([
      [all, expected],
      [group, expected.slice(1)],
      [entry, expected.slice(2)],
    ])) {
      for (const change of changes) {
        const found = await stream.next()
        assert.equal(found?.event, 'change')
        const { kind, traceId, key, time } = found.data
        assert.deepEqual([kind, traceId, key], change)
        assert.ok(time > 1.6e12)
      }
    }
    assert.equal(all.response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
    assert.match(all.response.headers.get('cache-control') ?? '', /no-store, no-transform/)
  })

  it('tells of a gap, and of a failure before it ends', async (t) => {
    const own = await startRedis()
    t.after(() => own.stop())
    const state = open(t, { url: own.url })
    const page = await pageOf(t, state)
    const refused = await watching(t, page)
    const failure = await refused.next()
    assert.deepEqual([failure?.event, failure?.data.code], ['failure', 'ERR_UNSUPPORTED'])
    assert.match(failure?.data.message, /notify-keyspace-events/)
    assert.equal(await refused.next(), undefined)
    await state.command(['CONFIG', 'SET', 'notify-keyspace-events', 'KEA'])
    const { next } = await watching(t, page)
    assert.equal((await next())?.event, 'ready')
    await state.command(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    assert.equal((await next())?.event, 'gap')
  })

  it('rejects scopes that are malformed', async (t) => {
    const page = await pageOf(t, open(t, { url: 'memory:', strictTraceIds: true }))
    for (const scope of [{ trace: 'a:b' }, { key: 'k' }, { store: 'none' }]) {
      const response = await page.fetch(`api/watch?${new URLSearchParams(/** @type {any} */ (scope))}`)
      assert.ok([400, 404].includes(response.status), `${response.status}`)
    }
    assert.equal((await page.fetch('api/watch', { method: 'POST' })).status, 405)
  })

  it('leaves no watch behind when the reader goes', async (t) => {
    const state = open(t, { url: server.url })
    const page = await pageOf(t, state, CONFIGURE)
    const streams = await Promise.all(Array.from({ length: 10 }, () => watching(t, page)))
    for (const { next } of streams) await next()
    assert.ok((await subscriptionsAt(client)) > 0)
    for (const { stop } of streams) stop()
    await noSubscriptionAt(client)
    // One that goes before it is active.
    for (let count = 0; count < 10; count += 1) {
      const socket = connect(page.port, '127.0.0.1')
      socket.end('GET /api/watch HTTP/1.1\r\nhost: x\r\n\r\n')
      await once(socket.resume(), 'close')
    }
    await noSubscriptionAt(client)
  })

  it('ends with the store', async (t) => {
    const state = new RedisStateAdapter({ url: server.url })
    const page = await pageOf(t, state, CONFIGURE)
    const { next } = await watching(t, page)
    await next()
    await state.cleanup()
    assert.equal(await next(), undefined)
    const later = await watching(t, page)
    assert.deepEqual([(await later.next())?.data.code, await later.next()], ['ERR_CLOSED', undefined])
  })

  it('ends with the handler, so that its server can close', async (t) => {
    const handler = inspector(open(t, { url: server.url }), { authorize: () => true, configure: true })
    const http = createServer({ keepAliveTimeout: 1 }, handler).listen(0, '127.0.0.1')
    await once(http, 'listening')
    const { port } = /** @type {import('node:net').AddressInfo} */ (http.address())
    const { next } = await watching(t, new Page(`http://127.0.0.1:${port}/`))
    await next()
    const closed = once(http, 'close')
    http.close()
    handler.close()
    await closed
    assert.equal(await next(), undefined)
  })

  it('is one of at most 50', async (t) => {
    const page = await pageOf(t, open(t, { url: 'memory:' }))
    const streams = await Promise.all(Array.from({ length: 50 }, () => watching(t, page)))
    const { status, body } = await page.answer('watch')
    assert.deepEqual([status, body.error.code], [503, 'ERR_BACKPRESSURE'])
    assert.equal((await page.answer('info')).status, 200)
    streams[0].stop()
    await streams[0].events.return(undefined).catch(() => {})
    for (let answer = 503; answer !== 200; ) {
      const stop = new AbortController()
      answer = (await page.fetch('api/watch', { signal: stop.signal })).status
      stop.abort()
    }
  })

  it('holds no more for a slow reader than the watch does', async (t) => {
    const state = open(t, { url: 'memory:' })
    const page = await pageOf(t, state)
    const asked = once(page.server, 'request')
    const socket = connect(page.port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.write('GET /api/watch HTTP/1.1\r\nhost: x\r\n\r\n')
    const [, response] = await asked
    let text = ''
    while (!text.includes('event: ready')) {
      await once(socket, 'readable')
      text += socket.read() ?? ''
    }
    const key = 'k'.repeat(1000)
    const change = () => Promise.all(Array.from({ length: 1000 }, (_, index) => state.set(`${index}`, key, index)))
    // What the sockets hold.
    await until(async () => {
      await change()
      return response.writableNeedDrain
    })
    // More than the 10,000 changes that the watch holds.
    for (let count = 0; count < 12; count += 1) await change()
    assert.ok(response.writableLength < 100_000, `${response.writableLength}`)
    socket.setEncoding('utf8').on('data', (/** @type {string} */ piece) => {
      text = (text + piece).slice(-100_000)
      if (text.includes('event: gap')) socket.emit('gap')
    })
    await once(socket, 'gap')
  })
})

describe('a client that goes away while another handler is at work', () => {
  it('holds none of the streams', async (t) => {
    const handler = inspector(open(t, { url: 'memory:' }), { authorize: () => true })
    let gone = 0
    const page = await serving(t, (request, response) => {
      if (request.headers['x-goes'] === undefined) return handler(request, response)
      response.once('close', () => {
        handler(request, response)
        gone += 1
      })
    })
    for (let count = 1; count <= 50; count += 1) {
      const asked = once(page.server, 'request')
      const socket = connect(page.port, '127.0.0.1')
      socket.write('GET /api/watch HTTP/1.1\r\nhost: x\r\nx-goes: 1\r\n\r\n')
      await asked
      socket.destroy()
      await until(() => gone === count)
    }
    assert.equal((await (await watching(t, page)).next())?.event, 'ready')
  })
})

describe('a stream through a handler that compresses', () => {
  it('is sent at once', async (t) => {
    const handler = inspector(open(t, { url: 'memory:' }), { authorize: () => true })
    let flushed = 0
    const page = await serving(t, (request, response) => {
      const flush = () => {
        flushed += 1
      }
      Object.assign(response, { flush })
      handler(request, response)
    })
    await (await watching(t, page)).next()
    assert.ok(flushed > 0)
  })
})
