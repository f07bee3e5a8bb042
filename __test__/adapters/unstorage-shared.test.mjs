// @ts-check
// One Redis shared with unstorage/drivers/redis, whose data must stay usable, both ways.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import ourDriver from 'redis-state-adapter/unstorage'
import { createStorage } from 'unstorage'
import theirDriver from 'unstorage/drivers/redis'
import { startRedis } from '../support/redis.mjs'

describe('a Redis shared with unstorage/drivers/redis', () => {
  /** @type {import('../support/redis.mjs').RedisServer} */
  let server
  before(async () => {
    server = await startRedis()
  })
  after(() => server?.stop())

  /** @param {import('node:test').TestContext} t @param {object} options */
  async function both(t, options, ours = {}) {
    const client = await server.client()
    await client.flushDb()
    const common = { url: server.url, ...options }
    const storages = [ourDriver({ ...common, ...ours }), theirDriver(common)].map((driver) =>
      createStorage({ driver: /** @type {any} */ (driver) }),
    )
    t.after(() => Promise.all(storages.map((storage) => storage.dispose())))
    return { client, storages, ways: [storages, [storages[1], storages[0]]] }
  }

  for (const options of [{}, { base: 'cache' }, { base: 'a:b:', ttl: 1000 }, { base: 'cache', scanCount: 7 }]) {
    it(`has the same items with ${JSON.stringify(options)}`, async (t) => {
      const { ways, client } = await both(t, options)
      for (const [from, to] of ways) {
        await from.setItem('/a/b', { n: [1] })
        await from.setItems([
          { key: 'c', value: 'text' },
          { key: 'a:d', value: '2' },
        ])
        assert.deepEqual(await to.getItem('a:b'), { n: [1] })
        assert.deepEqual(await to.getItems(['c', 'a:d', 'none']), await from.getItems(['c', 'a:d', 'none']))
        assert.deepEqual((await to.getKeys()).sort(), ['a:b', 'a:d', 'c'])
        assert.deepEqual((await to.getKeys('a')).sort(), (await from.getKeys('a')).sort())
        await to.removeItem('a:b')
        assert.equal(await from.hasItem('a:b'), false)
        await to.clear()
        assert.deepEqual(await client.keys('*'), [])
      }
    })

    it(`writes the same bytes with ${JSON.stringify(options)}`, async (t) => {
      const { storages, client } = await both(t, options)
      const [ours, theirs] = await Promise.all(
        storages.map(async (/** @type {import('unstorage').Storage} */ storage, at) => {
          await storage.setItem(`x${at}`, { text: 'ü' }, { ttl: 500 })
          const [key] = (await client.keys(`*x${at}`)) ?? []
          return [key.replace(`x${at}`, ''), await client.get(key), await client.ttl(key)]
        }),
      )
      assert.deepEqual(ours.slice(0, 2), theirs.slice(0, 2))
      assert.ok(Math.abs(Number(ours[2]) - Number(theirs[2])) <= 1)
    })
  }

  it('reads raw items of the other driver, and writes them for it if told to', async (t) => {
    const { storages, ways } = await both(t, { base: 'raw' }, { raw: 'base64' })
    for (const [from, to] of ways) {
      await from.setItemRaw('bytes', Buffer.from([0, 255, 1]))
      assert.deepEqual(await to.getItemRaw('bytes'), Buffer.from([0, 255, 1]))
    }
    await storages[1].setItemRaw('text', 'text')
    assert.deepEqual(await storages[0].getItemRaw('text'), Buffer.from('text'))
  })
})
