// @ts-check
// The command `inspect`: who it lets in, what it prints, and how it ends.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { cli, ended, startProgram } from '../support/cli.mjs'
import { startRedis } from '../support/redis.mjs'
import { folderOf } from '../support/stores-folder.mjs'
import { watching } from './support/events.mjs'
import { Page } from './support/page.mjs'

/** @typedef {import('node:test').TestContext} TestContext */

const require = createRequire(import.meta.url)
const { hostsAt } = require('../../lib/inspector/local-server.js')
const { checkHost } = require('../../lib/inspector/origin.js')

/** @type {import('../support/redis.mjs').RedisServer} */
let server
/** @type {Record<string, string>} */
let env
before(async () => {
  server = await startRedis()
  env = { REDIS_URL: server.url }
})
after(() => server.stop())

/**
 * Runs the command in this process until the test ends.
 *
 * @param {TestContext} t
 * @param {string[]} argv
 */
async function inspected(t, ...argv) {
  const stop = new AbortController()
  /** @type {(text: string) => void} */
  let print = () => {}
  const printed = new Promise((resolve) => {
    print = resolve
  })
  const running = cli(['inspect', ...argv], { env, signal: stop.signal, onStdout: (text) => print(text.trim()) })
  t.after(() => {
    stop.abort()
    return running
  })
  const text = await Promise.race([printed, running.then(({ stderr }) => Promise.reject(new Error(stderr)))])
  const url = new URL(text)
  return { url, page: new Page(new URL('/', url).href), end: () => stop.abort(), running }
}

/** Opens the address as a browser does: the page sends the cookie from then on. @param {{ url: URL, page: Page }} opened */
async function admitted({ url, page }) {
  const response = await page.fetch(url.href)
  const [cookie] = (response.headers.get('set-cookie') ?? '').split(';')
  const fetch = page.fetch.bind(page)
  page.fetch = (path, options) =>
    fetch(path, { ...options, headers: { cookie, .../** @type {any} */ (options?.headers) } })
  return { page, response, cookie }
}

describe('the name of the server in a request', () => {
  for (const [port, host, isAllowed] of /** @type {[number, string, boolean][]} */ ([
    [80, '127.0.0.1', true],
    [80, 'LOCALHOST', true],
    [80, '[::1]', true],
    [80, 'localhost:80', true],
    [80, 'example.com', false],
    [8080, 'localhost:8080', true],
    [8080, 'localhost', false],
    [8080, 'example.com:8080', false],
  ])) {
    it(`${isAllowed ? 'can' : 'cannot'} be ${host} at port ${port}`, () => {
      const check = () => checkHost(/** @type {any} */ ({ headers: { host } }), hostsAt(port))
      if (isAllowed) check()
      else assert.throws(check, { status: 421 })
    })
  }
})

describe('the token', () => {
  it('has 256 random bits, and is exchanged for a cookie', async (t) => {
    const [one, other] = [await inspected(t), await inspected(t)]
    assert.match(one.url.href, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/)
    assert.notEqual(one.url.searchParams.get('token'), other.url.searchParams.get('token'))
    const { page, response, cookie } = await admitted(one)
    assert.deepEqual([response.status, response.headers.get('location')], [302, './'])
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
    const attributes = (response.headers.get('set-cookie') ?? '').split('; ').slice(1).sort()
    assert.deepEqual(attributes, ['HttpOnly', 'Path=/', 'SameSite=Strict'])
    assert.match(cookie, new RegExp(`^redis-state-inspector-${one.url.port}=[\\w-]{43}$`))
    assert.ok(!cookie.includes(one.url.searchParams.get('token') ?? ''))
    assert.equal((await page.get('info')).stores[0].engine, 'redis')
    // The address with the token, opened again.
    assert.equal((await page.fetch(one.url.href)).headers.get('location'), './')
  })

  it('is needed by every request', async (t) => {
    const opened = await inspected(t)
    const { url, page } = opened
    const token = url.searchParams.get('token') ?? ''
    const wrong = ['', 'x', token.slice(1), `${token}x`, token.toLowerCase(), 'x'.repeat(10_000), `${token}\u0000`]
    for (const one of wrong) {
      const response = await page.fetch(`?${new URLSearchParams({ token: one })}`)
      assert.equal(response.status, 401, one)
      assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
      assert.match(await response.text(), /^The token is wrong\. .*Open the address that the command printed/s)
      assert.equal(response.headers.get('set-cookie'), null)
    }
    for (const path of [
      '',
      'index.html',
      'api/info',
      'api/watch',
      'none',
      `api/info?token=${token}`,
      `index.html?token=${token}`,
    ])
      assert.equal((await page.fetch(path)).status, 401, path)
    const name = `redis-state-inspector-${url.port}`
    const { cookie } = await admitted(await inspected(t))
    for (const one of [`${name}=`, `${name}=${token}`, cookie, `x${name}=1; ${name}`, cookie.replace(/^[^=]*/, name)])
      assert.equal((await page.fetch('api/info', { headers: { cookie: one } })).status, 401, one)
    assert.equal((await page.send('DELETE', 'entry', { trace: 't', key: 'k' })).status, 401)
  })

  it('works from a page of another site, whose cookies a redirect would not have', async (t) => {
    const opened = await inspected(t)
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    const sent = httpRequest(opened.url, { headers })
    sent.end()
    const [response] = await once(sent, 'response')
    assert.equal(response.statusCode, 200)
    assert.ok(response.headers['set-cookie'])
    assert.match(String((await response.toArray()).join('')), /http-equiv="refresh" content="0;url=\.\/"/)
  })
})

describe('other names of the machine', () => {
  it('are refused, with and without the cookie', async (t) => {
    const opened = await inspected(t)
    const { cookie } = await admitted(opened)
    const { port } = opened.url
    for (const host of [
      `evil.example:${port}`,
      'evil.example',
      '127.0.0.1',
      `127.0.0.1:${Number(port) + 1}`,
      `localhost.evil.example:${port}`,
      `0.0.0.0:${port}`,
    ]) {
      const sent = httpRequest(new URL('/api/info', opened.url), { headers: { host, cookie } })
      sent.end()
      const [{ statusCode }] = await once(sent, 'response')
      assert.equal(statusCode, 421, host)
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      const sent = httpRequest(new URL('/api/info', opened.url), { headers: { host, cookie } })
      sent.end()
      const [{ statusCode }] = await once(sent, 'response')
      assert.equal(statusCode, 200, host)
    }
  })

  it('cannot be chosen', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.com', '']) {
      const { code, stderr } = await cli(['inspect', '--host', host], { env })
      assert.deepEqual([code, /expected one of 127\.0\.0\.1, ::1, localhost/.test(stderr)], [2, true], host)
    }
  })
})

describe('the command', () => {
  it('prints only the address, and with --json an object', async (t) => {
    const child = startProgram(['inspect', '--json'], env)
    t.after(() => child.kill('SIGKILL'))
    const [text] = await once(child.stdout.setEncoding('utf8'), 'data')
    const { url } = JSON.parse(text)
    const { page } = await admitted({ url: new URL(url), page: new Page(new URL('/', url).href) })
    const { next } = await watching(t, page)
    await next()
    const result = ended(child)
    child.kill('SIGINT')
    const { code, stdout, stderr } = await result
    assert.deepEqual([code, stdout, stderr], [0, '', ''])
  })

  it('ends at once, although requests are open', async (t) => {
    const opened = await inspected(t, '--configure')
    const { page } = await admitted(opened)
    const { next } = await watching(t, page)
    await next()
    const unfinished = connect(Number(opened.url.port), '127.0.0.1')
    unfinished.on('error', () => {})
    t.after(() => unfinished.destroy())
    await once(unfinished, 'connect')
    unfinished.write('GET / HTTP/1.1\r\n')
    opened.end()
    const { code, stdout, stderr } = await opened.running
    assert.deepEqual([code, stdout, stderr], [0, `${opened.url.href}\n`, ''])
    await assert.rejects(page.fetch('api/info'))
  })

  it('only reads, unless --write permits more', async (t) => {
    const entry = { trace: 't', key: 'k', value: 1 }
    const { page } = await admitted(await inspected(t))
    assert.equal((await page.get('info')).writable, false)
    assert.equal((await page.send('PUT', 'entry', entry)).status, 403)
    const writing = await admitted(await inspected(t, '--write'))
    assert.equal((await writing.page.get('info')).writable, true)
    assert.equal((await writing.page.send('PUT', 'entry', entry)).status, 200)
    assert.equal((await page.get('entry', { trace: 't', key: 'k' })).value, 1)
  })

  it('has the stores of a configuration: all, or one', async (t) => {
    const config = await folderOf(t, {
      'stores.json': JSON.stringify({ stores: { a: { url: server.url }, b: { url: 'memory:' } } }),
    })
    const all = await admitted(await inspected(t, '--config', config))
    const names = (/** @type {any} */ { stores }) => stores.map((/** @type {any} */ { name }) => name)
    assert.deepEqual(names(await all.page.get('info')), ['a', 'b'])
    const { page } = await admitted(await inspected(t, '--config', config, '--store', 'a'))
    assert.deepEqual(names(await page.get('info')), ['a'])
  })

  it('names a port that is in use', async (t) => {
    const other = createServer().listen(0, '127.0.0.1')
    t.after(() => other.close())
    await once(other, 'listening')
    const { port } = /** @type {import('node:net').AddressInfo} */ (other.address())
    const { code, stdout, stderr } = await cli(['inspect', '--port', String(port)], { env })
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, new RegExp(`--port ${port}: the port is in use\\. Choose another one`))
  })

  it('reports a server that cannot be reached, without its password', async () => {
    const { code, stdout, stderr } = await cli(['inspect', '--url', 'redis://:hidden@127.0.0.1:1'], { env })
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /connection refused/)
    assert.doesNotMatch(stderr, /hidden/)
  })
})
