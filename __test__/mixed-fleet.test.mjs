// @ts-check
// Instances of the pure-JS adapter and of this one share a Redis, as during a rollout.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it, mock } from 'node:test'
import { RedisStateAdapter as PureAdapter } from '@motiadev/adapter-redis-state'
import { RESP_TYPES } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import { asStored } from './support/as-stored.mjs'
import { assertSameMembers } from './support/members.mjs'
import { startRedis } from './support/redis.mjs'
import { VALUES } from './support/values.mjs'

/** @typedef {PureAdapter | RedisStateAdapter} Adapter */
/** @typedef {import('redis-state-adapter').StateItem} Item */

const prefix = 'fleet:'
const ttl = 100

/** @type {[traceId: string, key: string][]} */
const ids = [
  ['trace', 'key'],
  ['with:colon', 'a:b'],
  ['unicode 日本 😀', 'ключ'],
  ['trailing:', ':leading'],
  ['white space\n', '\t'],
  ['trace', 'a*[?]\\'],
]

/** @type {import('./support/redis.mjs').RedisServer} */
let server
/** @type {import('./support/redis.mjs').Client} */
let client
/** @type {Record<string, Adapter>} */
let fleet

before(async () => {
  // The pure-JS adapter prints to the console.
  for (const method of /** @type {const} */ (['log', 'warn', 'error'])) mock.method(console, method, () => {})
  server = await startRedis()
  client = await server.client()
  fleet = { 'the pure-JS adapter': pure(), 'this adapter': own() }
})

after(async () => {
  await Promise.all(Object.values(fleet).map((adapter) => adapter.cleanup()))
  await server.stop()
})

beforeEach(async () => {
  await client.flushAll()
})

for (const [writerName, readerName] of [
  ['the pure-JS adapter', 'this adapter'],
  ['this adapter', 'the pure-JS adapter'],
]) {
  describe(`what ${writerName} wrote, ${readerName}`, () => {
    /** @type {Adapter} */
    let writer
    /** @type {Adapter} */
    let reader
    before(() => {
      writer = fleet[writerName]
      reader = fleet[readerName]
    })

    for (const [name, value] of VALUES) {
      it(`reads: ${name}`, async () => {
        await writer.set('trace', 'key', value)
        assert.deepEqual(await reader.get('trace', 'key'), asStored(value))
      })
    }

    it('reads and deletes with all kinds of ids', async () => {
      await writeAll(writer)
      assert.equal(await client.dbSize(), ids.length)
      for (const [traceId, key] of ids) assert.deepEqual(await reader.get(traceId, key), { traceId, key })
      for (const [traceId, key] of ids) assert.deepEqual(await reader.delete(traceId, key), { traceId, key })
      assert.equal(await client.dbSize(), 0)
    })

    it('lists', async () => {
      await writeAll(writer)
      for (const traceId of new Set(ids.map(([traceId]) => traceId))) {
        const entries = ids.filter(([id]) => id === traceId).map(([traceId, key]) => ({ traceId, key }))
        assertSameMembers(await reader.getGroup(traceId), entries)
        assertSameMembers(
          await reader.keys(traceId),
          entries.map(({ key }) => key),
        )
        const items = entries.map((value) => ({ groupId: traceId, key: value.key, type: 'object', value }))
        assertSameMembers(await reader.items({ groupId: traceId }), items)
      }
      assertSameMembers(await reader.traceIds(), ['trace', 'with', 'unicode 日本 😀', 'trailing', 'white space\n'])
      assertSameMembers(await reader.items({}), ids.map(itemOfAll))
    })

    it('clears, without other entries', async () => {
      await writeAll(writer)
      await writer.set('trace2', 'key', 1)
      await reader.clear('trace')
      assert.deepEqual(await writer.keys('trace'), [])
      assert.deepEqual(await writer.keys('trace2'), ['key'])
      assert.equal(await client.dbSize(), ids.filter(([traceId]) => traceId !== 'trace').length + 1)
    })

    it('overwrites, with the expiry', async () => {
      await client.setEx(`${prefix}trace:key`, ttl, '1')
      assert.equal(await writer.get('trace', 'key'), 1)
      await reader.set('trace', 'key', 2)
      assert.equal(await writer.get('trace', 'key'), 2)
      assert.equal(await client.ttl(`${prefix}trace:key`), -1)
    })
  })
}

describe('what every method of this adapter wrote, the pure-JS adapter reads', () => {
  it('as plain values (conformance 1 and 17)', async () => {
    const { 'this adapter': writer, 'the pure-JS adapter': reader } = fleet
    assert.ok(writer instanceof RedisStateAdapter)
    await writer.set('t', 'conditioned', { a: [] }, { ifAbsent: true, ttl })
    const found = await writer.getWithMetadata('t', 'conditioned')
    await writer.set('t', 'conditioned', { a: {} }, { ifMatch: found?.etag })
    await writer.setMany('t', { one: 1, two: null })
    await writer.increment('t', 'counter', 5, { ttl })
    await writer.increment('t', 'fields', 0.1, { field: 'a.b' })
    await writer.update('t', 'object', [
      { op: 'set', path: 'list', value: [] },
      { op: 'merge', path: 'inner', value: { big: 2 ** 60, empty: {} } },
    ])
    await writer.transaction('t', (tx) => tx.set('inside', ['ü']).set('passing', 0, { ttl }))
    // Locks and limits are not entries: the other adapter does not list them.
    await writer.lock('t', 'lock', { ttl: '60s' })
    await writer.rateLimit('t', 'limit', { limit: 2, window: '60s' })
    const expected = {
      conditioned: { a: {} },
      one: 1,
      two: null,
      counter: 5,
      fields: { a: { b: 0.1 } },
      object: { list: [], inner: { big: 2 ** 60, empty: {} } },
      inside: ['ü'],
      passing: 0,
    }
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(await reader.get('t', key), value, key)
    assertSameMembers(await reader.keys('t'), Object.keys(expected))
    assert.ok((await reader.traceIds()).every((id) => !id.includes('state__')))
  })
})

describe('the same set by each leaves the same bytes', () => {
  for (const [title, options] of /** @type {const} */ ([
    ['without ttl', {}],
    ['with ttl', { ttl }],
  ])) {
    it(title, async (t) => {
      const adapters = [pure(options), own(options)]
      t.after(() => Promise.all(adapters.map((adapter) => adapter.cleanup())))
      for (const [traceId, key] of ids) {
        for (const [, value] of VALUES) {
          const [expected, actual] = [await written(adapters[0]), await written(adapters[1])]
          assert.deepEqual(actual, expected, JSON.stringify([traceId, key, value]).slice(0, 200))
          assert.deepEqual(actual.text, Buffer.from(JSON.stringify(value)))
          assert.deepEqual(actual.name, Buffer.from(`${prefix}${traceId}:${key}`))

          /** @param {Adapter} adapter */
          async function written(adapter) {
            await client.flushAll()
            await adapter.set(traceId, key, value)
            return theOnlyEntry()
          }
        }
      }
    })
  }
})

/** @param {{ ttl?: number }} [options] */
function pure(options) {
  return new PureAdapter({ url: server.url }, { keyPrefix: prefix, ...options })
}

/** @param {{ ttl?: number }} [options] */
function own(options) {
  return new RedisStateAdapter({ url: server.url }, { keyPrefix: prefix, ...options })
}

/** @param {Adapter} adapter */
async function writeAll(adapter) {
  await Promise.all(ids.map(([traceId, key]) => adapter.set(traceId, key, { traceId, key })))
}

/** Name, text and expiry of the only key on the server, as bytes. */
async function theOnlyEntry() {
  const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  const names = await bytes.keys('*')
  assert.equal(names.length, 1)
  const [name] = names
  const [text, milliseconds] = await Promise.all([bytes.get(name), bytes.pTTL(name)])
  return { name, text, expiry: expiryOf(milliseconds) }
}

/** @param {number} left milliseconds, of which some may have passed since the entry was written */
function expiryOf(left) {
  if (left === -1) return 'none'
  return left > (ttl - 30) * 1000 && left <= ttl * 1000 ? ttl : left / 1000
}

/**
 * An item as `items` without a group lists it: its trace id ends at the first colon.
 *
 * @param {[traceId: string, key: string]} ids
 * @returns {Item}
 */
function itemOfAll([traceId, key]) {
  const [groupId, ...rest] = `${traceId}:${key}`.split(':')
  return { groupId, key: rest.join(':'), type: 'object', value: { traceId, key } }
}
