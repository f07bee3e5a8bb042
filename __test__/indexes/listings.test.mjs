// @ts-check
// Listings of a trace by its index.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { commandCalls, INDEX, MARKER, membersOf, openIndexed, put, putAll } from '../support/indexed.mjs'
import { open } from '../support/open.mjs'
import { started, startRedis } from '../support/redis.mjs'
import { until } from '../support/until.mjs'
import { VERSIONS } from '../support/versions.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { RedisServer } from '../support/redis.mjs'
 */

/** Texts whose UTF-8 bytes are in this order, which is not that of UTF-16. */
const ORDERED = ['', ' ', 'a', 'a!', 'ab', 'b', '\u007f', '\u0080', 'é', '\uffff', '\u{10000}', '\u{10ffff}']

/** @template T @param {AsyncIterable<T>} iterable */
async function all(iterable) {
  const items = []
  for await (const item of iterable) items.push(item)
  return items
}

/** @param {RedisStateAdapter} state @param {string} traceId @param {string} [prefix] */
async function listingsOf(state, traceId, prefix = '') {
  const keyOf = (/** @type {{ key: string }} */ { key }) => key
  const [byPrefix, scanned, items, query] = await Promise.all([
    state.getByPrefix(traceId, prefix),
    all(state.scan(traceId, { keyPrefix: prefix, pageSize: 3 })),
    state.items({ groupId: traceId }),
    state.query({ groupId: traceId }),
  ])
  return {
    getGroup: await state.getGroup(traceId),
    keys: await state.keys(traceId),
    count: [await state.count(traceId), await state.count(traceId, prefix)],
    byPrefix: byPrefix.map(keyOf),
    scanned: scanned.map(keyOf),
    items: items.map(keyOf),
    query: query.items.map(keyOf).sort(),
  }
}

/** @param {string[]} keys @param {string} [prefix] */
function expectedOf(keys, prefix = '') {
  const withPrefix = keys.filter((key) => key.startsWith(prefix))
  return {
    getGroup: keys,
    keys,
    count: [keys.length, withPrefix.length],
    byPrefix: withPrefix,
    scanned: withPrefix,
    items: keys,
    query: [...keys].sort(),
  }
}

/** @param {TestContext} t @param {string} [program] */
async function setUp(t, program) {
  const server = await startRedis([], program)
  t.after(() => server.stop())
  const client = await server.client()
  await client.set(MARKER, 'ready')
  return { server, client, state: openIndexed(t, { url: server.url }) }
}

/** @type {(readonly [version: string, program: string | undefined])[]} */
const SERVERS = [['the installed server', undefined], ...VERSIONS]

for (const [version, program] of SERVERS) {
  describe(`listings by an index, ${version}`, () => {
    it('return entries in the order of the bytes of their keys', async (t) => {
      const { client, state } = await setUp(t, program)
      await putAll(client, 't', ORDERED.toReversed())
      for (const prefix of ['', 'a', '\u007f', 'é', '\u{10ffff}', 'none']) {
        assert.deepEqual(await listingsOf(state, 't', prefix), expectedOf(ORDERED, prefix), JSON.stringify(prefix))
      }
      assert.deepEqual(await listingsOf(state, 'empty'), expectedOf([]))
    })

    it('return more members than one step reads', async (t) => {
      const { client, state } = await setUp(t, program)
      const keys = range(2500).map((index) => String(index).padStart(4, '0'))
      await putAll(client, 't', keys)
      assert.deepEqual(await listingsOf(state, 't', '1'), expectedOf(keys, '1'))
    })

    it('look at no key of other traces', async (t) => {
      const { client, state } = await setUp(t, program)
      await putAll(client, 't', ['a', 'b'])
      await client.set('motia:state:t:not-indexed', '1')
      const before = await commandCalls(client)
      assert.deepEqual(await listingsOf(state, 't'), expectedOf(['a', 'b']))
      assert.equal((await commandCalls(client)).scan, before.scan)
    })

    it('skip members without an entry, and remove them', async (t) => {
      const { client, state } = await setUp(t, program)
      const keys = range(700).map((index) => String(index).padStart(3, '0'))
      const dead = keys.filter((_, index) => index % 3 === 0)
      const live = keys.filter((_, index) => index % 3 !== 0)
      for (const list of ['getGroup', 'keys', 'count', 'getByPrefix', 'items', 'scan']) {
        await putAll(client, list, keys)
        await client.unlink(dead.map((key) => `motia:state:${list}:${key}`))
      }
      assert.deepEqual(await state.getGroup('getGroup'), live)
      assert.deepEqual(await state.keys('keys'), live)
      assert.equal(await state.count('count'), live.length)
      assert.equal((await state.getByPrefix('getByPrefix', '')).length, live.length)
      assert.equal((await state.items({ groupId: 'items' })).length, live.length)
      assert.equal((await all(state.scan('scan'))).length, live.length)
      for (const list of ['getGroup', 'keys', 'count', 'getByPrefix', 'items', 'scan']) {
        // One sweep runs at a time, so that listings that overlap remove the members later.
        await until(async () => {
          assert.deepEqual(await state.keys(list), live)
          return (await membersOf(client, list)).length === live.length
        })
        assert.deepEqual(await membersOf(client, list), live)
      }
    })
  })
}

describe('listings by an index', () => {
  it('remove no member only because its value was not read', async (t) => {
    const { client, state } = await setUp(t)
    await putAll(client, 't', ['dead', 'other-type'])
    await client.unlink(['motia:state:t:dead', 'motia:state:t:other-type'])
    // MGET returns nil for it, as for an entry that is gone and back before the sweep.
    await client.lPush('motia:state:t:other-type', 'element')
    assert.deepEqual(await state.getGroup('t'), [])
    await until(async () => (await membersOf(client, 't')).length === 1)
    assert.deepEqual(await membersOf(client, 't'), ['other-type'])
  })

  it('scan all keys until the marker is there', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.set('motia:state:t:old', '1')
    const state = openIndexed(t, { url: server.url })
    assert.deepEqual(await state.keys('t'), ['old'])
    await client.set(MARKER, 'ready')
    assert.deepEqual(await state.keys('t'), [])
  })

  it('rely on indexes at once if the database was empty', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const state = openIndexed(t, { url: server.url })
    assert.deepEqual(await state.keys('t'), [])
    assert.equal(await client.get(MARKER), 'ready')
    await client.set('motia:state:t:not-indexed', '1')
    assert.deepEqual(await state.keys('t'), [])
  })

  it('read the marker again on a new connection', async (t) => {
    const { server, client, state } = await setUp(t)
    await client.set('motia:state:t:not-indexed', '1')
    assert.deepEqual(await state.keys('t'), [])
    await client.flushAll()
    await client.set('motia:state:t:not-indexed', '1')
    assert.deepEqual(await state.keys('t'), [])
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
    await until(async () => (await state.keys('t')).length === 1)
    assert.deepEqual(await openIndexed(t, { url: server.url }).keys('t'), ['not-indexed'])
  })

  it('scan all keys if the key of the index is another one', async (t) => {
    const { client, state } = await setUp(t)
    await client.set(`${INDEX}t`, 'no index')
    await client.set('motia:state:t:k', '"k"')
    assert.deepEqual(await listingsOf(state, 't'), expectedOf(['k']))
    await assertFails(state.reindex(), 'ERR_WRONG_TYPE')
  })

  it('scan all keys, with one warning, if the server may evict the index', async (t) => {
    const warnings = collectWarnings(t)
    const { client, state } = await setUp(t)
    await client.configSet('maxmemory-policy', 'allkeys-lru')
    await client.set('motia:state:t:k', '"k"')
    assert.deepEqual(await listingsOf(state, 't'), expectedOf(['k']))
    await until(() => warnings.length > 0)
    assert.equal(warnings.length, 1)
    assert.match(warnings[0].message, /maxmemory-policy/)
  })

  it('of all traces include entries that are not indexed', async (t) => {
    const { client, state } = await setUp(t)
    await put(client, 't', 'a', 1)
    await client.set('motia:state:u:b', '2')
    assert.deepEqual((await state.traceIds()).sort(), ['t', 'u'])
    assert.equal((await state.items()).length, 2)
    assert.equal((await state.query()).items.length, 2)
    assert.equal(await state.count(), 2)
  })

  it('of other adapters do not show the indexes', async (t) => {
    const { server, client } = await setUp(t)
    await put(client, 't', 'a', 1)
    const others = open(t, { url: server.url })
    assert.deepEqual(await others.traceIds(), ['t'])
    assert.equal(await others.count(), 1)
    assert.deepEqual(await open(t, { url: server.url, keyPrefix: 'motia:' }).traceIds(), ['state'])
  })

  it('continue a scan whose index is no longer usable', async (t) => {
    const { client, state } = await setUp(t)
    const keys = range(40).map((index) => String(index).padStart(2, '0'))
    await putAll(client, 't', keys)
    const seen = []
    for await (const { key } of state.scan('t', { pageSize: 4 })) {
      seen.push(key)
      if (seen.length === 6) await client.set(`${INDEX}t`, 'no index')
    }
    assert.deepEqual(seen.slice(0, 8), keys.slice(0, 8))
    assert.deepEqual(seen.sort(), keys)
  })

  it('read no page of a scan before it is needed', async (t) => {
    const { client, state } = await setUp(t)
    await putAll(
      client,
      't',
      range(100).map((index) => String(index)),
    )
    await state.count('t')
    const before = await commandCalls(client)
    const pages = state.scan('t', { pageSize: 10 })[Symbol.asyncIterator]()
    await pages.next()
    await state.count('t')
    const after = await commandCalls(client)
    assert.equal(after.zrange - before.zrange, 3, 'this page, the next one, and count')
    await pages.return?.()
  })
})
