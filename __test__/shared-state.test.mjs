// @ts-check
// Several processes change one entry at the same time.

import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RedisStateAdapter } from 'redis-state-adapter'
import { actor } from './support/actor.mjs'
import { assertFails } from './support/assert-fails.mjs'
import { next } from './support/events.mjs'
import { startRedis } from './support/redis.mjs'
import { timesCalled } from './support/times-called.mjs'
import { warmThroughRelay } from './support/warm.mjs'

/** @type {import('./support/redis.mjs').RedisServer} */
let server
/** @type {RedisStateAdapter} */
let state
before(async () => {
  server = await startRedis()
  state = new RedisStateAdapter({ url: server.url })
})
after(async () => {
  await state.cleanup()
  await server.stop()
})

describe('several processes', () => {
  it('increment one number 10,000 times, eight of them: none is lost (conformance 17)', async (t) => {
    const actors = Array.from({ length: 8 }, () => actor(t, server.url))
    const sums = await Promise.all(actors.map((one) => one.ask('increment', ['race', 'number'], 1250)))
    assert.equal(new Set(sums.flat()).size, 10_000)
    assert.equal(await state.get('race', 'number'), 10_000)
  })

  it('update one field 10,000 times each: none is lost (conformance 17)', async (t) => {
    const actors = [actor(t, server.url), actor(t, server.url)]
    await state.set('race', 'object', { kept: [], n: 0 })
    const args = ['race', 'object', [{ op: 'increment', path: 'n' }]]
    await Promise.all(actors.map((one) => one.ask('update', args, 10_000)))
    assert.deepEqual(await state.get('race', 'object'), { kept: [], n: 20_000 })
  })

  for (const [name, limited] of /** @type {const} */ ([
    ['rateLimit', () => ['rateLimit', ['limits', 'user', { limit: 100, window: '1h' }]]],
    ['increment', () => ['increment', ['limits', 'user-by-hour', 1, { ttl: 3700 }]]],
  ])) {
    it(`let exactly 100 of 150 calls through by ${name}, four of them (conformance 17)`, async (t) => {
      const actors = Array.from({ length: 4 }, () => actor(t, server.url))
      const [method, args] = /** @type {[import('./fixtures/actor.mjs').Method, unknown[]]} */ (limited())
      const calls = [40, 40, 40, 30].map((times, index) => actors[index].ask(method, args, times))
      const answers = (await Promise.all(calls)).flat()
      const allowed = answers.filter((answer) => (typeof answer === 'number' ? answer <= 100 : answer.allowed))
      assert.deepEqual([answers.length, allowed.length], [150, 100])
    })
  }

  it('cannot write with an old fencing token after a long pause (conformance 18)', async () => {
    const holder = fork(fileURLToPath(new URL('fixtures/lock-holder.mjs', import.meta.url)), [server.url, '300ms'])
    const exit = once(holder, 'exit')
    const [fence] = await once(holder, 'message')
    holder.kill('SIGSTOP')
    const lock = await state.lock('job', 'lock', { ttl: '60s', timeout: '10s' })
    assert.ok(lock && lock.fence > fence)
    await state.transaction('job', (tx) => tx.holds(lock).set('result', 'mine'))
    holder.kill('SIGCONT')
    holder.send('stale')
    assert.deepEqual(await once(holder, 'message'), ['ERR_CONFLICT', undefined])
    assert.equal(await state.get('job', 'result'), 'mine')
    holder.disconnect()
    assert.deepEqual(await exit, [0, null])
  })
})

describe('a failure of the network', () => {
  it('is never reported as a conflict (conformance 12)', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t)
    const ifMatch = (await state.getWithMetadata('trace', 'key'))?.etag
    const about = /** @type {const} */ ({ applied: 'unknown', traceId: 'trace' })
    const lost = relay.dropReplies(4)
    const calls = [
      assertFails(state.set('trace', 'key', 'new', { ifMatch }), 'ERR_CONNECTION', { ...about, key: 'key' }),
      assertFails(state.set('trace', 'other', 1, { ifAbsent: true }), 'ERR_CONNECTION', { ...about, key: 'other' }),
      assertFails(state.increment('trace', 'n'), 'ERR_CONNECTION', { ...about, key: 'n' }),
      assertFails(
        state.transaction('trace', (tx) => tx.delete('gone')),
        'ERR_CONNECTION',
        { ...about, key: 'gone' },
      ),
    ]
    await lost
    const reconnecting = next(state, 'reconnecting')
    relay.cut()
    await reconnecting
    await Promise.all(calls)
    // Executed, and only once.
    assert.deepEqual(await state.getMany('trace', ['key', 'other', 'n']), ['new', 1, 1])
    assert.equal(await timesCalled(client, 'eval'), 4)
  })
})
