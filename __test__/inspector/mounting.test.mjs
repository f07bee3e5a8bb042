// @ts-check
// The handler in Express, below a path, behind a proxy and with HTTP/2.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect, createServer as createHttp2 } from 'node:http2'
import { describe, it } from 'node:test'
import express from 'express'
import { inspector } from 'redis-state-adapter/inspector'
import { open } from '../support/open.mjs'
import { serving } from './support/page.mjs'

const ALL = { authorize: () => true, writable: true }

/** @param {import('node:test').TestContext} t @param {Partial<Parameters<typeof inspector>[1]>} [options] */
function handlerOf(t, options) {
  return inspector(open(t, { url: 'memory:' }), { ...ALL, ...options })
}

describe('Express', () => {
  it('serves it below a path, beside other routes', async (t) => {
    const app = express()
    app.use(express.json())
    app.use('/admin/state', handlerOf(t))
    app.get('/', (_, response) => void response.send('home'))
    const page = await serving(t, app)
    assert.equal(await (await page.fetch('')).text(), 'home')
    assert.equal((await page.fetch('admin/state?tab=live')).headers.get('location'), './state/?tab=live')
    assert.match(await (await page.fetch('admin/state/')).text(), /<!doctype html>/i)
    page.base += 'admin/state/'
    assert.equal((await page.get('info')).stores.length, 1)
    // express.json() has read the body.
    assert.equal((await page.send('PUT', 'entry', { trace: 't', key: 'k', value: { a: 1 } })).status, 200)
    assert.deepEqual((await page.get('entry', { trace: 't', key: 'k' })).value, { a: 1 })
    assert.equal((await page.fetch('none')).status, 404)
  })

  it('serves requests whose bodies other handlers have read in any form, or not at all', async (t) => {
    /** As parsers of Express 4 do with types that they do not read. @type {express.RequestHandler} */
    const skipping = (request, _, next) => {
      request.body = {}
      return next()
    }
    const readers = [
      express.text({ type: '*/*' }),
      express.raw({ type: '*/*' }),
      express.json({ strict: false }),
      skipping,
    ]
    for (const reader of readers) {
      const page = await serving(t, express().use(reader, handlerOf(t, { timeout: '5s' })))
      const put = (/** @type {unknown} */ body) => page.send('PUT', 'entry', body)
      assert.equal((await put({ trace: 't', key: 'k', value: { a: 1 } })).status, 200)
      assert.deepEqual((await page.get('entry', { trace: 't', key: 'k' })).value, { a: 1 })
      for (const body of [[1], null, 'text']) assert.equal((await put(body)).status, 400)
    }
  })

  it('has the requests of its middleware in authorize', async (t) => {
    const app = express()
    app.use((request, _, next) => {
      Object.assign(request, { user: { isAdmin: request.headers.user === 'admin' } })
      next()
    })
    const authorize = (/** @type {express.Request & { user?: { isAdmin: boolean } }} */ request) =>
      request.user?.isAdmin === true
    app.use('/state', inspector(open(t, { url: 'memory:' }), { authorize }))
    const page = await serving(t, app)
    assert.equal((await page.fetch('state/api/info')).status, 403)
    assert.equal((await page.fetch('state/api/info', { headers: { user: 'admin' } })).status, 200)
  })
})

describe('node:http', () => {
  it('serves it below basePath, and passes on or refuses the rest', async (t) => {
    const page = await serving(t, handlerOf(t, { basePath: '/a/state' }))
    assert.equal((await page.fetch('a/state')).headers.get('location'), './state/')
    assert.match(await (await page.fetch('a/state/')).text(), /<!doctype html>/i)
    assert.equal((await page.fetch('a/state/api/info?x')).status, 200)
    for (const path of ['', 'a', 'a/stateful', 'api/info', 'a/state/../state/', 'A/STATE/'])
      assert.equal((await page.fetch(path)).status === 404, path !== 'a/state/../state/', path)
    const handler = handlerOf(t, { basePath: '/state' })
    const passing = await serving(t, (request, response) => handler(request, response, () => response.end('other')))
    assert.equal(await (await passing.fetch('stateful')).text(), 'other')
    assert.equal((await passing.fetch('state/none')).status, 404)
  })

  it('sends no redirect to another server', async (t) => {
    const handler = handlerOf(t)
    const app = express().use('/:any', handler)
    const page = await serving(t, app)
    for (const path of ['/evil:x', '//evil.example', '/\\evil.example', '/.']) {
      const sent = httpRequest({ host: '127.0.0.1', port: page.port, path })
      sent.end()
      const [response] = await once(sent, 'response')
      response.resume()
      const { location } = response.headers
      const target = location === undefined ? page.base : new URL(location, page.base).href
      assert.ok(target.startsWith(page.base), `${path}: ${location}`)
    }
  })
})

describe('a proxy that removes the start of the path', () => {
  it('needs no setting, as all addresses are relative', async (t) => {
    const page = await serving(t, handlerOf(t))
    const proxy = await serving(t, (request, response) => {
      const path = request.url?.replace(/^\/prefix/, '')
      const sent = httpRequest({
        host: '127.0.0.1',
        port: page.port,
        path,
        method: request.method,
        headers: { ...request.headers, host: 'internal' },
      })
      sent.on('response', (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 0, answer.headers)))
      request.pipe(sent)
    })
    proxy.base += 'prefix/'
    assert.match(await (await proxy.fetch('')).text(), /<!doctype html>/i)
    assert.equal((await proxy.get('info')).stores.length, 1)
    const headers = {
      'content-type': 'application/json',
      'x-redis-state-inspector': '1',
      'sec-fetch-site': 'same-origin',
      origin: 'https://public.example',
    }
    const body = JSON.stringify({ trace: 't', key: 'k', value: 1 })
    const sent = httpRequest(new URL('api/entry', proxy.base), { method: 'PUT', headers })
    sent.end(body)
    const [{ statusCode }] = await once(sent, 'response')
    assert.equal(statusCode, 200)
  })
})

describe('HTTP/2', () => {
  it('is served by the same handler', async (t) => {
    const handler = /** @type {any} */ (handlerOf(t, { allowedHosts: ['127.0.0.1'] }))
    const server = createHttp2(handler).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
    const session = connect(`http://127.0.0.1:${port}`)
    t.after(() => session.close())
    t.after(() => server.close())
    for (const path of ['/', '/api/info']) {
      const stream = session.request({ ':path': path })
      const [headers] = await once(stream, 'response')
      assert.equal(headers[':status'], 200, path)
      stream.close()
    }
    const watch = session.request({ ':path': '/api/watch' }).setEncoding('utf8')
    const [text] = await once(watch, 'data')
    assert.match(text, /^event: ready/)
    watch.close()
  })
})
