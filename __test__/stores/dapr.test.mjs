// @ts-check
// The state API of Dapr's client, without a sidecar.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { RedisStateError } from 'redis-state-adapter'
import { startCluster } from '../support/cluster.mjs'
import { startRedis } from '../support/redis.mjs'
import { loadedStores } from '../support/stores-folder.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/** @type {import('../support/redis.mjs').RedisServer} */
let server

before(async () => {
  server = await startRedis()
})
after(() => server.stop())

/** @param {import('node:test').TestContext} t @param {object} [options] of the store on Redis */
async function load(t, options = {}) {
  collectWarnings(t)
  const client = await server.client()
  await client.flushAll()
  const stores = await loadedStores(t, {
    stores: { redis: { url: server.url, ...options }, memory: { url: 'memory:' } },
  })
  return { stores, client, state: stores.dapr.state }
}

for (const name of ['redis', 'memory']) {
  describe(`stores.dapr.state on ${name}`, () => {
    it('saves and reads values, whatever they are', async (t) => {
      const { state } = await load(t)
      const values = [0, false, '', null, 'text', '{"a":1}', { a: [1, { b: null }] }, []]
      const items = values.map((value, index) => ({ key: `k${index}`, value }))
      assert.deepEqual(await state.save(name, items), {})
      assert.deepEqual(await Promise.all(items.map(({ key }) => state.get(name, key))), values)
      assert.equal(await state.get(name, 'missing'), '')
      assert.deepEqual(await state.save(name, [{ key: 'no value' }]), {})
      assert.equal(await state.get(name, 'no value'), null)
    })

    it('reads many, in the order of the keys, with etags', async (t) => {
      const { state } = await load(t)
      await state.save(name, [
        { key: 'a', value: 1 },
        { key: 'b:c', value: 2 },
      ])
      const [b, missing, a] = await state.getBulk(name, ['b:c', 'missing', 'a'], { parallelism: 2 })
      assert.deepEqual([b.data, missing, a.data], [2, { key: 'missing' }, 1])
      assert.match(a.etag ?? '', /^[0-9a-f]{40}$/)
    })

    it('has the entries of the store itself', async (t) => {
      const { state, stores } = await load(t)
      await state.save(name, [{ key: 'session:user', value: 1 }])
      assert.equal(await stores.get(name).get('session', 'user'), 1)
      await stores.get(name).set('session', 'other', 2)
      assert.equal(await state.get(name, 'session:other'), 2)
    })

    it('writes with an etag, or the first time only, or the last (conformance 8, 10)', async (t) => {
      const { state } = await load(t)
      await state.save(name, [{ key: 'k', value: 1 }])
      const [{ etag }] = await state.getBulk(name, ['k'])
      assert.deepEqual(await state.save(name, [{ key: 'k', value: 2, etag }]), {})
      const stale = await state.save(name, [{ key: 'k', value: 3, etag: { value: /** @type {string} */ (etag) } }])
      assert.ok(stale.error instanceof RedisStateError)
      assert.equal(stale.error.code, 'ERR_CONFLICT')
      const last = { concurrency: /** @type {const} */ (2) }
      assert.deepEqual(await state.save(name, [{ key: 'k', value: 4, etag, options: last }]), {})
      for (const concurrency of /** @type {const} */ ([1, 'first-write'])) {
        const item = { key: `first ${concurrency}`, value: 1, options: { concurrency } }
        assert.deepEqual(await state.save(name, [item]), {})
        assert.ok((await state.save(name, [item])).error)
      }
      assert.ok((await state.delete(name, 'k', { etag })).error)
      assert.equal(await state.get(name, 'k'), 4)
      assert.deepEqual(await state.delete(name, 'k'), {})
      assert.deepEqual(await state.delete(name, 'k'), {})
      assert.equal(await state.get(name, 'k'), '')
    })

    it('sets the expiry of ttlInSeconds, of the item or of the call (conformance 14)', async (t) => {
      const { state, stores } = await load(t)
      const ttlOf = (/** @type {string} */ key) => stores.get(name).ttl('t', key)
      const ttl = { ttlInSeconds: '100' }
      await state.save(name, [
        { key: 't:a', value: 1, metadata: ttl },
        { key: 't:b', value: 1 },
      ])
      await state.save(
        name,
        [
          { key: 't:c', value: 1 },
          { key: 't:d', value: 1, metadata: { ttlInSeconds: -1 } },
        ],
        { metadata: ttl },
      )
      const seconds = (await Promise.all(['a', 'b', 'c', 'd'].map(ttlOf))).map((one) => (one ?? 0) > 90)
      assert.deepEqual(seconds, [true, false, true, false])
      const { error } = await state.save(name, [{ key: 'k', value: 1, metadata: { ttlInSeconds: 'soon' } }])
      assert.match(String(error), /stateObjects\[0\]\.metadata\.ttlInSeconds: expected whole seconds/)
    })

    it('executes all operations of a transaction, or none (conformance 13)', async (t) => {
      const { state } = await load(t)
      await state.save(name, [{ key: 'old', value: 'old' }])
      const [{ etag }] = await state.getBulk(name, ['old'])
      await state.transaction(name, [
        { operation: 'upsert', request: { key: 'a', value: 1 } },
        { operation: 'upsert', request: { key: 'x:b', value: 2, metadata: { ttlInSeconds: '100' } } },
        { operation: 'delete', request: { key: 'old', etag: { value: /** @type {string} */ (etag) } } },
      ])
      assert.deepEqual(
        (await state.getBulk(name, ['a', 'x:b', 'old'])).map(({ data }) => data),
        [1, 2, undefined],
      )
      const failing = state.transaction(name, [
        { operation: 'upsert', request: { key: 'a', value: 5 } },
        { operation: 'delete', request: { key: 'a', etag } },
      ])
      await assert.rejects(failing, { code: 'ERR_CONFLICT' })
      assert.equal(await state.get(name, 'a'), 1)
      await state.transaction(name)
      const wrong = state.transaction(name, [{ operation: 'put', request: { key: 'a' } }])
      await assert.rejects(wrong, /operations\[0\]\.operation: expected upsert or delete/)
    })

    it('queries the entries of the store, in pages (conformance 20)', async (t) => {
      const { state, stores } = await load(t)
      const items = Array.from({ length: 12 }, (_, n) => ({
        key: n % 2 ? `k${n}` : `t:k${n}`,
        value: { n, even: n % 2 === 0 },
      }))
      await state.save(name, items)
      await stores.get('memory').set('elsewhere', 'k', { even: 'no' })
      const query = { filter: { EQ: { even: true } }, sort: [{ key: 'n', order: 'DESC' }], page: { limit: 4 } }
      const first = await state.query(name, query)
      assert.deepEqual(
        first.results.map(({ key, data }) => [key, data.n]),
        [
          ['t:k10', 10],
          ['t:k8', 8],
          ['t:k6', 6],
          ['t:k4', 4],
        ],
      )
      assert.match(first.results[0].etag, /^[0-9a-f]{40}$/)
      const second = await state.query(name, {
        ...query,
        page: { limit: 4, token: /** @type {string} */ (first.token) },
      })
      assert.deepEqual([second.results.length, second.token], [2, undefined])
      assert.equal((await state.query(name, { filter: {} })).results.length, name === 'memory' ? 13 : 12)
      assert.deepEqual(await state.query(name, { filter: { EQ: { n: 100 } } }), { results: [] })
      await assert.rejects(state.query(name, { filter: { LIKE: {} } }), { code: 'ERR_INVALID_ARGUMENT' })
    })

    it('rejects conditions, expiries and lists that it cannot read, and writes nothing', async (t) => {
      const { state } = await load(t)
      await state.save(name, [{ key: 'k', value: 1 }])
      const wrong = [
        ...['firstwrite', 'FIRST_WRITE', '1', 3, true].map((concurrency) => ({ options: { concurrency } })),
        ...[{}, { value: null }, { etag: 'x' }].map((etag) => ({ etag })),
        ...[' ', true, [], [5], '0x10', '1e3', '1.5'].map((ttlInSeconds) => ({ metadata: { ttlInSeconds } })),
      ]
      for (const more of wrong) {
        const item = /** @type {any} */ ({ key: 'k', value: 2, ...more })
        const { error } = await state.save(name, [item])
        assert.equal(/** @type {any} */ (error)?.code, 'ERR_INVALID_ARGUMENT', JSON.stringify(more))
        await assert.rejects(state.transaction(name, [{ operation: 'upsert', request: item }]), /operations\[0\]/)
        if ('metadata' in more) continue
        const removed = await state.delete(
          name,
          'k',
          /** @type {any} */ ({ ...more, .../** @type {any} */ (more).options }),
        )
        assert.equal(/** @type {any} */ (removed.error)?.code, 'ERR_INVALID_ARGUMENT', JSON.stringify(more))
      }
      assert.equal(await state.get(name, 'k'), 1)
      for (const keys of ['abc', undefined, {}])
        await assert.rejects(state.getBulk(name, /** @type {any} */ (keys)), { code: 'ERR_INVALID_ARGUMENT' })
    })

    it('returns the errors of save and delete, and throws the others', async (t) => {
      const { state } = await load(t)
      assert.match(String((await state.save('nope', [])).error), /there is no store or role "nope"/)
      assert.match(String((await state.delete('nope', 'k')).error), /there is no store or role "nope"/)
      await assert.rejects(state.get('nope', 'k'), { code: 'ERR_INVALID_ARGUMENT' })
      await assert.rejects(state.getBulk('nope', ['k']), { code: 'ERR_INVALID_ARGUMENT' })
      await assert.rejects(state.transaction('nope', []), { code: 'ERR_INVALID_ARGUMENT' })
      await assert.rejects(state.query('nope', {}), { code: 'ERR_INVALID_ARGUMENT' })
      for (const items of [5, [null], [{ key: 5 }], [{ key: 'k', value: 1n }]]) {
        const { error } = await state.save(name, /** @type {any} */ (items))
        assert.ok(error instanceof RedisStateError, String(error))
        assert.equal(error.code, 'ERR_INVALID_ARGUMENT')
      }
    })
  })
}

describe('the Redis key of a key of stores.dapr', () => {
  /** @type {[keyPrefix: string | false, key: string][]} */
  const cases = [
    ['cache:', 'cache:k'],
    ['a:b:', 'a:b:k'],
    ['billing||', 'billing||:k'],
    [false, ':k'],
  ]
  for (const [keyPrefix, key] of cases) {
    it(`with the prefix ${keyPrefix} is ${key} (conformance 23)`, async (t) => {
      const { state, client } = await load(t, { keyPrefix, hashTags: keyPrefix === 'a:b:', strictTraceIds: true })
      await state.save('redis', [{ key: 'k', value: { a: 1 } }])
      assert.deepEqual(await client.keys('*'), [key])
      assert.equal(await client.get(key), '{"a":1}')
    })
  }

  it('without a prefix has no queries', async (t) => {
    const { state } = await load(t, { keyPrefix: false })
    await assert.rejects(state.query('redis', {}), { code: 'ERR_UNSUPPORTED' })
  })
})

it('on a cluster, a transaction of several keys rejects before anything is sent (conformance 13)', async (t) => {
  const cluster = await startCluster()
  t.after(() => cluster.stop())
  const stores = await loadedStores(t, { stores: { one: { ...cluster.options } } })
  const { state } = stores.dapr
  const upsert = (/** @type {string} */ key) => ({ operation: 'upsert', request: { key, value: 1 } })
  await state.transaction('one', [upsert('a')])
  await assert.rejects(state.transaction('one', [upsert('b'), upsert('c')]), { code: 'ERR_UNSUPPORTED' })
  assert.deepEqual(
    (await state.getBulk('one', ['a', 'b', 'c'])).map(({ data }) => data),
    [1, undefined, undefined],
  )
  assert.deepEqual(await stores.counts(), { one: 1 })
})
