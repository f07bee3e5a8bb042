// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClient } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import { build, buildFromEnv, closedPort, shown, thrownBy, warningsOf } from './config/building.mjs'
import { bad, cluster, MALFORMED, sentinel, WITHOUT_MEANING } from './config/malformed.mjs'

describe('a malformed option', () => {
  for (const [path, options] of MALFORMED) {
    it(`is named by its path: ${shown(options)}`, (t) => {
      const { message } = thrownBy(() => build(t, options))
      assert.ok(message.includes(path), message)
    })
  }

  for (const connection of [null, 'redis://localhost', 6379, true, [], [{}], () => {}]) {
    it(`may be the connection itself: ${shown(connection)}`, (t) => {
      thrownBy(() => build(t, connection))
    })
  }

  for (const [path, options] of [...bad('ttl', -1), ...bad('keyPrefix', 1), ...bad('foo', 1)]) {
    it(`is named by its path in the second argument: ${shown(options)}`, (t) => {
      const { message } = thrownBy(() => build(t, {}, options))
      assert.ok(message.includes(path), message)
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
      const error = thrownBy(() => build(t, options))
      assert.ok(error.message.includes(path), error.message)
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
      const names = Object.keys(WITHOUT_MEANING)
      const options = { ...Object.fromEntries(names.map((name) => [name, none])), socket: { family: none } }
      assert.deepEqual(await warningsOf(() => build(t, options)), [])
    })
  }

  it('of node-redis without meaning here is named by the one warning that it brings', async (t) => {
    const socket = { port: await closedPort(), socketTimeout: 1, family: 4 }
    const warnings = await warningsOf(() => build(t, { ...WITHOUT_MEANING, socket }))
    assert.equal(warnings.length, 1, shown(warnings))
    for (const name of [...Object.keys(WITHOUT_MEANING), 'socket.socketTimeout', 'socket.family']) {
      assert.ok(warnings[0].includes(name), `${name} is missing: ${warnings[0]}`)
    }
  })

  for (const options of [
    { tls: true },
    { tls: { rejectUnauthorized: false, servername: 'h' } },
    { socket: { tls: true, servername: 'h' } },
    { url: 'rediss://localhost' },
    { sentinel },
    { cluster },
    { cluster: { ...cluster, readFrom: 'any' } },
  ]) {
    it(`that is not built in yet is refused: ${shown(options)}`, (t) => {
      thrownBy(() => build(t, options), 'ERR_UNSUPPORTED')
    })
  }
})

describe('construction', () => {
  it('does not throw because a server is away, nor does its end', async () => {
    const port = await closedPort()
    /** @type {any[][]} */
    const forms = [
      [{ host: '127.0.0.1', port }],
      [{ url: `redis://user:password@127.0.0.1:${port}/3` }, { keyPrefix: 'p:', ttl: 1 }],
      [{ url: 'unix:///nowhere/redis.sock?db=2' }],
      [{ socket: { path: '/nowhere/redis.sock', reconnectStrategy: false } }],
      [{ host: 'no-such-host.invalid', tls: false, socket: { reconnectStrategy: () => 10 } }],
      [createClient({ socket: { host: '127.0.0.1', port } }), { keyPrefix: 'p:' }],
    ]
    for (const args of forms) await new RedisStateAdapter(...args).cleanup()
  })

  it('announces the embedded store once in a process', async (t) => {
    const warnings = await warningsOf(() => [build(t, { url: 'memory:' }), build(t, { url: 'memory:name' })])
    assert.equal(warnings.length, 1, shown(warnings))
    assert.deepEqual(await warningsOf(() => build(t, { url: 'memory:' })), [])
  })
})

describe('fromEnv', () => {
  /** @type {[name: string, ...values: string[]][]} */
  const MALFORMED_NUMBERS = [
    ['REDIS_PORT', 'x', '0', '70000', '1.5', '-1', '6379x', '0x10', ' '],
    ['REDIS_DATABASE', 'x', '-1', '1.5', '1e1'],
    ['STATE_TTL', 'x', '-1', '1.5', 'NaN', 'Infinity', '60s'],
  ]
  for (const [name, ...values] of MALFORMED_NUMBERS) {
    it(`names ${name} when it is no number that it could be`, (t) => {
      for (const value of values) {
        const { message } = thrownBy(() => buildFromEnv(t, { [name]: value }))
        assert.ok(message.includes(name), message)
      }
    })
  }

  it('takes unset and empty variables as not given', (t) => {
    const names = ['URL', 'HOST', 'PORT', 'USERNAME', 'PASSWORD', 'DATABASE'].map((name) => `REDIS_${name}`)
    for (const none of ['', undefined]) {
      const all = [...names, 'STATE_KEY_PREFIX', 'STATE_TTL']
      assert.ok(buildFromEnv(t, Object.fromEntries(all.map((name) => [name, none]))) instanceof RedisStateAdapter)
    }
  })
})
