// @ts-check
// One Redis shared with @keyv/redis, whose data must stay usable, both ways.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import TheirStore, { createKeyv as createTheirs } from '@keyv/redis'
import { Keyv } from 'keyv'
import OurStore, { createKeyv as createOurs } from 'redis-state-adapter/keyv'
import { startCluster } from '../support/cluster.mjs'
import { startRedis } from '../support/redis.mjs'
import { collected } from './support/collected.mjs'

const HOUR = 3_600_000

describe('a Redis shared with @keyv/redis', () => {
  /** @type {import('../support/redis.mjs').RedisServer} */
  let server
  before(async () => {
    server = await startRedis()
  })
  after(() => server?.stop())

  const forms = /** @type {[string, (Store: any, create: any) => any][]} */ ([
    ['new Keyv with the default namespace', (Store) => new Keyv({ store: new Store(server.url) })],
    ['new Keyv with a namespace', (Store) => new Keyv(new Store(server.url), { namespace: 'users' })],
    [
      'new Keyv without a key prefix',
      (Store) => new Keyv(new Store(server.url), { namespace: 'users', useKeyPrefix: false }),
    ],
    ['createKeyv', (_, create) => create(server.url)],
    ['createKeyv with a namespace', (_, create) => create(server.url, { namespace: 'users' })],
    ['createKeyv with a separator', (_, create) => create(server.url, { namespace: 'users', keyPrefixSeparator: '/' })],
  ])
  for (const [name, open] of forms) {
    it(`has the same keys and values with ${name}`, async (t) => {
      const client = await server.client()
      await client.flushDb()
      const [ours, theirs] = [open(OurStore, createOurs), open(TheirStore, createTheirs)]
      t.after(() => Promise.all([ours.disconnect(), theirs.disconnect()]))
      for (const [from, to] of [
        [ours, theirs],
        [theirs, ours],
      ]) {
        const key = randomUUID()
        await from.set(key, { a: [1] }, HOUR)
        await from.setMany([
          { key: `${key}-1`, value: 'text' },
          { key: `${key}-2`, value: 2, ttl: HOUR },
        ])
        assert.deepEqual(await to.get([key, `${key}-1`, `${key}-2`, 'none']), [{ a: [1] }, 'text', 2, undefined])
        assert.deepEqual(await to.has([key, 'none']), [true, false])
        assert.equal(await to.delete(key), true)
        assert.equal(await from.get(key), undefined)
        assert.deepEqual(new Map(await collected(to.iterator())), new Map(await collected(from.iterator())))
        assert.equal(await to.delete([`${key}-1`, 'none']), true)
        await to.clear()
        assert.deepEqual(await client.keys('*'), [])
      }
    })

    it(`writes the same bytes with ${name}`, async (t) => {
      const client = await server.client()
      await client.flushDb()
      const [ours, theirs] = [open(OurStore, createOurs), open(TheirStore, createTheirs)]
      t.after(() => Promise.all([ours.disconnect(), theirs.disconnect()]))
      const stored = async (/** @type {any} */ keyv) => {
        await keyv.set('key', { a: [1, 'ü'] })
        const [key] = await client.keys('*')
        const found = [key, await client.get(key), await client.pTTL(key)]
        await client.flushDb()
        return found
      }
      assert.deepEqual(await stored(ours), await stored(theirs))
    })
  }

  it('has the same names as @keyv/redis, but for the client of node-redis', async () => {
    const [ours, theirs] = await Promise.all([import('redis-state-adapter/keyv'), import('@keyv/redis')])
    const missing = Object.keys(theirs).filter((name) => !(name in ours))
    assert.deepEqual(missing.sort(), ['createClient', 'createCluster', 'createSentinel'])
    const store = new OurStore(server.url)
    const members = Object.getOwnPropertyNames(TheirStore.prototype).filter((name) => !(name in store))
    const internal = ['mget', 'clearWithClusterSupport', 'getSlotMaster', 'getSlotMap', 'setOptions', 'initClient']
    const ofClient = ['isClientCluster', 'isClientSentinel', 'createTimeoutPromise', 'isSentinel', 'getMasterNodes']
    assert.deepEqual(members.sort(), [...internal, ...ofClient].sort())
    assert.deepEqual(Object.keys(store.opts).sort(), Object.keys(new TheirStore(server.url).opts).sort())
    assert.equal(
      ours.RedisErrorMessages.RedisClientNotConnectedThrown,
      theirs.RedisErrorMessages.RedisClientNotConnectedThrown,
    )
  })
})

describe('a cluster shared with @keyv/redis', () => {
  it('has the same keys and values, opened with the same options', async (t) => {
    const cluster = await startCluster()
    t.after(() => cluster.stop())
    const options = { rootNodes: cluster.nodes.map(({ server }) => ({ url: server.url })) }
    const [ours, theirs] = [
      createOurs(options, { namespace: 'users' }),
      createTheirs(/** @type {any} */ (options), { namespace: 'users' }),
    ]
    t.after(() => Promise.all([ours.disconnect(), theirs.disconnect()]))
    const entries = Array.from({ length: 300 }, (_, at) => ({ key: `k${at}`, value: at }))
    const keys = entries.map(({ key }) => key)
    await theirs.setMany(entries)
    assert.deepEqual(
      await ours.get(keys),
      keys.map((_, at) => at),
    )
    assert.equal((await collected(/** @type {any} */ (ours).iterator())).length, 300)
    await ours.clear()
    assert.equal((await theirs.has(keys)).some(Boolean), false)
    await ours.setMany(entries)
    assert.deepEqual(
      await theirs.get(keys),
      keys.map((_, at) => at),
    )
    assert.equal(await ours.delete(keys), true)
    assert.equal((await theirs.has(keys)).some(Boolean), false)
  })
})
