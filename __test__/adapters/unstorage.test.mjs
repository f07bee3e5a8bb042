// @ts-check
// What unstorage expects of a driver, and what this one has besides.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import redisDriver from 'redis-state-adapter/unstorage'
import { createStorage, prefixStorage, restoreSnapshot, snapshot } from 'unstorage'
import { assertFails } from '../support/assert-fails.mjs'
import { started } from '../support/redis.mjs'
import { until } from '../support/until.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { onEveryPlace } from './support/places.mjs'
import { items, storagesOf } from './unstorage-items.mjs'

onEveryPlace('a driver of unstorage', (getPlace) => {
  const storageOf = storagesOf(getPlace)

  items(getPlace)

  it('reports the changes of all processes to a watch', async () => {
    const { storage, base } = storageOf({ watch: { configure: true } })
    /** @type {string[]} */
    const seen = []
    const unwatch = await storage.watch((event, key) => seen.push(`${event} ${key}`))
    const { storage: other } = storageOf({ base })
    await other.setItem('a', 1)
    await until(() => seen.includes('update a'))
    await other.setItem('b:c', 1, { ttl: 0.05 })
    await until(() => seen.includes('remove b:c'))
    await storage.removeItem('a')
    await until(() => seen.includes('remove a'))
    await unwatch()
    assert.equal(seen[0], 'update a')
  })

  it('goes on after a listener threw, whose exception is not caught', async (t) => {
    const { storage } = storageOf({ watch: { configure: true } })
    const problem = new Error('of the listener')
    /** @type {unknown[]} */
    const uncaught = []
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => uncaught.push(error))
    t.after(() => {
      process.removeAllListeners('uncaughtException')
      for (const other of others) process.on('uncaughtException', other)
    })
    /** @type {string[]} */
    const seen = []
    const unwatch = await storage.watch((event, key) => {
      seen.push(`${event} ${key}`)
      if (seen.length === 1) throw problem
    })
    await storage.setItem('a', 1)
    await until(() => seen.includes('update a'))
    await storage.setItem('b', 1)
    await until(() => seen.includes('update b'))
    await unwatch()
    assert.deepEqual(uncaught, [problem])
  })

  it('reports its own calls without that option, as a driver that does not watch', async () => {
    const { storage } = storageOf()
    /** @type {string[]} */
    const seen = []
    await storage.watch((event, key) => seen.push(`${event} ${key}`))
    await storage.setItem('a', 1)
    await storage.removeItem('a')
    assert.deepEqual(seen, ['update a', 'remove a'])
  })

  it('works with mounts, prefixes and snapshots', async () => {
    const { driver } = storageOf()
    const storage = createStorage().mount('redis', driver)
    await restoreSnapshot(/** @type {any} */ (storage), { 'redis:a': 'text', b: 'in memory' })
    assert.equal(await prefixStorage(storage, 'redis').getItem('a'), 'text')
    assert.deepEqual((await storage.getKeys()).sort(), ['b', 'redis:a'])
    assert.deepEqual(await snapshot(storage, 'redis'), { a: 'text' })
    await storage.clear('redis')
    assert.deepEqual(await storage.getKeys(), ['b'])

    const bytes = Buffer.from([0, 255, 128])
    await storage.setItemRaw('redis:raw', bytes)
    await storage.setItem('redis:a', 'text')
    const taken = await snapshot(storage, 'redis')
    assert.deepEqual(taken, { a: 'text', raw: `base64:${bytes.toString('base64')}` })
    assert.deepEqual(
      (await storage.getItems(['redis:a', 'redis:raw'])).map(({ value }) => value),
      ['text', taken.raw],
    )
    await storage.clear('redis')
    await restoreSnapshot(storage, taken, 'redis')
    assert.deepEqual(await storage.getItemRaw('redis:raw'), bytes)
  })

  it('has items without a base', async (t) => {
    const own = redisDriver(/** @type {any} */ ({ ...getPlace().options }))
    const storage = createStorage({ driver: own })
    t.after(() => storage.dispose())
    const key = randomUUID()
    await storage.setItem(`${key}:a`, 1)
    assert.deepEqual(await storage.getKeys(key), [`${key}:a`])
    await own.clear(key)
    assert.equal(await storage.hasItem(`${key}:a`), false)
  })

  it('leaves a state of the user open, and closes its own', async () => {
    const { storage, driver } = storageOf()
    await storage.dispose()
    await storage.setItem('a', 1)
    assert.equal(driver.getInstance(), getPlace().state)
    const own = redisDriver(/** @type {any} */ ({ ...getPlace().options }))
    const state = own.getInstance()
    assert.ok(state instanceof RedisStateAdapter)
    await own.hasItem('a')
    await own.dispose()
    await own.dispose()
    await assertFails(state.command(['GET', 'a']), 'ERR_CLOSED', { applied: 'no' })
  })
})

describe('the options of a driver of unstorage', () => {
  const wrong = /** @type {[object, RegExp][]} */ ([
    [{ watch: true }, /^new redisDriver: watch: needs a base/],
    [{ base: 'a', watch: { configur: true } }, /watch\.configur: unknown/],
    [{ scanCount: 0 }, /scanCount: expected a whole number from 1/],
    [{ ttl: '60' }, /ttl: expected a number of seconds/],
    [{ raw: 'text' }, /raw: expected one of bytes, base64/],
    [{ keyPrefix: 'a' }, /keyPrefix: this option of ioredis has another form here: write base/],
    [{ retryStrategy: () => 1 }, /retryStrategy: .* write socket: \{ reconnectStrategy \}/],
    [{ clusterOptions: {} }, /clusterOptions: /],
    [{ state: {}, url: 'redis://localhost' }, /url: an option of the state, which is open already/],
  ])
  for (const [options, message] of wrong) {
    it(`are checked when it is made: ${Object.keys(options)}`, () => {
      assert.throws(() => redisDriver(/** @type {any} */ (options)), { code: 'ERR_INVALID_CONFIG', message })
    })
  }

  it('of the state are read by the first call', () => {
    const driver = redisDriver(/** @type {any} */ ({ base: 'a', hots: 'localhost' }))
    assert.throws(() => driver.getInstance(), { code: 'ERR_INVALID_CONFIG', message: /hots: unknown option/ })
  })

  it('may be those of ioredis and of Nitro', async () => {
    const own = { driver: 'redis', lazyConnect: true, maxRetriesPerRequest: null, db: 0, connectionName: 'app' }
    const driver = redisDriver(/** @type {any} */ ({ ...own, port: await unusedPort(), enableOfflineQueue: false }))
    await assertFails(driver.hasItem('a'), 'ERR_CONNECTION')
    await driver.dispose()
  })
})

describe('a watch of a server that does not notify', () => {
  it('rejects, unless it may enable notifications', async (t) => {
    const { url } = await started(t)
    for (const watch of [true, { configure: true }]) {
      const driver = redisDriver({ url, base: 'a', watch })
      const storage = createStorage({ driver })
      const watching = storage.watch(() => {})
      if (watch === true) await assert.rejects(watching, { code: 'ERR_UNSUPPORTED' })
      else await (await watching)()
      await storage.dispose()
    }
  })
})

describe('while Redis is away', () => {
  it('a driver is made without Redis, and its calls reject in time', async () => {
    const url = `redis://127.0.0.1:${await unusedPort()}`
    const driver = redisDriver({ url, commandTimeout: 100, preConnect: true })
    const calls = [
      () => driver.hasItem('a'),
      () => driver.getItem('a'),
      () => driver.getItems([{ key: 'a' }]),
      () => driver.getItemRaw('a'),
      () => driver.getMeta('a'),
      () => driver.getKeys(),
    ]
    const writes = [
      () => driver.setItem('a', 'text'),
      () => driver.setItemRaw('a', 'text'),
      () => driver.removeItem('a'),
    ]
    for (const call of calls) await assert.rejects(call, { code: 'ERR_COMMAND_TIMEOUT' })
    for (const call of writes) await assert.rejects(call, { code: 'ERR_COMMAND_TIMEOUT' })
    await assert.rejects(driver.clear(), { code: 'ERR_COMMAND_TIMEOUT' })
    await driver.dispose()
  })

  it('a watch rejects in time', async () => {
    const url = `redis://127.0.0.1:${await unusedPort()}`
    const storage = createStorage({ driver: redisDriver({ url, base: 'a', commandTimeout: 100, watch: true }) })
    await assertFails(
      storage.watch(() => {}),
      'ERR_COMMAND_TIMEOUT',
    )
    await storage.unwatch()
    await storage.dispose()
  })
})
