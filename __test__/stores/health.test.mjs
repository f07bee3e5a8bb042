// @ts-check
// What a configuration of stores tells of them: list, health, counts.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { startedCluster } from '../support/cluster.mjs'
import { fill } from '../support/fill.mjs'
import { started, startRedis } from '../support/redis.mjs'
import { startedSentinels } from '../support/sentinel.mjs'
import { loadedStores } from '../support/stores-folder.mjs'
import { until } from '../support/until.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/** @type {import('../support/redis.mjs').RedisServer} */
let server

before(async () => {
  server = await startRedis()
})
after(() => server.stop())

describe('health', () => {
  it('is that of each store: ok, down with its reason, unconfigured (conformance 24)', async (t) => {
    collectWarnings(t)
    const port = await unusedPort()
    const stores = await loadedStores(
      t,
      {
        stores: {
          up: { url: server.url },
          memory: { url: 'memory:' },
          refused: { host: '127.0.0.1', port },
          login: { url: server.url, username: 'nobody', password: 'hunter2' },
          unset: { url: '{env:NOPE}' },
        },
      },
      { env: {} },
    )
    const names = stores.list().map(({ name }) => name)
    // Waiting heals a refused connection, so it counts as down only after the timeout.
    const [refused, ...others] = await Promise.all([
      stores.health({ timeout: 200, names: ['refused'] }),
      stores.health({ timeout: 10_000, names: names.filter((name) => name !== 'refused') }),
    ])
    const health = [...refused, ...others.flat()]
    const shown = health.map(({ name, status, error }) => [name, status, error?.code])
    assert.deepEqual(shown, [
      ['refused', 'down', 'ERR_COMMAND_TIMEOUT'],
      ['up', 'ok', undefined],
      ['memory', 'ok', undefined],
      ['login', 'down', 'ERR_AUTH'],
      ['unset', 'unconfigured', 'ERR_INVALID_CONFIG'],
    ])
    assert.match(health[0].error?.message ?? '', /connection refused/)
    assert.ok((health[1].latency ?? -1) >= 0)
    for (const text of [JSON.stringify(health), inspect(health, { depth: 9 })]) assert.doesNotMatch(text, /hunter2/)
  })

  it('has the role of the server (conformance 24)', async (t) => {
    collectWarnings(t)
    const { port } = server
    const replica = await started(t, ['--replicaof', '127.0.0.1', `${port}`])
    const sentinels = await startedSentinels(t, { replicas: 1 })
    const cluster = await startedCluster(t)
    const stores = await loadedStores(t, {
      stores: {
        primary: { url: server.url },
        replica: { url: replica.url },
        memory: { url: 'memory:' },
        sentinel: { ...sentinels.options },
        cluster: { ...cluster.options },
        down: { host: '127.0.0.1', port: await unusedPort() },
      },
    })
    await stores.health({ timeout: 60_000, names: ['primary', 'replica', 'memory', 'sentinel', 'cluster'] })
    const health = await stores.health({ timeout: 2000 })
    assert.deepEqual(
      health.map(({ name, status, role }) => [name, status, role]),
      [
        ['primary', 'ok', 'primary'],
        ['replica', 'ok', 'replica'],
        ['memory', 'ok', 'memory'],
        ['sentinel', 'ok', 'primary'],
        ['cluster', 'ok', 'cluster'],
        ['down', 'down', undefined],
      ],
    )
    assert.ok(health.slice(0, 5).every(({ latency }) => (latency ?? -1) >= 0))
  })

  it('has no role if the user may not read it, and asks for it once', async (t) => {
    const client = await server.client()
    await client.sendCommand(['ACL', 'SETUSER', 'app', 'reset', 'on', '>pass', '~*', '+get', '+mget', '+ping'])
    await client.sendCommand(['ACL', 'LOG', 'RESET'])
    const stores = await loadedStores(t, {
      stores: { one: { url: server.url, username: 'app', password: 'pass', name: false } },
    })
    for (let probe = 0; probe < 3; probe++) {
      const [{ status, role }] = await stores.health({ timeout: 10_000 })
      assert.deepEqual([status, role], ['ok', undefined])
    }
    const denied = /** @type {any[][]} */ (/** @type {unknown} */ (await client.sendCommand(['ACL', 'LOG'])))
    assert.deepEqual(
      denied.map((entry) => [entry[1], entry[7]]),
      [[1, 'role']],
    )
  })

  it('waits for all stores together no longer than its timeout', async (t) => {
    const frozen = await started(t)
    const stores = await loadedStores(t, {
      stores: { a: { url: frozen.url }, b: { url: frozen.url }, c: { url: server.url } },
    })
    await stores.health()
    frozen.signal('SIGSTOP')
    const health = await stores.health({ timeout: 300 })
    assert.deepEqual(
      health.map(({ status }) => status),
      ['down', 'down', 'ok'],
    )
    assert.equal(health[0].error?.code, 'ERR_COMMAND_TIMEOUT')
  })

  it('of a server that takes more than a second is degraded (conformance 24)', async (t) => {
    const slow = await started(t)
    const stores = await loadedStores(t, { stores: { slow: { url: slow.url } } })
    await stores.health()
    slow.signal('SIGSTOP')
    // The ping is sent at once, and answered when the server goes on.
    setTimeout(() => slow.signal('SIGCONT'), 1100)
    const [{ status, latency }] = await stores.health({ timeout: 60_000 })
    assert.deepEqual([status, (latency ?? 0) > 1000], ['degraded', true])
  })

  it('is of the stores with a role, and of those that are open or named', async (t) => {
    collectWarnings(t)
    const source = { stores: { redis: { url: server.url }, memory: { url: 'memory:' }, other: { url: server.url } } }
    const stores = await loadedStores(t, source, { environments: { default: { main: 'memory' } } })
    const names = async (/** @type {object} */ options) => (await stores.health(options)).map(({ name }) => name)
    assert.deepEqual(await names({}), ['memory'])
    stores.get('redis')
    assert.deepEqual(await names({}), ['redis', 'memory'])
    assert.deepEqual(await names({ names: ['main', 'other', 'memory'] }), ['memory', 'other'])
    await assert.rejects(names({ names: ['nope'] }), { code: 'ERR_INVALID_ARGUMENT', operation: 'StateStores.health' })
    await assert.rejects(names({ timeuot: 1 }), { code: 'ERR_INVALID_ARGUMENT' })
  })
})

it('neither health nor counts open stores in an environment without an entry', async (t) => {
  const source = { stores: { redis: { url: server.url } }, environments: { production: { main: 'redis' } } }
  const stores = await loadedStores(t, source, { env: { NODE_ENV: 'development' } })
  assert.deepEqual([await stores.health(), await stores.counts()], [[], {}])
  assert.equal(stores.list()[0].open, false)
  assert.equal((await stores.health({ names: ['redis'] })).length, 1)
})

it('health and counts of many servers that do not answer take one timeout', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const sockets = /** @type {import('node:net').Socket[]} */ ([])
  silent.on('connection', (socket) => sockets.push(socket))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const { port } = /** @type {import('node:net').AddressInfo} */ (silent.address())
  const names = Array.from({ length: 20 }, (_, index) => `store-${index}`)
  const stores = await loadedStores(t, {
    stores: Object.fromEntries(names.map((name) => [name, { host: '127.0.0.1', port }])),
  })
  const start = performance.now()
  const [health, counts] = await Promise.all([stores.health({ timeout: 1000 }), stores.counts({ timeout: 1000 })])
  const waited = performance.now() - start
  assert.ok(waited < 15_000, `one after the other takes 20 s; waited for ${waited} ms`)
  assert.deepEqual(new Set(health.map(({ status }) => status)), new Set(['down']))
  assert.deepEqual(counts, Object.fromEntries(names.map((name) => [name, null])))
})

it('health is down and counts are unknown while stores close, and after', async (t) => {
  collectWarnings(t)
  const stores = await loadedStores(t, { stores: { redis: { url: server.url }, other: { url: server.url } } })
  await stores.get('redis').connect()
  const checks = Promise.all([stores.health(), stores.counts()])
  const closing = stores.close()
  const later = await stores.health()
  const [health, counts] = await checks
  await closing
  assert.equal(health.length, 2)
  assert.deepEqual(Object.keys(counts), ['redis', 'other'])
  assert.deepEqual(
    later.map(({ status, error }) => [status, error?.code]),
    [
      ['down', 'ERR_CLOSED'],
      ['down', 'ERR_CLOSED'],
    ],
  )
  assert.deepEqual(
    stores.list().map(({ open }) => open),
    [false, false],
  )
})

describe('counts', () => {
  it('are the numbers of all entries of each store, or null (conformance 24)', async (t) => {
    collectWarnings(t)
    const stores = await loadedStores(
      t,
      {
        stores: {
          one: { url: server.url, keyPrefix: 'one:' },
          two: { url: server.url, keyPrefix: 'two:' },
          memory: { url: 'memory:' },
          unset: { url: '{env:NOPE}' },
          down: { host: '127.0.0.1', port: await unusedPort() },
        },
      },
      { env: {} },
    )
    await Promise.all([
      fill(stores.get('one'), 't', 3),
      fill(stores.get('one'), 'a:b', 2),
      fill(stores.get('two'), 't', 7),
    ])
    const items = [{ key: 'lonely', value: 1 }]
    await Promise.all([stores.dapr.state.save('one', items), stores.dapr.state.save('memory', items)])
    const counts = await stores.counts({ timeout: 1000 })
    assert.deepEqual(counts, { one: 6, two: 7, memory: 1, unset: null, down: null })
  })
})

it('a store in memory is never used in place of a server that fails while running (conformance 22)', async (t) => {
  collectWarnings(t)
  const falling = await started(t)
  const source = { stores: { redis: { url: falling.url, commandTimeout: 300 }, memory: { url: 'memory:' } } }
  const environments = { default: { main: 'redis', fallback: 'memory' } }
  const stores = await loadedStores(t, source, { environments })
  await stores.get('main').set('t', 'k', 1)
  await falling.kill()
  await until(async () => (await stores.health({ timeout: 200, names: ['main'] }))[0].status === 'down')
  await assert.rejects(stores.get('main').get('t', 'k'), { code: 'ERR_COMMAND_TIMEOUT' })
  assert.equal(await stores.get('memory').count(), 0)
  await falling.start()
  await until(async () => (await stores.health({ names: ['main'] }))[0].status === 'ok')
})
