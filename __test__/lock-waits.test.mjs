// @ts-check
// Callers that wait for a lock are woken by its release, on real servers.

import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { printedRules } from './support/acl.mjs'
import { assertFails } from './support/assert-fails.mjs'
import { startedCluster } from './support/cluster.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { timesCalled } from './support/times-called.mjs'
import { until } from './support/until.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { Client } from './support/redis.mjs'
 */

const KEY = '__state__:lock:{motia:state:t:lock}'
const LONG = /** @type {const} */ ({ ttl: '60s', timeout: '60s' })

describe('a caller that waits for a lock', () => {
  it('is woken by the release, and sends no commands meanwhile', async (t) => {
    const { client, holder, waiter } = await heldAndAwaited(t)
    let made = 0
    for (let round = 0; round < 30; round++) {
      const lock = await holder.lock('t', 'lock', LONG)
      const waiting = waiter.lock('t', 'lock', LONG)
      await isAwaited(client)
      const before = await attempts(client)
      await lock?.release()
      const next = await waiting
      assert.ok(next && lock && next.fence > lock.fence)
      made += (await attempts(client)) - before
      await next.release()
    }
    // In each round the release, the attempt after the wake-up, and up to two attempts that a timer and the subscription
    // started shortly before. On a busy machine some more, before the adapter knows of its subscription.
    assert.ok(made <= 30 * 4 + 20, `${made} attempts`)
  })

  it('does not poll while the lock is held', async (t) => {
    const { client, holder, waiter } = await heldAndAwaited(t)
    const lock = await holder.lock('t', 'lock', LONG)
    const waiting = waiter.lock('t', 'lock', LONG)
    await isAwaited(client)
    const [before, start] = [waiter.stats().calls, performance.now()]
    // Long enough for at least five polls.
    assert.equal(await holder.lock('t', 'lock', { ttl: '60s', timeout: '2500ms' }), null)
    const made = waiter.stats().calls - before
    // Attempts that a timer and the subscription started shortly before, and one every 5 seconds.
    assert.ok(made <= 3 + (performance.now() - start) / 5000, `${made} attempts`)
    await lock?.release()
    assert.ok(await waiting)
  })

  it('is woken in order: each release wakes one call of an adapter', async (t) => {
    const { client, holder, waiter } = await heldAndAwaited(t)
    const lock = await holder.lock('t', 'lock', LONG)
    /** @type {number[]} */
    const order = []
    const waiting = Array.from({ length: 50 }, async (_, index) => {
      const next = await waiter.lock('t', 'lock', LONG)
      order.push(index)
      await next?.release()
    })
    await isAwaited(client)
    await lock?.release()
    await Promise.all(waiting)
    assert.deepEqual(
      order,
      Array.from({ length: 50 }, (_, index) => index),
    )
    // For each call: its first attempt, one when it becomes the first in the queue, one when it is woken, and the
    // release. In addition some until the adapter knows of its subscription.
    assert.ok((await attempts(client)) <= 50 * 4 + 40, `${await attempts(client)} attempts`)
  })

  it('gets it after the ttl if the holder has died', async (t) => {
    const { client, holder, waiter } = await heldAndAwaited(t)
    await holder.lock('t', 'lock', { ttl: '2s' })
    const waiting = waiter.lock('t', 'lock', LONG)
    // On a busy machine the lock may expire before the first attempt.
    await Promise.race([isAwaited(client), waiting])
    await holder.cleanup()
    assert.ok(await waiting)
  })

  it('gets it although its subscription was lost meanwhile', async (t) => {
    const { client, holder, waiter } = await heldAndAwaited(t)
    const lock = await holder.lock('t', 'lock', LONG)
    const waiting = waiter.lock('t', 'lock', LONG)
    await isAwaited(client)
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await lock?.release()
    assert.ok(await waiting)
  })

  it('subscribes again after its subscription was lost', async (t) => {
    const { client, holder, waiter } = await heldAndAwaited(t)
    const lock = await holder.lock('t', 'lock', LONG)
    const waiting = waiter.lock('t', 'lock', LONG)
    await isAwaited(client)
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await isSubscribed(client)
    await lock?.release()
    assert.ok(await waiting)
  })

  it('rejects if its adapter is closed', async (t) => {
    const { client, holder, waiter } = await heldAndAwaited(t)
    await holder.lock('t', 'lock', LONG)
    const closed = assertFails(waiter.lock('t', 'lock', LONG), 'ERR_CLOSED', {
      traceId: 't',
      key: 'lock',
      applied: 'no',
    })
    await isAwaited(client)
    await waiter.cleanup()
    await closed
    await until(async () => (await subscribers(client)) === 0)
  })

  it('unsubscribes after its timeout', async (t) => {
    const { client, holder, waiter } = await heldAndAwaited(t)
    await holder.lock('t', 'lock', LONG)
    const controller = new AbortController()
    const waiting = waiter.lock('t', 'lock', { ...LONG, signal: controller.signal })
    await isAwaited(client)
    controller.abort()
    // `applied` depends on whether an attempt was in flight.
    await assert.rejects(waiting, { code: 'ERR_ABORTED', traceId: 't', key: 'lock' })
    await until(async () => (await subscribers(client)) === 0)
  })
})

describe('a user with what docs/acl.md says', () => {
  it('can use locks, wake-ups and rate limits', async (t) => {
    const { client, holder, waiter } = await asUser(t, await printedRules())
    const lock = await holder.lock('t', 'lock', LONG)
    assert.ok(lock)
    const waiting = waiter.lock('t', 'lock', LONG)
    await isAwaited(client)
    await holder.transaction('t', (tx) => tx.holds(lock).set('k', 1))
    await lock.release()
    assert.ok(await waiting)
    assert.equal((await holder.rateLimit('t', 'k', { limit: 1, window: '1m' })).allowed, true)
    assert.deepEqual(await client.sendCommand(['ACL', 'LOG']), [])
  })

  it('can use locks without the rights to PUBLISH and SUBSCRIBE', async (t) => {
    const { holder, waiter } = await asUser(t, await printedRules({ exceptWaking: true }))
    const lock = await holder.lock('t', 'lock', LONG)
    const waiting = waiter.lock('t', 'lock', LONG)
    assert.equal(await holder.lock('t', 'lock', { ttl: '60s', timeout: '50ms' }), null)
    assert.equal(await lock?.release(), true)
    assert.ok(await waiting)
  })
})

describe('in a cluster', () => {
  for (const hashTags of [false, true]) {
    it(`a release on one node wakes a caller connected to another, hashTags: ${hashTags}`, async (t) => {
      const cluster = await startedCluster(t)
      const options = { ...cluster.options, hashTags }
      const [holder, waiter] = [open(t, options), open(t, options)]
      const names = ['a', 'b', 'c', 'd', 'e', 'f']
      for (const name of names) {
        const lock = await holder.lock(name, 'lock', LONG)
        assert.ok(lock)
        const waiting = waiter.lock(name, 'lock', LONG)
        const channel = hashTags
          ? `__state__:lock:motia:state:{${name}}:lock`
          : `__state__:lock:{motia:state:${name}:lock}`
        await until(async () => {
          const counts = await Promise.all(cluster.nodes.map(({ client }) => subscribers(client, channel)))
          return counts.includes(1)
        })
        await holder.transaction(name, (tx) => tx.holds(lock).set('lock', 1))
        await lock.release()
        assert.ok(await waiting)
      }
    })
  }
})

describe('in a cluster without hash tags', () => {
  it('a lock guards the entry with its key, unless braces put them in different slots', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, cluster.options)
    const [plain, odd] = [await state.lock('t', 'k', LONG), await state.lock('t', 'k}', LONG)]
    assert.ok(plain && odd)
    await state.transaction('t', (tx) => tx.holds(plain).set('k', 1))
    await state.transaction('t', (tx) => tx.holds(odd))
    const refused = /** @type {const} */ ({ traceId: 't', applied: 'no' })
    const parted = state.transaction('t', (tx) => tx.holds(odd).set('k}', 1))
    await assertFails(parted, 'ERR_UNSUPPORTED', refused)
    const other = state.transaction('t', (tx) => tx.holds(plain).set('other', 1))
    await assertFails(other, 'ERR_UNSUPPORTED', refused)
  })
})

describe('eight processes', () => {
  it('race for one lock: they hold it one at a time, and its fencing tokens grow', async (t) => {
    const server = await started(t)
    const program = fileURLToPath(new URL('fixtures/lock-racer.mjs', import.meta.url))
    const racers = Array.from({ length: 8 }, () => fork(program, [server.url, '25']))
    const codes = await Promise.all(racers.map(async (racer) => (await once(racer, 'exit'))[0]))
    assert.deepEqual(codes, Array(8).fill(0))
    const { n, fences } = await open(t, { url: server.url }).get('race', 'state')
    assert.deepEqual([n, fences.length], [200, 200])
    assert.deepEqual(
      fences,
      [...fences].sort((a, b) => a - b),
    )
    assert.equal(new Set(fences).size, 200)
  })
})

/**
 * A server, and two adapters that compete for a lock.
 *
 * @param {TestContext} t
 */
async function heldAndAwaited(t) {
  const server = await started(t)
  const client = await server.client()
  return { client, holder: open(t, { url: server.url }), waiter: open(t, { url: server.url }) }
}

/**
 * Like `heldAndAwaited`, as an ACL user.
 *
 * @param {TestContext} t
 * @param {string[]} rules as docs/acl.md prints them
 */
async function asUser(t, rules) {
  const server = await started(t)
  const client = await server.client()
  await client.sendCommand(['ACL', 'SETUSER', 'app', 'resetchannels', ...rules])
  const options = { url: server.url, username: 'app', password: 'password' }
  return { client, holder: open(t, options), waiter: open(t, options) }
}

/** Waits until a waiting caller has subscribed. @param {Client} client */
async function isAwaited(client) {
  await isSubscribed(client)
  await until(async () => JSON.parse((await client.get(KEY)) ?? '{}').awaited)
}

/** @param {Client} client */
async function isSubscribed(client) {
  await until(async () => (await subscribers(client)) === 1)
}

/** @param {Client} client @param {string} [channel] */
async function subscribers(client, channel = KEY) {
  const [, count] = /** @type {[string, number]} */ (await client.sendCommand(['PUBSUB', 'NUMSUB', channel]))
  return count
}

/** @param {Client} client */
async function attempts(client) {
  return (await timesCalled(client, 'eval')) + (await timesCalled(client, 'evalsha'))
}
