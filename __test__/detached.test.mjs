// @ts-check
// Objects of this package behind a Proxy, as dependency-injection containers and mocking tools make them, and methods without
// their object.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { open } from './support/open.mjs'

/** @type {any} */
const anything = {
  '~standard': { version: 1, vendor: 'test', validate: (/** @type {unknown} */ value) => ({ value }) },
}

describe('methods without their object', () => {
  it('of an adapter', async (t) => {
    const { get, set, keys, ping, stats, watch, [Symbol.asyncDispose]: dispose } = open(t, 'memory:')
    assert.equal(await set('t', 'k', 1), 1)
    assert.equal(await get('t', 'k'), 1)
    assert.deepEqual(await keys('t'), ['k'])
    assert.ok((await ping()) >= 0)
    assert.equal(stats().inFlight, 0)
    await watch('t').return()
    await dispose()
    await assert.rejects(get('t', 'k'), { code: 'ERR_CLOSED' })
  })

  it('of a group', async (t) => {
    const { get, set, entries } = open(t, 'memory:').group('t', { schema: anything })
    await set('k', 1)
    assert.equal(await get('k'), 1)
    assert.deepEqual(await entries(), [{ key: 'k', value: 1 }])
  })

  it('of a group are the same function each time, and can be replaced', async (t) => {
    const group = open(t, 'memory:').group('t', { schema: anything })
    assert.equal(group.get, group.get)
    assert.notEqual(group.get, group.set)
    t.mock.method(group, 'get', () => 'mocked')
    assert.equal(await group.get('k'), 'mocked')
    t.mock.restoreAll()
    assert.equal(await group.get('k'), null)
    group.get = async () => /** @type {any} */ ('assigned')
    assert.equal(await group.get('k'), 'assigned')
    const spy = t.mock.method(group, 'has')
    assert.deepEqual([await group.has('k'), spy.mock.callCount()], [false, 1])
    const { get } = group
    group.get = async () => /** @type {any} */ ('assigned again')
    assert.equal(await group.get('k'), 'assigned again')
    group.get = get
    assert.deepEqual([await group.get('k'), Object.keys(group)], ['assigned', ['traceId']])
    assert.deepEqual(await group.getMany(['k']), [null])
  })

  it('of a group are bound when they are accessed, not when it is made', (t) => {
    const state = open(t, 'memory:')
    const bind = t.mock.method(Function.prototype, 'bind')
    const group = state.group('t', { schema: anything })
    const before = bind.mock.callCount()
    assert.equal(typeof group.get, 'function')
    const after = bind.mock.callCount()
    t.mock.restoreAll()
    assert.deepEqual([before, after], [0, 1])
  })

  it('of a lock', async (t) => {
    const lock = await open(t, 'memory:').lock('t', 'k', { ttl: '1m' })
    assert.ok(lock)
    const { extend, release } = lock
    assert.equal(await extend('2m'), true)
    assert.equal(await release(), true)
  })

  it('of a transaction', async (t) => {
    const state = open(t, 'memory:')
    await state.transaction('t', ({ set }) => void set('k', 1))
    assert.equal(await state.get('t', 'k'), 1)
  })

  it('of a watch', async (t) => {
    const state = open(t, 'memory:')
    const { ready, next, return: end } = state.watch('t')
    await ready
    await state.set('t', 'k', 1)
    const { value } = await next()
    assert.equal(value?.type, 'created')
    await end()
  })

  it('are those of a subclass that overrides them', async (t) => {
    class Shouting extends RedisStateAdapter {
      /** @override @param {string} traceId @param {string} key @returns {Promise<any>} */
      async get(traceId, key) {
        return `${await super.get(traceId, key)}!`
      }
    }
    const state = new Shouting('memory:')
    t.after(() => state.cleanup())
    await state.set('t', 'k', 'a')
    const { get } = state
    assert.equal(await get('t', 'k'), 'a!')
  })
})

/** Wraps the objects in properties too, as reactive state does. @param {any} object @returns {any} */
function deepProxy(object) {
  return new Proxy(object, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      return typeof value === 'object' && value !== null ? deepProxy(value) : value
    },
  })
}

describe('behind a Proxy', () => {
  it('that wraps properties too, a group runs calls', async (t) => {
    const group = deepProxy(open(t, 'memory:').group('t', { schema: anything }))
    await group.set('k', 1)
    const { get } = group
    assert.equal(await get('k'), 1)
  })

  it('an adapter emits events and runs calls', async (t) => {
    const state = new Proxy(open(t, 'memory:'), {})
    const ready = new Promise((resolve) => state.once('ready', () => resolve(undefined)))
    assert.equal(await state.set('t', 'k', 1), 1)
    assert.equal(await state.get('t', 'k'), 1)
    assert.deepEqual(await state.group('t', { schema: anything }).getMany(['k']), [1])
    await ready
    await state.cleanup()
    await assert.rejects(state.get('t', 'k'), { code: 'ERR_CLOSED' })
  })

  it('a group, a lock and a watch are what they are', async (t) => {
    const state = open(t, 'memory:')
    const group = new Proxy(state.group('t', { schema: anything }), {})
    await group.set('k', 1)
    assert.deepEqual(await group.keys(), ['k'])
    const found = await state.lock('t', 'lock', { ttl: '1m' })
    assert.ok(found)
    const lock = new Proxy(found, {})
    await state.transaction('t', (tx) => void new Proxy(tx, {}).holds(lock).set('k', 2))
    assert.equal(await group.get('k'), 2)
    assert.equal(await lock.release(), true)
    const watch = new Proxy(state.watch('t'), {})
    await watch.ready
    assert.deepEqual(await watch.return(), { value: undefined, done: true })
  })

  it('an object that only has the form of a lock is none', async (t) => {
    const state = open(t, 'memory:')
    const lock = await state.lock('t', 'lock', { ttl: '1m' })
    await assert.rejects(
      state.transaction('t', (tx) => void tx.holds(/** @type {any} */ ({ ...lock }))),
      { code: 'ERR_INVALID_ARGUMENT' },
    )
  })
})
