// @ts-check
// What express-rate-limit documents of a store, and the behaviour of rate-limit-redis, on any kind of store.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import { RedisStore } from 'redis-state-adapter/rate-limit'
import { assertFails } from '../support/assert-fails.mjs'
import { until } from '../support/until.mjs'

/**
 * @import { GetStore } from '../support/workspace.mjs'
 */

const windowMs = 60_000

/** @param {GetStore} getStore */
export function rateLimits(getStore) {
  /** @param {{ windowMs?: number, prefix?: string }} [options] */
  const open = (options = {}) => {
    const store = new RedisStore({ client: getStore().open(), prefix: options.prefix ?? `rl-${randomUUID()}:` })
    store.init({ windowMs: options.windowMs ?? windowMs })
    return store
  }
  /** @param {RedisStore} store @param {string} key @param {string} [name] of the command @param {...(string | number)} rest */
  const send = (store, key, name = 'GET', ...rest) => store.client.command([name, store.prefix + key, ...rest])

  it('counts the hits of a window, which begins with the first one', async () => {
    const store = open()
    const before = Date.now()
    const first = await store.increment('ada')
    const second = await store.increment('ada')
    assert.deepEqual([first.totalHits, second.totalHits], [1, 2])
    for (const { resetTime } of [first, second]) assertAbout(resetTime, before + windowMs)
    assert.equal(await send(store, 'ada'), '2')
    assert.equal((await store.increment('bob')).totalHits, 1)
  })

  it('counts hits of several stores at once, each once', async () => {
    const prefix = `rl-${randomUUID()}:`
    const stores = [open({ prefix }), open({ prefix }), open({ prefix })]
    const hits = await Promise.all(
      Array.from({ length: 300 }, (_, index) => stores[index % stores.length].increment('ada')),
    )
    const totals = hits.map(({ totalHits }) => totalHits).sort((a, b) => a - b)
    assert.deepEqual(
      totals,
      totals.map((_, index) => index + 1),
    )
  })

  it('starts again when the window has ended', async () => {
    const store = open({ windowMs: 50 })
    await store.increment('ada')
    await store.increment('ada')
    await until(async () => (await store.get('ada')) === undefined)
    assert.equal((await store.increment('ada')).totalHits, 1)
  })

  it('tells hits and end of a window, and undefined where there is none', async () => {
    const store = open()
    assert.equal(await store.get('ada'), undefined)
    const { resetTime } = await store.increment('ada')
    const found = await store.get('ada')
    assert.equal(found?.totalHits, 1)
    assertAbout(found?.resetTime, Number(resetTime))
  })

  it('takes back a hit, and keeps the end of the window', async () => {
    const store = open()
    const { resetTime } = await store.increment('ada')
    await store.increment('ada')
    await store.decrement('ada')
    const found = await store.get('ada')
    assert.equal(found?.totalHits, 1)
    assertAbout(found?.resetTime, Number(resetTime))
  })

  it('gives no hit away if one is taken back whose window has ended', async () => {
    const store = open()
    await store.decrement('ada')
    assert.ok(Number(await send(store, 'ada', 'PTTL')) > 0, 'the counter has an end')
    assert.equal((await store.increment('ada')).totalHits, 1)
  })

  it('counts from 1 again where a counter is below 1 or has no end', async () => {
    const store = open()
    for (const [left, ...expiry] of [[-1], [7], [-1, 'PX', windowMs]]) {
      await send(store, 'ada', 'SET', left, ...expiry)
      const hits = await store.increment('ada')
      assert.equal(hits.totalHits, 1)
      assertAbout(hits.resetTime, Date.now() + windowMs)
      assert.ok(Number(await send(store, 'ada', 'PTTL')) > 0)
    }
  })

  it('forgets the hits of one client', async () => {
    const store = open()
    await Promise.all([store.increment('ada'), store.increment('bob')])
    await store.resetKey('ada')
    await store.resetKey('none')
    assert.equal(await store.get('ada'), undefined)
    assert.equal((await store.get('bob'))?.totalHits, 1)
  })

  it('rejects a key of another type, and one that is no string', async () => {
    const store = open()
    await send(store, 'list', 'RPUSH', 'x')
    await assertFails(store.increment('list'), 'ERR_WRONG_TYPE', { applied: 'yes' })
    const { message } = await assertFails(store.increment(/** @type {any} */ (undefined)), 'ERR_INVALID_ARGUMENT')
    assert.match(message, /^RedisStore\.increment: key: expected a string, got undefined/)
  })
}

/** @param {Date | undefined} actual @param {number} expected */
function assertAbout(actual, expected) {
  assert.ok(Math.abs(Number(actual) - expected) < 20_000, `${actual}, expected ${new Date(expected)}`)
}
