// @ts-check
// The store for Keyv, and Keyv 5 with it.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { Keyv } from 'keyv'
import { RedisStateAdapter } from 'redis-state-adapter'
import KeyvRedisByDefault, { createKeyv, Keyv as ExportedKeyv, KeyvRedis } from 'redis-state-adapter/keyv'
import { assertFails } from '../support/assert-fails.mjs'
import { until } from '../support/until.mjs'
import { collected } from './support/collected.mjs'
import { onEveryPlace } from './support/places.mjs'

const HOUR = 3_600_000

onEveryPlace('a store of Keyv', (getPlace, { isMemory }) => {
  const send = (/** @type {(string | number)[]} */ ...args) => getPlace().state.command(args)
  const storeOf = (/** @type {object} */ options) =>
    new KeyvRedis(getPlace().state, { namespace: randomUUID(), throwOnErrors: true, ...options })

  it('has values as they are, under the namespace and the key', async () => {
    const store = storeOf({ namespace: 'users' })
    assert.equal(await store.set('ada', 'text', HOUR), true)
    await store.setMany([
      { key: 'bob', value: 'text of bob' },
      { key: 'eve', value: 'text of eve', ttl: HOUR },
    ])
    assert.deepEqual(await Promise.all(['ada', 'bob', 'eve'].map((key) => send('GET', `users::${key}`))), [
      'text',
      'text of bob',
      'text of eve',
    ])
    const lives = await Promise.all(['ada', 'bob', 'eve'].map((key) => send('PTTL', `users::${key}`)))
    assert.deepEqual(
      lives.map((/** @type {any} */ life) => Number(life) > HOUR - 60_000 && Number(life) <= HOUR),
      [true, false, true],
    )
  })

  it('has the same keys with another separator, and without a namespace', async () => {
    const [key, other] = [randomUUID(), randomUUID()]
    await storeOf({ namespace: 'users', keyPrefixSeparator: '/' }).set(key, 'a')
    await storeOf({ namespace: undefined }).set(other, 'b')
    assert.deepEqual([await send('GET', `users/${key}`), await send('GET', other)], ['a', 'b'])
  })

  it('takes a ttl with a fraction, none that is no number, and one that has passed', async () => {
    const store = storeOf({ namespace: 'ttl' })
    await store.set('a', 'text', 100_000.5)
    assert.ok(Number(await send('PTTL', 'ttl::a')) > 0)
    for (const ttl of [0, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      await store.set('a', 'text', ttl)
      assert.equal(await send('PTTL', 'ttl::a'), -1)
    }
    assert.equal(await store.set('a', 'text', -1), true)
    assert.equal(await store.get('a'), undefined)
  })

  it('has one boolean for the removal of many keys', async () => {
    const store = storeOf({})
    await store.setMany([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ])
    assert.equal(await store.deleteMany(['a', 'none']), true)
    assert.equal(await store.deleteMany(['a', 'none']), false)
    assert.equal(await store.deleteMany([]), false)
    assert.deepEqual(await store.hasMany(['a', 'b']), [false, true])
  })

  it('has calls for more keys than fit one command', async () => {
    const store = storeOf({})
    const entries = Array.from({ length: 6_500 }, (_, at) => ({ key: `k${at}`, value: `v${at}` }))
    const keys = entries.map(({ key }) => key)
    assert.equal((await store.setMany(entries)).every(Boolean), true)
    assert.deepEqual(
      await store.getMany(keys),
      entries.map(({ value }) => value),
    )
    assert.equal((await store.hasMany([...keys, 'none'])).filter(Boolean).length, keys.length)
    assert.equal(await store.deleteMany(keys), true)
    assert.equal(
      (await store.getMany(keys)).every((value) => value === undefined),
      true,
    )
  })

  it('has calls for more keys than the commands that may be pending', async (t) => {
    const state = new RedisStateAdapter({ ...getPlace().options, maxPendingCommands: 2 })
    t.after(() => state.cleanup())
    const store = new KeyvRedis(state, { namespace: randomUUID(), throwOnErrors: true })
    const keys = Array.from({ length: 2_500 }, (_, at) => `k${at}`)
    await store.setMany(keys.map((key) => ({ key, value: 'text' })))
    assert.equal((await store.hasMany(keys)).every(Boolean), true)
    assert.equal(
      (await store.getMany(keys)).every((value) => value === 'text'),
      true,
    )
    assert.equal(await store.deleteMany(keys), true)
    assert.equal((await store.hasMany(keys)).some(Boolean), false)
  })

  it('clears its namespace, whatever characters it has, and nothing else', async () => {
    const id = randomUUID()
    const [store, other] = [storeOf({ namespace: `${id}*[a]?\\` }), storeOf({ namespace: `${id}bcadx` })]
    const keys = Array.from({ length: 2_500 }, (_, at) => `k${at}`)
    await store.setMany(keys.map((key) => ({ key, value: 'text' })))
    await other.set('a', 'text')
    await send('HSET', `${store.namespace}::hash`, 'field', 'value')
    await store.clear()
    assert.equal((await store.hasMany(keys)).some(Boolean), false)
    assert.equal(await other.get('a'), 'text')
    assert.equal(await send('EXISTS', `${store.namespace}::hash`), 1)
  })

  it('iterates over each entry of its namespace', async () => {
    const store = storeOf({ namespace: `${randomUUID()}?` })
    const entries = Array.from({ length: 1_200 }, (_, at) => ({ key: `k::${at}`, value: `v${at}` }))
    await store.setMany(entries)
    await storeOf({}).set('a', 'of another namespace')
    const found = new Map(await collected(store.iterator(store.namespace)))
    assert.deepEqual(found, new Map(entries.map(({ key, value }) => [key, value])))
  })

  it('skips what was removed after the step of an iteration', async (t) => {
    const state = new RedisStateAdapter({ ...getPlace().options })
    t.after(() => state.cleanup())
    const store = new KeyvRedis(state, { namespace: randomUUID() })
    await store.setMany(['a', 'b'].map((key) => ({ key, value: 'text' })))
    const command = state.command.bind(state)
    state.command = /** @type {any} */ (
      async (/** @type {string[]} */ args, /** @type {object} */ options) => {
        const isRead = args[0] === 'MGET' || args[0] === 'GET'
        if (isRead) await Promise.all(args.slice(1).map((key) => command(['UNLINK', key])))
        return command(args, options)
      }
    )
    assert.deepEqual(await collected(store.iterator()), [])
  })

  it('clears and iterates without a namespace over keys that have none, or all', async (t) => {
    const state = new RedisStateAdapter(isMemory ? `memory:${randomUUID()}` : { ...getPlace().options })
    t.after(() => state.cleanup())
    const [some, all] = [new KeyvRedis(state), new KeyvRedis(state, { noNamespaceAffectsAll: true })]
    const [plain, named] = [`plain-${randomUUID()}`, `a::${randomUUID()}`]
    const fill = async () => {
      await some.set(plain, 'text')
      await some.set(named, 'text')
    }
    const keys = async (/** @type {KeyvRedis} */ store) =>
      (await collected(store.iterator())).map(([key]) => key).filter((key) => key === plain || key === named)
    await fill()
    assert.deepEqual(await keys(some), [plain])
    assert.deepEqual((await keys(all)).sort(), [named, plain])
    await some.clear()
    assert.deepEqual(await some.hasMany([plain, named]), [false, true])
    await fill()
    await all.clear()
    assert.deepEqual(await some.hasMany([plain, named]), [false, false])
  })

  it('removes with DEL if the server has no UNLINK', async () => {
    const store = storeOf({ useUnlink: false })
    await store.setMany([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ])
    assert.equal(await store.delete('a'), true)
    await store.clear()
    assert.deepEqual(await store.hasMany(['a', 'b']), [false, false])
  })

  it('leaves a state of the user open, and closes its own, which the next call opens again', async () => {
    const store = storeOf({})
    await store.disconnect()
    assert.equal(await store.set('a', 'text'), true)
    const own = new KeyvRedis(getPlace().options, { namespace: store.namespace })
    assert.equal(await own.get('a'), 'text')
    const closed = own.client
    await own.disconnect()
    await assertFails(closed.command(['GET', 'a']), 'ERR_CLOSED', { applied: 'no' })
    assert.equal(await own.get('a'), 'text')
    await own.disconnect(true)
  })

  it('keeps values of Keyv 5, and has them end', async () => {
    const keyv = new Keyv({ store: storeOf({}), namespace: randomUUID(), throwOnErrors: true })
    for (const value of [false, null, 0, { a: ['b'] }, '"', '', Buffer.from('bytes')]) {
      assert.equal(await keyv.set('key', value), true)
      assert.deepEqual(await keyv.get('key'), value)
    }
    assert.deepEqual(
      await keyv.setMany([
        { key: 'a', value: 1 },
        { key: 'b', value: 2, ttl: 100 },
      ]),
      [true, true],
    )
    await until(async () => !(await keyv.has('b')))
    assert.deepEqual(await keyv.get(['a', 'b']), [1, undefined])
    assert.equal(await keyv.delete(['a', 'b']), true)
  })

  it('opens a Keyv whose keys begin with the namespace, or with nothing', async (t) => {
    const key = randomUUID()
    const [named, plain] = [createKeyv(getPlace().state, { namespace: 'users' }), createKeyv(getPlace().options)]
    t.after(() => Promise.all([named.disconnect(), plain.disconnect()]))
    assert.ok(named instanceof Keyv)
    assert.equal(await named.set(key, 1), true)
    assert.equal(await plain.set(key, 2), true)
    assert.equal(await send('GET', `users::${key}`), '{"value":1}')
    assert.equal(await send('GET', key), '{"value":2}')
    assert.deepEqual([named.namespace, plain.namespace], ['users', undefined])
  })
})

describe('the options of a store of Keyv', () => {
  const url = 'redis://127.0.0.1:1'

  it('can be read and set', () => {
    const store = new KeyvRedis(url, { namespace: 'a', connectionTimeout: 100 })
    const defaults = {
      clearBatchSize: 1000,
      useUnlink: true,
      noNamespaceAffectsAll: false,
      throwOnConnectError: true,
      throwOnErrors: false,
    }
    const expected = { namespace: 'a', keyPrefixSeparator: '::', connectionTimeout: 100, ...defaults }
    assert.deepEqual(store.opts, { ...expected, dialect: 'redis', url: 'redis:' })
    store.opts = { ...store.opts, namespace: 'b' }
    Object.assign(store, { keyPrefixSeparator: '-', clearBatchSize: 5, useUnlink: false, connectionTimeout: undefined })
    Object.assign(store, { noNamespaceAffectsAll: true, throwOnErrors: true, throwOnConnectError: false })
    const changed = { namespace: 'b', keyPrefixSeparator: '-', clearBatchSize: 5, connectionTimeout: undefined }
    const switched = { useUnlink: false, noNamespaceAffectsAll: true, throwOnErrors: true, throwOnConnectError: false }
    assert.deepEqual(store.opts, { ...changed, ...switched, dialect: 'redis', url: 'redis:' })
    for (const [name, value] of Object.entries({ ...changed, ...switched })) assert.equal(Object(store)[name], value)
    assert.equal(store.createKeyPrefix('k', 'n'), 'n-k')
    assert.equal(store.createKeyPrefix('k'), 'k')
    assert.equal(store.getKeyWithoutPrefix('n-k', 'n'), 'k')
    assert.equal(store.getKeyWithoutPrefix('k', 'n'), 'k')
    assert.equal(store.isCluster(), false)
  })

  const wrong = /** @type {[object, RegExp][]} */ ([
    [{ nameSpace: 'a' }, /^new KeyvRedis: options\.nameSpace: unknown option. Did you mean namespace/],
    [{ namespace: 1 }, /options\.namespace: expected a string/],
    [{ namespace: '\ud800' }, /options\.namespace: expected a string without lone surrogates/],
    [{ clearBatchSize: 0 }, /options\.clearBatchSize: expected a whole number from 1/],
    [{ useUnlink: 1 }, /options\.useUnlink: expected true or false/],
    [{ connectionTimeout: -1 }, /options\.connectionTimeout: expected whole milliseconds/],
  ])
  for (const [options, message] of wrong) {
    it(`rejects ${JSON.stringify(options)}`, () => {
      assert.throws(() => new KeyvRedis(url, options), { code: 'ERR_INVALID_CONFIG', message })
      assert.throws(() => Object.assign(new KeyvRedis(url), { opts: options }), { code: 'ERR_INVALID_CONFIG' })
    })
  }

  it('rejects a url and an option of the state that are wrong', () => {
    assert.throws(() => new KeyvRedis('http://localhost'), { code: 'ERR_INVALID_CONFIG' })
    assert.throws(() => new KeyvRedis(/** @type {any} */ ({ hots: 'localhost' })), {
      code: 'ERR_INVALID_CONFIG',
      message: /hots/,
    })
    assert.throws(() => new KeyvRedis({ rootNodes: [{}] }), {
      message: /rootNodes\[0\]: expected an object with a url/,
    })
  })

  it('of the state decide whether errors have the frames of the caller', async (t) => {
    const frames = /** @type {number[]} */ ([])
    for (const options of [{}, { stackTraces: true }, { stackTraces: false }]) {
      const store = new KeyvRedis({ url, commandTimeout: 1, ...options }, { throwOnErrors: true })
      t.after(() => store.disconnect(true))
      const error = await store.get('a').catch((reason) => reason)
      frames.push(error.stack.split('\n    at ').length - 1)
    }
    assert.deepEqual(frames.map(Boolean), [false, true, false])
  })

  it('are exported by default and by name', () => {
    assert.equal(KeyvRedisByDefault, KeyvRedis)
    assert.equal(ExportedKeyv, Keyv)
  })
})
