// @ts-check
// `redis-state-adapter/chat` and `@chat-adapter/state-redis` on the same data.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createRedisState as createTheirs } from '@chat-adapter/state-redis'
import { createRedisState as createOurs } from 'redis-state-adapter/chat'
import { startRedis } from '../support/redis.mjs'
import { entryOf } from './chat-behaviours.mjs'

/** @import { StateAdapter } from 'chat' */

const silent = /** @type {any} */ ({ error() {} })

/** @type {Awaited<ReturnType<typeof startRedis>>} */
let server
/** @type {Record<'ours' | 'theirs', StateAdapter>} */
let states

before(async () => {
  server = await startRedis()
  states = { ours: createOurs({ url: server.url }), theirs: createTheirs({ url: server.url, logger: silent }) }
  await Promise.all(Object.values(states).map((state) => state.connect()))
})
after(async () => {
  await Promise.all(Object.values(states).map((state) => state.disconnect()))
  await server.stop()
})

for (const [from, to] of /** @type {const} */ ([
  ['ours', 'theirs'],
  ['theirs', 'ours'],
])) {
  describe(`what ${from} wrote, for ${to}`, () => {
    it('has the same subscriptions', async () => {
      await states[from].subscribe(`sub-${from}`)
      assert.equal(await states[to].isSubscribed(`sub-${from}`), true)
      await states[to].unsubscribe(`sub-${from}`)
      assert.equal(await states[from].isSubscribed(`sub-${from}`), false)
    })

    it('has the same locks, which either can extend and release', async () => {
      const thread = `lock-${from}`
      const lock = await states[from].acquireLock(thread, 30_000)
      assert.ok(lock)
      assert.equal(await states[to].acquireLock(thread, 30_000), null)
      assert.equal(await states[to].extendLock({ ...lock, token: 'another' }, 60_000), false)
      assert.equal(await states[to].extendLock(lock, 60_000), true)
      await states[to].releaseLock(lock)
      assert.ok(await states[from].acquireLock(thread, 30_000))
      await states[to].forceReleaseLock(thread)
      assert.ok(await states[from].acquireLock(thread, 30_000))
    })

    it('has the same values', async () => {
      const key = `value-${from}`
      await states[from].set(key, { a: 'ü' }, 60_000)
      assert.deepEqual(await states[to].get(key), { a: 'ü' })
      assert.equal(await states[to].setIfNotExists(key, 2), false)
      await states[to].delete(key)
      assert.equal(await states[from].get(key), null)
    })

    it('has the same lists', async () => {
      const key = `list-${from}`
      for (const n of [1, 2]) await states[from].appendToList(key, { n }, { maxLength: 2, ttlMs: 60_000 })
      await states[to].appendToList(key, { n: 3 }, { maxLength: 2, ttlMs: 60_000 })
      for (const name of [from, to]) assert.deepEqual(await states[name].getList(key), [{ n: 2 }, { n: 3 }])
    })

    it('has the same queues', async () => {
      const thread = `queue-${from}`
      const [one, two] = [entryOf('one'), entryOf('two')]
      assert.equal(await states[from].enqueue(thread, one, 5), 1)
      assert.equal(await states[to].enqueue(thread, two, 5), 2)
      assert.equal(await states[to].queueDepth(thread), 2)
      assert.deepEqual(await states[to].dequeue(thread), one)
      assert.deepEqual(await states[from].dequeue(thread), two)
    })
  })
}

it('has keys of the same types, with the same expiry', async () => {
  const client = await server.client()
  const shapes = await Promise.all(Object.entries(states).map(([name, state]) => shapeOf(state, name)))
  assert.deepEqual(shapes[0], shapes[1])

  /** @param {StateAdapter} state @param {string} name */
  async function shapeOf(state, name) {
    await state.subscribe(name)
    await state.acquireLock(name, 60_000)
    await state.set(name, 1, 60_000)
    await state.set(`${name}-kept`, 1)
    await state.appendToList(name, 1, { ttlMs: 60_000 })
    await state.appendToList(`${name}-kept`, 1)
    await state.enqueue(name, entryOf('one'), 5)
    const keys = ['subscriptions', `lock:${name}`, `cache:${name}`, `cache:${name}-kept`, `list:${name}`]
    return Promise.all(
      [...keys, `list:${name}-kept`, `queue:${name}`].map(async (key) => ({
        type: await client.type(`chat-sdk:${key}`),
        expires: (await client.pTTL(`chat-sdk:${key}`)) > 30_000,
      })),
    )
  }
})
