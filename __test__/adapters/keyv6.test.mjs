// @ts-check
// What Keyv 6 expects of a store, and of itself with it.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import { detectKeyvStorage, Keyv, KeyvMemoryAdapter, keyvStorageCapability } from 'keyv6'
import { KeyvRedis } from 'redis-state-adapter/keyv'
import { until } from '../support/until.mjs'
import { collected } from './support/collected.mjs'
import { onEveryPlace } from './support/places.mjs'

const HOUR = 3_600_000

onEveryPlace('a store of Keyv 6', (getPlace) => {
  /** A store that Keyv 6 has taken. @param {string} [namespace] */
  function storeOf(namespace = randomUUID()) {
    const store = new KeyvRedis(getPlace().state, { namespace })
    assert.equal(store.capabilities.expires, true)
    return store
  }

  it('has the capabilities that Keyv finds in it', () => {
    const store = storeOf()
    assert.deepEqual(store.capabilities, keyvStorageCapability(store))
    assert.equal(detectKeyvStorage(store).store, 'keyvStorage')
  })

  it('is taken as it is, without a bridge', () => {
    const store = new KeyvRedis(getPlace().state)
    assert.equal(new Keyv({ store }).store, store)
    assert.equal(new Keyv(store).store, store)
  })

  it('writes, reads and removes a value', async () => {
    const store = storeOf()
    assert.equal(await store.get('a'), undefined)
    assert.equal(await store.has('a'), false)
    assert.equal(await store.delete('a'), false)
    assert.equal(await store.set('a', 'text'), true)
    assert.equal(await store.get('a'), 'text')
    assert.equal(await store.has('a'), true)
    assert.equal(await store.delete('a'), true)
    assert.equal(await store.get('a'), undefined)
    assert.equal(await store.has('a'), false)
  })

  it('has all calls for many keys, in their order', async () => {
    const store = storeOf()
    const entries = ['a', 'b', 'c'].map((key) => ({ key, value: `value of ${key}` }))
    assert.deepEqual(await store.setMany(entries), [true, true, true])
    assert.deepEqual(await store.getMany(['c', 'none', 'a']), ['value of c', undefined, 'value of a'])
    assert.deepEqual(await store.hasMany(['a', 'none', 'b']), [true, false, true])
    assert.deepEqual(await store.deleteMany(['a', 'none', 'b']), [true, false, true])
    assert.deepEqual(await store.deleteMany(['a', 'none', 'b']), [false, false, false])
    assert.deepEqual(await store.getMany(['a', 'b', 'c']), [undefined, undefined, 'value of c'])
  })

  it('accepts no keys at all', async () => {
    const store = storeOf()
    assert.deepEqual(await store.setMany([]), [])
    assert.deepEqual(await store.getMany([]), [])
    assert.deepEqual(await store.hasMany([]), [])
    assert.deepEqual(await store.deleteMany([]), [])
  })

  it('takes the end of a value, and not its ttl', async () => {
    const store = storeOf()
    await store.set('a', 'text', Date.now() + HOUR)
    await store.setMany([
      { key: 'b', value: 'text', expires: Date.now() + HOUR },
      { key: 'c', value: 'text' },
    ])
    const left = await Promise.all(['a', 'b', 'c'].map((key) => lifeOf(`${store.namespace}::${key}`)))
    for (const life of left.slice(0, 2)) assert.ok(life > HOUR - 60_000 && life <= HOUR, `${life}`)
    assert.equal(left[2], -1)
  })

  it('has values end', async () => {
    const store = storeOf()
    await store.setMany([
      { key: 'a', value: 'text', expires: Date.now() + 100 },
      { key: 'b', value: 'text' },
    ])
    await until(async () => (await store.get('a')) === undefined)
    assert.deepEqual(await store.hasMany(['a', 'b']), [false, true])
  })

  it('removes a value that has ended already', async () => {
    const store = storeOf()
    await store.set('a', 'before')
    assert.equal(await store.set('a', 'after', Date.now() - 1), true)
    assert.equal(await store.get('a'), undefined)
    await store.set('b', 'before')
    assert.deepEqual(await store.setMany([{ key: 'b', value: 'after', expires: Date.now() - 1 }]), [true])
    assert.equal(await store.get('b'), undefined)
  })

  it('clears and iterates over its namespace only, also without an argument', async () => {
    const [store, other] = [storeOf(), storeOf()]
    const entries = Array.from({ length: 250 }, (_, at) => ({ key: `k${at}`, value: `v${at}` }))
    await store.setMany(entries)
    await other.set('k0', 'other')
    const found = await collected(store.iterator())
    assert.deepEqual(new Map(found), new Map(entries.map(({ key, value }) => [key, value])))
    await store.clear()
    assert.deepEqual(await collected(store.iterator()), [])
    assert.deepEqual(await collected(other.iterator(other.namespace)), [['k0', 'other']])
  })

  it('has a namespace that can be set and removed', () => {
    const store = new KeyvRedis(getPlace().state)
    assert.equal(store.namespace, undefined)
    store.namespace = 'a'
    assert.equal(store.namespace, 'a')
    store.namespace = undefined
    assert.equal(store.namespace, undefined)
  })

  it('disconnects', () => storeOf().disconnect())

  /** @param {string} key */
  async function lifeOf(key) {
    return Number(await getPlace().state.command(['PTTL', key]))
  }

  /** @param {object} [options] */
  function keyvOf(options) {
    const keyv = new Keyv({ store: new KeyvRedis(getPlace().state), namespace: randomUUID(), ...options })
    keyv.on('error', (error) => assert.fail(error))
    return keyv
  }

  it('does for Keyv what its own store does', async () => {
    const own = new Keyv({ store: new KeyvMemoryAdapter(new Map()), namespace: 'a' })
    const [expected, actual] = [await answersOf(own), await answersOf(keyvOf())]
    assert.deepEqual(actual, expected)
  })

  it('keeps every kind of value', async () => {
    const keyv = keyvOf()
    const values = [
      false,
      null,
      0,
      { a: ['b'] },
      '"',
      "'",
      '',
      Buffer.from('bytes'),
      2n ** 70n,
      { deep: Buffer.from('b') },
    ]
    for (const value of values) {
      await keyv.set("'key'", value)
      assert.deepEqual(await keyv.get("'key'"), value)
    }
  })

  it('has values of Keyv end', async () => {
    const keyv = keyvOf({ checkExpired: false })
    await keyv.set('a', 1, 100)
    await until(async () => (await keyv.get('a')) === undefined)
    assert.equal(await keyv.has('a'), false)
  })
})

/** What the calls of Keyv resolve to. @param {Keyv} keyv */
async function answersOf(keyv) {
  const answers = [
    await keyv.set('a', 1),
    await keyv.setMany(
      /** @type {any[]} */ ([
        { key: 'b', value: { n: 2 } },
        { key: 'c', value: 'text', ttl: HOUR },
      ]),
    ),
    await keyv.get(['a', 'b', 'none']),
    await keyv.getMany(['none', 'c']),
    await keyv.has('a'),
    await keyv.has(['a', 'none']),
    await keyv.hasMany(['none', 'b']),
    await keyv.delete('a'),
    await keyv.delete('a'),
    await keyv.get('a'),
    await keyv.deleteMany(['b', 'none']),
    (await collected(/** @type {AsyncGenerator<any>} */ (keyv.iterator()))).sort(),
    await keyv.clear(),
    await keyv.get('c'),
  ]
  return answers
}
