// @ts-check
// What Chat SDK and the tests of @chat-adapter/state-redis state of a state adapter, on any kind of store.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import { createRedisState } from 'redis-state-adapter/chat'
import { until } from '../support/until.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { QueueEntry } from 'chat'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** @param {string} text @param {number} [inMs] @returns {QueueEntry} */
export const entryOf = (text, inMs = 90_000) => {
  const now = Date.now()
  return /** @type {any} */ ({ message: { id: text, text }, enqueuedAt: now, expiresAt: now + inMs })
}

/** @param {QueueEntry | null} entry */
export const textOf = (entry) => entry && /** @type {any} */ (entry.message).text

/** A state on a store, under keys of its own, and the time to live of these keys. @param {GetStore} getStore @param {TestContext} t */
export async function openState(getStore, t) {
  const keyPrefix = `chat-${randomUUID()}`
  const state = createRedisState({ client: getStore().open(), keyPrefix })
  await state.connect()
  t.after(() => state.disconnect())
  const ttlOf = async (/** @type {string} */ name) =>
    Number(await state.getClient().command(['PTTL', `${keyPrefix}:${name}`]))
  return { state, keyPrefix, ttlOf }
}

/** @param {GetStore} getStore */
export function subscriptions(getStore) {
  it('subscribes to threads, and unsubscribes from them', async (t) => {
    const { state } = await openState(getStore, t)
    assert.equal(await state.isSubscribed('slack:C1:1.0'), false)
    await state.subscribe('slack:C1:1.0')
    await state.subscribe('slack:C1:1.0')
    assert.equal(await state.isSubscribed('slack:C1:1.0'), true)
    assert.equal(await state.isSubscribed('slack:C1:2.0'), false)
    await state.unsubscribe('slack:C1:1.0')
    assert.equal(await state.isSubscribed('slack:C1:1.0'), false)
    await state.unsubscribe('slack:C1:1.0')
  })
}

/** @param {GetStore} getStore */
export function locks(getStore) {
  it('locks a thread for one holder at a time', async (t) => {
    const { state } = await openState(getStore, t)
    const before = Date.now()
    const lock = await state.acquireLock('t1', 30_000)
    assert.ok(lock && lock.expiresAt >= before + 30_000 && lock.expiresAt <= Date.now() + 30_000)
    assert.equal(lock.threadId, 't1')
    assert.equal(await state.acquireLock('t1', 30_000), null)
    const other = await state.acquireLock('t2', 30_000)
    assert.ok(other && other.token !== lock.token)
    await state.releaseLock(lock)
    assert.ok(await state.acquireLock('t1', 30_000))
  })

  it('releases and extends a lock only for its token, also from the plain data of another process', async (t) => {
    const { state, ttlOf } = await openState(getStore, t)
    const lock = await state.acquireLock('t1', 30_000)
    assert.ok(lock)
    const foreign = { ...lock, token: 'another' }
    assert.equal(await state.extendLock(foreign, 90_000), false)
    await state.releaseLock(foreign)
    assert.equal(await state.acquireLock('t1', 30_000), null)
    assert.ok((await ttlOf('lock:t1')) <= 30_000)

    const sent = JSON.parse(JSON.stringify(lock))
    assert.equal(await state.extendLock(sent, 90_000.5), true)
    assert.ok((await ttlOf('lock:t1')) > 60_000)
    await state.releaseLock(sent)
    assert.equal(await state.extendLock(sent, 90_000), false)
    assert.equal(await ttlOf('lock:t1'), -2, 'a lock that was released is not made again')
  })

  it('expires a lock, and leaves the lock of the next holder to it', async (t) => {
    const { state } = await openState(getStore, t)
    const expired = await state.acquireLock('t1', 1)
    assert.ok(expired)
    let next = null
    await until(async () => {
      next = await state.acquireLock('t1', 30_000)
      return next
    })
    assert.ok(next)
    await state.releaseLock(expired)
    assert.equal(await state.extendLock(expired, 30_000), false)
    assert.equal(await state.acquireLock('t1', 30_000), null)
    assert.equal(await state.extendLock(next, 30_000), true)
  })

  it('releases a lock by force', async (t) => {
    const { state } = await openState(getStore, t)
    await state.forceReleaseLock('t1')
    const lock = await state.acquireLock('t1', 30_000)
    assert.ok(lock)
    await state.forceReleaseLock('t1')
    assert.ok(await state.acquireLock('t1', 30_000))
    await state.releaseLock(lock)
    assert.equal(await state.acquireLock('t1', 30_000), null)
  })

  it('gives a lock that many want to one of them', async (t) => {
    const { state } = await openState(getStore, t)
    const locks = await Promise.all(Array.from({ length: 32 }, () => state.acquireLock('t1', 30_000)))
    assert.equal(locks.filter(Boolean).length, 1)
  })
}

/** @param {GetStore} getStore */
export function cache(getStore) {
  it('caches values of all JSON types', async (t) => {
    const { state } = await openState(getStore, t)
    assert.equal(await state.get('k'), null)
    for (const value of [{ a: [1, { b: 'ü' }] }, 'text', '', '7', 7, false, null, []]) {
      await state.set('k', value)
      assert.deepEqual(await state.get('k'), value)
    }
    await state.delete('k')
    assert.equal(await state.get('k'), null)
    await state.delete('k')
  })

  it('expires a value after ttlMs, and not without', async (t) => {
    const { state, ttlOf } = await openState(getStore, t)
    await state.set('k', 1, 90_000)
    const ttl = await ttlOf('cache:k')
    assert.ok(ttl > 60_000 && ttl <= 90_000, `${ttl}`)
    await state.set('k', 2)
    assert.equal(await ttlOf('cache:k'), -1)
    await state.set('k', 3, 1)
    await until(async () => (await state.get('k')) === null)
  })

  it('sets a value only where there is none', async (t) => {
    const { state, ttlOf } = await openState(getStore, t)
    assert.equal(await state.setIfNotExists('k', { n: 1 }, 90_000), true)
    assert.equal(await state.setIfNotExists('k', { n: 2 }), false)
    assert.deepEqual(await state.get('k'), { n: 1 })
    assert.ok((await ttlOf('cache:k')) > 60_000)
    assert.equal(await state.setIfNotExists('other', 1), true)
    assert.equal(await ttlOf('cache:other'), -1)
    const results = await Promise.all(Array.from({ length: 32 }, (_, at) => state.setIfNotExists('one', at)))
    assert.equal(results.filter(Boolean).length, 1)
  })
}

/** @param {GetStore} getStore */
export function lists(getStore) {
  it('appends to a list, and keeps the newest values and their order', async (t) => {
    const { state } = await openState(getStore, t)
    assert.deepEqual(await state.getList('l'), [])
    await state.appendToList('l', { n: 1 })
    await state.appendToList('l', 'two', {})
    await state.appendToList('l', null, { maxLength: 0, ttlMs: 0 })
    assert.deepEqual(await state.getList('l'), [{ n: 1 }, 'two', null])
    await state.appendToList('l', 4, { maxLength: 2 })
    assert.deepEqual(await state.getList('l'), [null, 4])
    assert.deepEqual(await state.getList('other'), [])
  })

  it('sets the expiry of a list with each value that has one', async (t) => {
    const { state, ttlOf } = await openState(getStore, t)
    await state.appendToList('l', 1, { ttlMs: 30_000 })
    await state.appendToList('l', 2, { ttlMs: 90_000 })
    assert.ok((await ttlOf('list:l')) > 60_000)
    await state.appendToList('l', 3)
    assert.ok((await ttlOf('list:l')) > 60_000)
    await state.appendToList('l', 4, { ttlMs: 1 })
    await until(async () => (await state.getList('l')).length === 0)
  })

  it('loses no value of many that are appended at once', async (t) => {
    const { state } = await openState(getStore, t)
    const numbers = Array.from({ length: 32 }, (_, at) => at)
    await Promise.all(numbers.map((n) => state.appendToList('l', n, { maxLength: 100, ttlMs: 90_000 })))
    assert.deepEqual(await state.getList('l'), numbers)
  })
}

/** @param {GetStore} getStore */
export function queues(getStore) {
  it('gives entries in their order, each once, and their number', async (t) => {
    const { state } = await openState(getStore, t)
    assert.equal(await state.dequeue('t1'), null)
    assert.equal(await state.queueDepth('t1'), 0)
    const entry = entryOf('one')
    assert.equal(await state.enqueue('t1', entry, 10), 1)
    assert.equal(await state.enqueue('t1', entryOf('two'), 10), 2)
    assert.equal(await state.queueDepth('t1'), 2)
    assert.equal(await state.queueDepth('t2'), 0)
    assert.deepEqual(await state.dequeue('t1'), entry)
    assert.equal(textOf(await state.dequeue('t1')), 'two')
    assert.equal(await state.dequeue('t1'), null)
  })

  it('keeps the newest entries', async (t) => {
    const { state } = await openState(getStore, t)
    const depths = []
    for (const text of ['one', 'two', 'three', 'four']) depths.push(await state.enqueue('t1', entryOf(text), 3))
    assert.deepEqual(depths, [1, 2, 3, 3])
    assert.equal(textOf(await state.dequeue('t1')), 'two')
    assert.equal(await state.enqueue('t2', entryOf('one'), 1), 1)
    assert.equal(await state.enqueue('t2', entryOf('two'), 1), 1)
    assert.equal(textOf(await state.dequeue('t2')), 'two')
  })

  it('keeps a queue as long as its last entry, and at least a minute', async (t) => {
    const { state, ttlOf } = await openState(getStore, t)
    await state.enqueue('t1', entryOf('one', 300_000), 10)
    const long = await ttlOf('queue:t1')
    assert.ok(long > 240_000 && long <= 300_001, `${long}`)
    await state.enqueue('t1', entryOf('late', -5), 10)
    const short = await ttlOf('queue:t1')
    assert.ok(short > 30_000 && short <= 60_000, `${short}`)
  })

  it('gives each entry of many to one of many that want one', async (t) => {
    const { state } = await openState(getStore, t)
    const texts = Array.from({ length: 32 }, (_, at) => `m${at}`)
    await Promise.all(texts.map((text) => state.enqueue('t1', entryOf(text), 100)))
    const entries = await Promise.all(texts.map(() => state.dequeue('t1')))
    assert.deepEqual(entries.map(textOf), texts)
  })
}
