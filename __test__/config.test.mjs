// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import { bad, MALFORMED, sentinel, WITHOUT_MEANING } from './config/malformed.mjs'
import { assertNames } from './support/assert-names.mjs'
import { assertSameMembers } from './support/members.mjs'
import { open } from './support/open.mjs'
import { portOfNobody } from './support/port-of-nobody.mjs'
import { shown } from './support/shown.mjs'
import { collectWarnings } from './support/warnings.mjs'

/** @type {(t: import('node:test').TestContext, ...args: any[]) => RedisStateAdapter} an adapter of what the types would refuse */
const build = open

describe('a malformed option', () => {
  for (const [path, options] of MALFORMED) {
    it(`is named by its path: ${shown(options)}`, (t) => {
      assertNames(path, () => build(t, options))
    })
  }

  for (const connection of [null, 'redis://localhost', 6379, true, [], [{}], () => {}]) {
    it(`may be the connection itself: ${shown(connection)}`, (t) => {
      assertNames('connection', () => build(t, connection))
    })
  }

  for (const [path, options] of [...bad('ttl', -1), ...bad('keyPrefix', 1), ...bad('foo', 1)]) {
    it(`is named by its path in the second argument: ${shown(options)}`, (t) => {
      assertNames(path, () => build(t, {}, options))
    })
  }

  for (const [kind, client] of Object.entries({
    'a pool': createClientPool(),
    'a cluster': createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] }),
    'a sentinel': createSentinel({ name: 'm', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] }),
    'one without options': { isOpen: true, connect() {} },
    'one with options that are none': { isOpen: true, connect() {}, options: 'redis://127.0.0.1:1' },
  })) {
    it(`is a client whose options cannot be read: ${kind}`, (t) => {
      assertNames('connection', () => build(t, client))
      assertNames('connection', () => build(t, client, { keyPrefix: 'p:' }))
    })
  }

  it('is told without any password', (t) => {
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
      assert.ok(!shown(error).includes(`${secret}`), `${path} shows it`)
    }
  })
})

describe('an option', () => {
  for (const none of [undefined, null]) {
    it(`counts as not given when it is ${none}`, (t) => {
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
      const options = Object.fromEntries(names.map((name) => [name, none]))
      const socket = { host: none, port: none, path: none, tls: none, connectTimeout: none, reconnectStrategy: none }
      assert.ok(build(t, options))
      assert.ok(build(t, { ...options, socket: none }, { ttl: none, keyPrefix: none }))
      assert.ok(build(t, { ...options, socket }))
    })

    it(`brings no warning when it has no meaning here and is ${none}`, async (t) => {
      const warnings = collectWarnings(t)
      const names = Object.keys(WITHOUT_MEANING)
      const options = { ...Object.fromEntries(names.map((name) => [name, none])), socket: { family: none } }
      build(t, options)
      await nextTurn()
      assert.deepEqual(warnings, [])
    })
  }

  it('of node-redis without meaning here is named by the one warning that it brings', async (t) => {
    const warnings = collectWarnings(t)
    build(t, { ...WITHOUT_MEANING, socket: { port: await portOfNobody(), socketTimeout: 1, family: 4 } })
    await nextTurn()
    assert.equal(warnings.length, 1, shown(warnings))
    const named = warnings[0].message.split(': ').at(-1)?.split(', ')
    assertSameMembers(named ?? [], [...Object.keys(WITHOUT_MEANING), 'socket.socketTimeout', 'socket.family'])
  })
})

describe('construction', () => {
  it('does not throw because a server is away, nor does its end', async () => {
    const port = await portOfNobody()
    /** @type {any[][]} */
    const forms = [
      [{ host: '127.0.0.1', port }],
      [{ url: `redis://user:password@127.0.0.1:${port}/3` }, { keyPrefix: 'p:', ttl: 1 }],
      [{ url: 'unix:///nowhere/redis.sock?db=2' }],
      [{ socket: { path: '/nowhere/redis.sock', reconnectStrategy: false } }],
      [{ host: 'no-such-host.invalid', tls: false, socket: { reconnectStrategy: () => 10 } }],
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
