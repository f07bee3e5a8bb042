// @ts-check
// Stores by name: how they open, close and are announced.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { StateStores } from 'redis-state-adapter'
import { errorOf } from '../support/error-of.mjs'
import { started, startRedis } from '../support/redis.mjs'
import { loadedStores } from '../support/stores-folder.mjs'
import { until } from '../support/until.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/** @type {import('../support/redis.mjs').RedisServer} */
let server

before(async () => {
  server = await startRedis()
  const client = await server.client()
  await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', '+@all'])
})
after(() => server.stop())

describe('stores by name', () => {
  it('are independent: server, database, prefix, ttl and credentials of their own (conformance 21)', async (t) => {
    const client = await server.client()
    const stores = await loadedStores(t, {
      stores: {
        agents: { url: `${server.url}/1` },
        cache: { url: server.url, database: 2, ttl: 3600, keyPrefix: 'c:' },
        private: { url: server.url, database: 2, username: 'ada', password: 'ada-word' },
        other: { url: server.url, database: 2 },
      },
    })
    const values = ['agents', 'cache', 'private', 'other']
    await Promise.all(values.map((name) => stores.get(name).set('t', 'k', name)))
    assert.deepEqual(await Promise.all(values.map((name) => stores.get(name).get('t', 'k'))), values)
    assert.deepEqual(await Promise.all(values.map((name) => stores.get(name).traceIds())), Array(4).fill(['t']))
    await client.select(2)
    assert.deepEqual((await client.keys('*')).sort(), ['c:t:k', 'other:t:k', 'private:t:k'])
    assert.ok((await stores.get('cache').ttl('t', 'k')) ?? 0 > 3590)
    assert.equal(await stores.get('other').ttl('t', 'k'), -1)
  })

  it('open when they are first needed, and give the same adapter each time', async (t) => {
    const stores = await loadedStores(t, { stores: { one: { url: server.url }, two: { url: server.url } } })
    const open = () => stores.list().map(({ open }) => open)
    assert.deepEqual(open(), [false, false])
    const one = stores.get('one')
    assert.equal(stores.get('one'), one)
    assert.deepEqual(open(), [true, false])
    await stores.close()
    await assert.rejects(one.get('t', 'k'), { code: 'ERR_CLOSED' })
    assert.throws(() => stores.get('one'), { code: 'ERR_CLOSED', operation: 'StateStores.get' })
    await stores.close()
  })

  it('that do not exist reject with their names and the nearest one (conformance 21)', async (t) => {
    const environments = { default: { jobs: 'workers' } }
    const stores = await loadedStores(t, { stores: { cache: { url: 'memory:' }, workers: {} } }, { environments })
    const { code, message } = await errorOf(() => stores.get('cahce'))
    assert.equal(code, 'ERR_INVALID_ARGUMENT')
    assert.match(message, /the stores are cache, workers; the roles of .* are jobs\. Did you mean cache\?$/)
    await errorOf(() => stores.get(/** @type {any} */ (undefined)))
    await errorOf(() => stores.get('__proto__'))
  })

  it('are closed by disposal', async () => {
    const stores = await StateStores.load({ stores: { one: { url: 'memory:' } } })
    const one = stores.get('one')
    await stores[Symbol.asyncDispose]()
    await assert.rejects(one.get('t', 'k'), { code: 'ERR_CLOSED' })
  })

  it('close after an invalid option of close was rejected', async () => {
    const stores = await StateStores.load({ stores: { one: { url: 'memory:' } } })
    const one = stores.get('one')
    const wrong = { code: 'ERR_INVALID_ARGUMENT', operation: 'StateStores.close' }
    await assert.rejects(stores.close({ timeout: -1 }), wrong)
    assert.equal(stores.get('one'), one)
    await Promise.all([stores.close({ timeout: 10 }), stores.close()])
    await assert.rejects(one.get('t', 'k'), { code: 'ERR_CLOSED' })
    assert.equal(stores.list()[0].open, false)
  })

  it('close at once if close is called again with a shorter timeout', async (t) => {
    const frozen = await started(t)
    const stores = await StateStores.load({ stores: { one: { url: frozen.url, commandTimeout: 100_000 } } })
    const one = stores.get('one')
    await one.connect()
    frozen.signal('SIGSTOP')
    const pending = one.get('t', 'k')
    const closing = stores.close()
    await stores.close({ timeout: 0 })
    await Promise.all([assert.rejects(pending, { code: 'ERR_CLOSED' }), closing])
  })

  it('have methods that work without the object, and errors with the line of the caller', async (t) => {
    const stores = await loadedStores(t, { stores: { one: { url: 'memory:' } } })
    const { get, list, dapr } = stores
    assert.equal(get('one'), stores.get('one'))
    assert.equal(list().length, 1)
    const failing = [
      () => stores.get('two'),
      () => StateStores.load('/no/such/folder'),
      () => stores.health({ names: ['two'] }),
      () => dapr.state.get('two', 'k'),
    ]
    for (const fails of failing) assert.match((await errorOf(fails)).stack ?? '', /^.*\n +at .*load\.test\.mjs:/)
  })

  it('can have any name, role and environment, also those of members of every object', async (t) => {
    collectWarnings(t)
    const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty']
    const stores = Object.fromEntries(names.map((name) => [name, { url: 'memory:' }]))
    const roles = Object.fromEntries(names.map((name, index) => [`${name}`, names[(index + 1) % 4]]))
    for (const environment of names) {
      const environments = Object.fromEntries([[environment, roles]])
      const loaded = await loadedStores(t, { stores }, { environments, environment })
      for (const [index, name] of names.entries()) await loaded.get(name).set('t', 'k', index)
      const counts = await loaded.counts()
      assert.deepEqual(Object.keys(counts), names)
      assert.deepEqual(Object.values(counts), [1, 1, 1, 1])
      assert.deepEqual(loaded.list()[0].roles, ['hasOwnProperty'])
      await loaded.dapr.state.save('__proto__', [{ key: '__proto__', value: 1 }])
      assert.deepEqual(await loaded.dapr.state.getBulk('__proto__', ['toString']), [{ key: 'toString' }])
    }
    assert.equal(/** @type {any} */ ({}).url, undefined)
    const { dapr } = await loadedStores(t, { stores: {} })
    for (const name of names) await assert.rejects(dapr.state.get(name, 'k'), { code: 'ERR_INVALID_ARGUMENT' })
  })

  it('are made by load only', () => {
    // @ts-expect-error
    assert.throws(() => new StateStores(), { code: 'ERR_UNSUPPORTED' })
  })

  it('in memory share nothing, and are announced by name (conformance 22)', async (t) => {
    const warnings = collectWarnings(t)
    const stores = await loadedStores(t, { stores: { one: { url: 'memory:' }, two: { type: 'memory' } } })
    await stores.get('one').set('t', 'k', 1)
    assert.equal(await stores.get('two').get('t', 'k'), null)
    const texts = () => warnings.map(({ message }) => message).join('\n')
    await until(() => texts().includes('the store one is in memory') && texts().includes('the store two is in memory'))
  })

  /** @type {[title: string, one: object, other: object, isSame: boolean][]} */
  const pairs = [
    ['the same host', { host: 'h' }, { host: 'h' }, true],
    ['a url and a host', { url: 'redis://:word@h/2' }, { host: 'h', port: 6379, database: 2 }, true],
    ['a url and its default', { url: 'redis://h:6379/0' }, { url: 'redis://h' }, true],
    ['a url and an option that overrides it', { url: 'redis://h/1', database: 3 }, { url: 'redis://h/3' }, true],
    ['another database', { url: 'redis://h/1' }, { host: 'h' }, false],
    ['another port', { url: 'redis://h:1' }, { url: 'redis://h:2' }, false],
    ['private memories', { url: 'memory:' }, { url: 'memory:' }, false],
    ['a named memory', { url: 'memory:x' }, { url: 'memory:x' }, true],
    [
      'the nodes of a cluster in another order',
      {
        cluster: {
          nodes: [
            { host: 'a', port: 1 },
            { host: 'b', port: 1 },
          ],
        },
      },
      {
        cluster: {
          nodes: [
            { host: 'b', port: 1 },
            { host: 'a', port: 1 },
          ],
        },
      },
      true,
    ],
  ]
  for (const [title, one, other, isSame] of pairs) {
    it(`with the same entries are announced, and no others: ${title}`, async (t) => {
      const warnings = collectWarnings(t)
      const last = { host: 'last', keyPrefix: 'y:' }
      const stores = { one: { ...one, keyPrefix: 'x:' }, two: { ...other, keyPrefix: 'x:' }, three: last, four: last }
      await loadedStores(t, { stores })
      const has = (/** @type {string} */ text) => warnings.some(({ message }) => message.includes(text))
      await until(() => has('three and four have the same entries'))
      assert.equal(has('one and two have the same entries'), isSame)
    })
  }
})
