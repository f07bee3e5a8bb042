// @ts-check
// Who gets an answer from the inspector, and what no request can make it do.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { StateStores } from 'redis-state-adapter'
import { inspector } from 'redis-state-adapter/inspector'
import { open } from '../support/open.mjs'
import { collectWarnings } from '../support/warnings.mjs'
import { pageOf, serving } from './support/page.mjs'

/** @typedef {import('node:test').TestContext} TestContext */

const JSON_HEADERS = { 'content-type': 'application/json', 'x-redis-state-inspector': '1' }
const ENTRY = { trace: 't', key: 'k' }

/** @param {TestContext} t @param {Parameters<typeof pageOf>[2]} [options] */
async function opened(t, options) {
  const state = open(t, { url: 'memory:' })
  await state.set('t', 'k', 'secret')
  return { state, page: await pageOf(t, state, { writable: true, ...options }) }
}

/**
 * Status of a request whose headers `fetch` would not send.
 *
 * @param {{ port: number }} page
 * @param {{ method?: string, path?: string, headers?: Record<string, string>, body?: string }} [request]
 */
async function statusOf({ port }, { method = 'GET', path = '/api/info', headers = {}, body } = {}) {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: { ...length, ...headers } })
  sent.end(body)
  const [response] = await once(sent, 'response')
  response.resume()
  return response.statusCode
}

describe('the options', () => {
  const state = /** @type {any} */ ({})
  /** @type {[unknown, unknown, RegExp][]} */
  const wrong = [
    [state, undefined, /^inspector\(\): authorize: is missing\. Without it, everyone/],
    [state, {}, /authorize: is missing/],
    [state, { authorize: true }, /authorize: expected a function, got/],
    [state, { authorize: () => true, writeable: true }, /writeable: unknown option.*Did you mean writable/],
    [state, { authorize: () => true, writable: 'yes' }, /writable: expected true, false or a function/],
    [state, { authorize: () => true, allowedHosts: 'localhost' }, /allowedHosts: expected an array/],
    [state, { authorize: () => true, basePath: '/a/' }, /basePath: expected a path such as/],
    [state, { authorize: () => true }, /target: expected a RedisStateAdapter/],
    [null, { authorize: () => true }, /target: expected/],
    [StateStores, { authorize: () => true }, /target: expected/],
  ]

  for (const [target, options, message] of wrong) {
    it(`must be right: ${message}`, () => {
      assert.throws(() => inspector(/** @type {any} */ (target), /** @type {any} */ (options)), {
        code: 'ERR_INVALID_CONFIG',
        message,
      })
    })
  }
})

describe('authorize', () => {
  const paths = ['', 'index.html', 'api/info', 'api/entry?trace=t&key=k', 'api/watch', 'none', 'api/none']

  it('is called for everything, and only true lets a request through', async (t) => {
    for (const answer of [false, undefined, 1, 'true', Promise.resolve(false)]) {
      const { page } = await opened(t, { authorize: () => /** @type {any} */ (answer) })
      for (const path of paths) {
        const response = await page.fetch(path)
        assert.equal(response.status, 403, path)
        assert.doesNotMatch(await response.text(), /secret|html/)
      }
      const { status } = await page.send('DELETE', 'entry', ENTRY)
      assert.equal(status, 403)
    }
    const { page } = await opened(t, { authorize: async ({ headers }) => headers.user === 'admin' })
    assert.equal((await page.fetch('api/info')).status, 403)
    assert.equal((await page.fetch('api/info', { headers: { user: 'admin' } })).status, 200)
  })

  it('that throws is answered with 500, and its reason goes to a process warning', async (t) => {
    const warnings = collectWarnings(t)
    const failed = new Error('no database of users')
    const throwing = () => {
      throw failed
    }
    for (const authorize of [throwing, () => Promise.reject(failed)]) {
      const { page } = await opened(t, { authorize })
      for (const _ of [1, 2]) {
        const { status, body } = await page.answer('info')
        assert.deepEqual([status, body.error], [500, { code: 'ERR_INTERNAL', message: 'authorize failed' }])
      }
    }
    const texts = warnings.map(({ message }) => message).filter((text) => text.includes('authorize'))
    assert.deepEqual(
      texts,
      Array(2).fill('redis-state-adapter: inspector: authorize threw an error: Error: no database of users'),
    )
  })

  it('can answer by itself, and has limited time', async (t) => {
    const { page } = await opened(t, {
      authorize: (_request, response) => {
        response.writeHead(302, { location: '/login' }).end()
        return true
      },
    })
    assert.equal((await page.fetch('api/info')).headers.get('location'), '/login')
    const slow = await opened(t, { authorize: () => new Promise(() => {}), timeout: '20ms' })
    assert.equal((await slow.page.fetch('api/info')).status, 504)
  })
})

describe('requests of pages of other sites', () => {
  it('are refused, but for links to the page', async (t) => {
    const { page } = await opened(t)
    for (const site of ['cross-site', 'same-site']) {
      for (const path of ['/', '/index.html', '/api/info', '/api/watch', '/api/entry?trace=t&key=k'])
        assert.equal(await statusOf(page, { path, headers: { 'sec-fetch-site': site } }), 403, path)
      const frame = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
      assert.equal(await statusOf(page, { path: '/', headers: frame }), 403)
      const link = { ...frame, 'sec-fetch-dest': 'document' }
      assert.equal(await statusOf(page, { path: '/', headers: link }), 200)
      assert.equal(await statusOf(page, { path: '/api/entry?trace=t&key=k', headers: link }), 403)
      assert.equal(await statusOf(page, { method: 'POST', path: '/', headers: link }), 403)
    }
    for (const site of ['same-origin', 'none'])
      assert.equal(await statusOf(page, { headers: { 'sec-fetch-site': site } }), 200)
  })

  it('are known by their origin, if the browser does not say more', async (t) => {
    const { page } = await opened(t)
    const host = `127.0.0.1:${page.port}`
    for (const origin of [
      'http://evil.example',
      'null',
      `http://evil.example#${host}`,
      `evil://${host}`,
      `http://127.0.0.1`,
    ])
      assert.equal(await statusOf(page, { headers: { origin } }), 403, origin)
    for (const origin of [`http://${host}`, `https://${host}`])
      assert.equal(await statusOf(page, { headers: { origin } }), 200)
  })

  it('cannot write with what needs no permission of the browser', async (t) => {
    const { state, page } = await opened(t)
    const body = JSON.stringify({ ...ENTRY, value: 'forged' })
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'text/plain; application/json',
      '',
    ])
      for (const [method, path] of [
        ['PUT', '/api/entry'],
        ['DELETE', '/api/entry'],
        ['PUT', '/api/ttl'],
        ['POST', '/api/query'],
        ['POST', '/api/entry'],
      ]) {
        const headers = { 'x-redis-state-inspector': '1', ...(type && { 'content-type': type }) }
        assert.equal(await statusOf(page, { method, path, headers, body }), 403, `${method} ${path} ${type}`)
      }
    assert.equal(
      await statusOf(page, {
        method: 'PUT',
        path: '/api/entry',
        headers: { 'content-type': 'application/json' },
        body,
      }),
      403,
    )
    assert.equal(await state.get('t', 'k'), 'secret')
  })

  it('get no permission, not even from an application that gives it to all', async (t) => {
    const { page } = await opened(t)
    const preflight = { origin: 'http://evil.example', 'access-control-request-method': 'PUT' }
    assert.equal(await statusOf(page, { method: 'OPTIONS', path: '/api/entry', headers: preflight }), 403)
    for (const path of ['', 'api/info', 'api/none']) {
      const { headers } = await page.fetch(path, { method: path === '' ? 'GET' : 'OPTIONS' })
      assert.deepEqual(
        [...headers.keys()].filter((name) => name.startsWith('access-control-')),
        [],
      )
    }
    const handler = inspector(open(t, { url: 'memory:' }), { authorize: () => true })
    const withCors = await serving(t, (request, response) => {
      response.setHeader('access-control-allow-origin', '*')
      handler(request, response)
    })
    assert.equal((await withCors.fetch('api/info')).headers.get('access-control-allow-origin'), null)
  })
})

describe('host names', () => {
  it('are those that are allowed', async (t) => {
    const { page } = await opened(t, { allowedHosts: ['admin.example', 'localhost:3000', '[::1]'] })
    const status = (/** @type {string} */ host) => statusOf(page, { headers: { host } })
    for (const host of ['admin.example', 'admin.example:8080', 'ADMIN.example', 'localhost:3000', '[::1]:80', '[::1]'])
      assert.equal(await status(host), 200, host)
    for (const host of [
      'evil.example',
      'localhost',
      'localhost:3001',
      'admin.example.evil.example',
      'evil.example:3000',
      '',
      'localhost:3000:80',
    ])
      assert.equal(await status(host), 421, host)
  })
})

describe('responses', () => {
  it('all have the headers that keep the page safe', async (t) => {
    const { page } = await opened(t, { authorize: ({ url = '' }) => !url.includes('denied') })
    for (const path of [
      '',
      'none',
      'api/info',
      'api/none',
      'api/entry?trace=t&key=k',
      'denied',
      'api/groups?limit=x',
    ]) {
      const { headers } = await page.fetch(path)
      const policy = headers.get('content-security-policy') ?? ''
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
      ])
        assert.ok(policy.split('; ').includes(rule), `${path}: ${rule}`)
      for (const rule of ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"])
        assert.ok(policy.split('; ').includes(rule), `${path}: ${rule}`)
      assert.deepEqual(
        ['x-content-type-options', 'cross-origin-resource-policy', 'referrer-policy', 'x-frame-options'].map((name) =>
          headers.get(name),
        ),
        ['nosniff', 'same-origin', 'no-referrer', 'DENY'],
      )
      if (path.startsWith('api/')) {
        assert.equal(headers.get('content-type'), 'application/json; charset=utf-8')
        assert.equal(headers.get('cache-control'), 'no-store')
      }
    }
  })

  it('have no other files than those of the page', async (t) => {
    const { page } = await opened(t)
    const paths = [
      '/../package.json',
      '/%2e%2e/package.json',
      '/..%2fpackage.json',
      '/index.html/',
      '/index.html%00',
      '//index.html',
      '/./index.html',
      '/constructor',
    ]
    for (const path of paths) assert.equal(await statusOf(page, { path }), 404, path)
    const [index] = await Promise.all([page.fetch('index.html')])
    assert.equal(index.headers.get('content-type'), 'text/html; charset=utf-8')
    const etag = index.headers.get('etag') ?? ''
    assert.equal((await page.fetch('', { headers: { 'if-none-match': etag } })).status, 304)
    assert.equal(await (await page.fetch('')).text(), await index.text())
  })

  it('to other methods say which there are', async (t) => {
    const { page } = await opened(t)
    for (const method of ['OPTIONS', 'TRACE', 'PATCH', 'DELETE', 'PUT']) {
      assert.equal(await statusOf(page, { method, path: '/' }), 405, method)
      assert.equal(await statusOf(page, { method, path: '/api/info', headers: JSON_HEADERS }), 405, method)
    }
    const { headers, status } = await page.fetch('api/ttl')
    assert.deepEqual([status, headers.get('allow')], [405, 'PUT'])
    const head = await page.fetch('api/entry?trace=t&key=k', { method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    assert.ok(Number(head.headers.get('content-length')) > 50)
  })
})

describe('writing', () => {
  it('is refused unless the inspector is writable', async (t) => {
    const { state, page } = await opened(t, { writable: false })
    for (const [method, path] of [
      ['PUT', 'entry'],
      ['DELETE', 'entry'],
      ['PUT', 'ttl'],
    ]) {
      const { status, body } = await page.send(method, path, { ...ENTRY, value: 1, ttl: 1 })
      assert.deepEqual([status, body.error.code], [403, 'ERR_READ_ONLY'])
    }
    assert.deepEqual(await state.getWithMetadata('t', 'k').then((found) => [found?.value, found?.ttl]), ['secret', -1])
    assert.equal((await page.get('info')).writable, false)
    const others = await opened(t, { writable: ({ headers }) => headers.user === 'admin' })
    assert.equal((await others.page.get('info')).writable, false)
    assert.equal((await others.page.send('DELETE', 'entry', ENTRY)).status, 403)
    const headers = { ...JSON_HEADERS, user: 'admin' }
    const body = JSON.stringify(ENTRY)
    assert.equal((await others.page.fetch('api/entry', { method: 'DELETE', headers, body })).status, 200)
  })

  it('needs a JSON object', async (t) => {
    const { state, page } = await opened(t)
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '1',
      '"x"',
      '{"trace":"t","key":"k","value":1',
      '\u0000',
      `${'['.repeat(100_000)}`,
    ]
    for (const body of bodies) {
      const { status } = await page.fetch('api/entry', { method: 'PUT', headers: JSON_HEADERS, body })
      assert.equal(status, 400, body.slice(0, 50))
    }
    for (const wrong of [
      { trace: 1, key: 'k' },
      { key: 'k' },
      { trace: 't', key: null },
      { trace: 't' },
      { trace: ['t'], key: 'k' },
    ])
      assert.equal((await page.send('PUT', 'entry', { ...wrong, value: 1 })).status, 400, JSON.stringify(wrong))
    for (const rounded of ['{"id":12345678901234567890}', '1e400', '{"a\\"":[1e-400]}', '["\\\\",1e400]']) {
      const body = `{"trace":"t","key":"k","value":${rounded}}`
      const response = await page.fetch('api/entry', { method: 'PUT', headers: JSON_HEADERS, body })
      assert.equal(response.status, 422, rounded)
    }
    const ofOtherBytes = Buffer.concat([
      Buffer.from('{"value":1,"key":"k","trace":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ])
    const response = await page.fetch('api/entry', { method: 'PUT', headers: JSON_HEADERS, body: ofOtherBytes })
    assert.equal(response.status, 400)
    assert.deepEqual(await state.traceIds(), ['t'])
    assert.equal(await state.get('t', 'k'), 'secret')
  })

  it('can have millions of escapes, and texts that look like numbers', async (t) => {
    const { state, page } = await opened(t)
    for (const value of ['\n'.repeat(7_000_000), '\\', '"1e400', '\\"12345678901234567890\\']) {
      assert.equal((await page.send('PUT', 'entry', { ...ENTRY, value })).status, 200)
      assert.ok((await state.get('t', 'k')) === value)
    }
  })

  it('has a limit of 16 MiB', async (t) => {
    const { state, page } = await opened(t)
    const value = 'x'.repeat(16 * 1024 * 1024)
    const { status, body } = await page.send('PUT', 'entry', { ...ENTRY, value })
    assert.deepEqual([status, body.error.code], [413, 'ERR_TOO_LARGE'])
    // Without a length that says so before.
    const streamed = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(1024 * 1024).fill(32))
        sent += 1
        if (sent === 20) controller.close()
      },
    })
    let sent = 0
    const options = { method: 'PUT', headers: JSON_HEADERS, body: streamed, duplex: 'half' }
    assert.equal((await page.fetch('api/entry', /** @type {any} */ (options))).status, 413)
    assert.equal((await page.send('PUT', 'entry', { ...ENTRY, value: value.slice(100) })).status, 200)
    assert.equal(String(await state.get('t', 'k')).length, value.length - 100)
  })

  it('does not wait long for a body', async (t) => {
    const { page } = await opened(t, { timeout: '50ms' })
    // The server itself would close the connection after these times.
    Object.assign(page.server, { keepAliveTimeout: 0, requestTimeout: 0 })
    const socket = connect(page.port, '127.0.0.1')
    t.after(() => socket.destroy())
    const lines = [
      'PUT /api/entry HTTP/1.1',
      'host: x',
      'content-type: application/json',
      'x-redis-state-inspector: 1',
      'content-length: 100',
      '',
      '{',
    ]
    socket.write(lines.join('\r\n'))
    let answer = ''
    socket.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      answer += text
    })
    await once(socket, 'close')
    assert.match(answer, /^HTTP\/1\.1 408 .*"ERR_TIMEOUT"/s)
  })
})
