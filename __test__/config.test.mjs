// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import { bad, MALFORMED, NO_CONNECTIONS, sentinel, UNREADABLE, WITHOUT_MEANING } from './config/malformed.mjs'
import { assertNames } from './support/assert-names.mjs'
import { assertSameMembers } from './support/members.mjs'
import { open } from './support/open.mjs'
import { shown } from './support/shown.mjs'
import { unusedPort } from './support/unused-port.mjs'
import { collectWarnings } from './support/warnings.mjs'

/**
 * @type {(t: import('node:test').TestContext, ...args: any[]) => RedisStateAdapter} opens an adapter with options that
 *   the declarations reject
 */
const build = open

describe('a malformed option', () => {
  for (const [path, options] of MALFORMED) {
    it(`is rejected with its path: ${shown(options)}`, (t) => {
      assertNames(path, () => build(t, options))
    })
  }

  for (const connection of NO_CONNECTIONS) {
    it(`can be the connection itself: ${shown(connection)}`, (t) => {
      const { message } = assertNames('connection', () => build(t, connection))
      assert.match(message, /expected a url, an object of options or a node-redis client, got /)
    })
  }

  it('can be a promise, and the message says to await it', (t) => {
    const { message } = assertNames('connection', () => build(t, Promise.resolve()))
    assert.match(message, /Await it first/)
  })

  for (const [path, options] of UNREADABLE) {
    it(`is rejected if it could be mistaken for another: ${shown(options)}`, (t) => {
      assertNames(path, () => build(t, options))
      assertNames(path, () => build(t, {}, options))
    })
  }

  for (const [path, options] of [...bad('ttl', -1), ...bad('keyPrefix', 1), ...bad('foo', 1)]) {
    it(`is rejected with its path in the second argument: ${shown(options)}`, (t) => {
      assertNames(path, () => build(t, {}, options))
    })
  }

  for (const [kind, client] of Object.entries({
    'a pool': createClientPool(),
    'a cluster': createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] }),
    'a sentinel': createSentinel({ name: 'm', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] }),
    'a client without options': { isOpen: true, connect() {} },
    'a client with invalid options': { isOpen: true, connect() {}, options: 'redis://127.0.0.1:1' },
  })) {
    it(`can be a client without usable options: ${kind}`, (t) => {
      assertNames('connection', () => build(t, client))
      assertNames('connection', () => build(t, client, { keyPrefix: 'p:' }))
    })
  }

  it('is reported without any password', (t) => {
    const secret = 7355608
    /** @type {[path: string, options: unknown][]} */
    const cases = [
      ['password', { password: secret }],
      ['sentinel.password', { sentinel: { ...sentinel, password: secret } }],
      ['url', { url: `redis://user:${secret}@h:99999` }],
      ['url', { url: `redis://user:${secret}@h:port` }],
      ['url', { url: `http://user:${secret}@h` }],
      ['url', { url: `user:${secret}@h` }],
      ['foo', { password: `${secret}`, foo: `${secret}` }],
    ]
    for (const [path, options] of cases) {
      const error = assertNames(path, () => build(t, options))
      assert.ok(!shown(error).includes(`${secret}`), `${path} contains the password`)
    }
  })
})

describe('an option', () => {
  it('is treated as omitted if it is undefined', (t) => {
    const names = [
      'url',
      'host',
      'port',
      'database',
      'password',
      'name',
      'tls',
      'sentinel',
      'cluster',
      'ttl',
      'keyPrefix',
    ]
    const options = Object.fromEntries(names.map((name) => [name, undefined]))
    const socket = Object.fromEntries(
      ['host', 'port', 'path', 'tls', 'reconnectStrategy'].map((name) => [name, undefined]),
    )
    assert.ok(build(t, options))
    assert.ok(build(t, { ...options, socket: undefined }, { ttl: undefined, keyPrefix: undefined }))
    assert.ok(build(t, { ...options, socket }))
  })

  it('is rejected if it is null', (t) => {
    for (const path of [
      'url',
      'password',
      'keyPrefix',
      'ttl',
      'credentials',
      'socket',
      'socket.host',
      'tls',
      'tls.ca',
    ]) {
      const [[, options]] = bad(path, null)
      assertNames(path, () => build(t, options))
      assertNames(path, () => build(t, {}, options))
    }
  })

  for (const none of [undefined, null]) {
    it(`causes no warning if it has no meaning here and is ${none}`, async (t) => {
      const warnings = collectWarnings(t)
      const names = Object.keys(WITHOUT_MEANING)
      const options = { ...Object.fromEntries(names.map((name) => [name, none])), socket: { family: none } }
      build(t, options)
      await nextTurn()
      assert.deepEqual(warnings, [])
    })
  }

  it('of node-redis without meaning here causes one warning, which names it', async (t) => {
    const warnings = collectWarnings(t)
    build(t, { ...WITHOUT_MEANING, socket: { port: await unusedPort(), socketTimeout: 1, family: 4 } })
    await nextTurn()
    assert.equal(warnings.length, 1, shown(warnings))
    const named = warnings[0].message.split(': ').at(-1)?.split(', ')
    assertSameMembers(named ?? [], [...Object.keys(WITHOUT_MEANING), 'socket.socketTimeout', 'socket.family'])
  })
})

describe('construction', () => {
  it('does not throw if the server is down, and neither does cleanup', async () => {
    const port = await unusedPort()
    /** @type {any[][]} */
    const forms = [
      [{ host: '127.0.0.1', port }],
      [{ url: `redis://user:password@127.0.0.1:${port}/3` }, { keyPrefix: 'p:', ttl: 1 }],
      [{ url: 'unix:///nowhere/redis.sock?db=2' }],
      [{ socket: { path: '/nowhere/redis.sock', reconnectStrategy: false } }],
      [{ host: 'no-such-host.invalid', tls: false, socket: { reconnectStrategy: () => 10 } }],
      [{ host: '127.0.0.1', port, socket: { tls: false, rejectUnauthorized: false } }],
      [createClient({ socket: { host: '127.0.0.1', port } }), { keyPrefix: 'p:' }],
      [{ sentinel: { name: 'm', nodes: [{ host: '127.0.0.1', port }] } }],
      [{ cluster: { nodes: [{ host: '127.0.0.1', port }], readFrom: 'any' }, hashTags: true }],
    ]
    for (const args of forms) await new RedisStateAdapter(...args).cleanup()
  })

  it('announces the embedded store once in a process', async (t) => {
    const warnings = collectWarnings(t)
    for (const url of ['memory:', 'memory:name', 'memory:']) {
      build(t, { url })
      await nextTurn()
    }
    assert.equal(warnings.length, 1, shown(warnings))
    assert.match(warnings[0].message, /embedded/)
  })
})
