// @ts-check
// The `reconnectStrategy` option.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RedisStateError } from 'redis-state-adapter'
import { assertAllFail, assertFails } from './support/assert-fails.mjs'
import { allCalls } from './support/calls.mjs'
import { next } from './support/events.mjs'
import { range } from './support/fill.mjs'
import { killServer } from './support/kill-server.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { soon } from './support/timing.mjs'
import { unusedPort } from './support/unused-port.mjs'
import { collectWarnings } from './support/warnings.mjs'

describe('the reconnect strategy', () => {
  it('a number is the delay', async (t) => {
    const server = await started(t)
    const state = await connected(t, server, 30)
    const infos = await killServer(state, server, 3)
    assert.deepEqual(
      infos.map(({ retries, delay }) => [retries, delay]),
      range(3).map((retries) => [retries, 30]),
    )
    await server.start()
    assert.equal(await state.set('trace', 'key', 1), 1)
  })

  it('false stops reconnecting at once', async (t) => {
    const server = await started(t)
    const state = await connected(t, server, false)
    const end = next(state, 'end')
    server.signal('SIGSTOP')
    const waiting = assertFails(state.get('trace', 'key'), 'ERR_CONNECTION', soon)
    await server.kill()
    await Promise.all([waiting, end])
    await assertGivenUp(state)
    await server.start()
    await assertGivenUp(state)
  })

  it('false gives up at once when the first attempt fails', async (t) => {
    const port = await unusedPort()
    const state = open(t, { host: '127.0.0.1', port, socket: { reconnectStrategy: false } })
    const end = next(state, 'end')
    await assertAllFail(allCalls(state), 'ERR_CONNECTION', soon)
    await end
    await assertGivenUp(state)
  })

  it('a function is called with the number of retries and the cause', async (t) => {
    const server = await started(t)
    /** @type {[retries: number, cause: Error][]} */
    const asked = []
    const state = await connected(t, server, (...args) => 20 + asked.push(args))
    for (let loss = 0; loss < 2; loss++) {
      asked.length = 0
      const ready = next(state, 'ready')
      const infos = await killServer(state, server, 3)
      assert.deepEqual(
        infos.map(({ retries, delay }) => [retries, delay]),
        range(3).map((retries) => [retries, 21 + retries]),
      )
      assert.deepEqual(
        asked.slice(0, 3).map(([retries]) => retries),
        [0, 1, 2],
      )
      for (const [, cause] of asked) {
        assert.ok(cause instanceof RedisStateError)
        assert.equal(cause.code, 'ERR_CONNECTION')
      }
      await server.start()
      await ready
    }
  })

  it('a function that returns false stops reconnecting', async (t) => {
    const server = await started(t)
    const state = await connected(t, server, (retries) => retries < 2 && 20)
    const end = next(state, 'end')
    await killServer(state, server)
    const waiting = assertFails(state.set('a', 'b', 1), 'ERR_CONNECTION', { applied: 'no', ...soon })
    await Promise.all([end, waiting])
    await assertGivenUp(state)
  })

  it('a function that returns an Error stops reconnecting, and the Error is the cause of the rejections', async (t) => {
    const server = await started(t)
    const enough = new Error('enough')
    const state = await connected(t, server, (retries) => (retries < 2 ? 20 : enough))
    const end = next(state, 'end')
    await killServer(state, server)
    const waiting = assertFails(state.get('a', 'b'), 'ERR_CONNECTION', soon)
    await end
    assert.equal((await waiting).cause, enough)
    for (const { cause } of await assertGivenUp(state)) assert.equal(cause, enough)
  })

  /** @type {Record<string, () => any>} */
  const mistakes = {
    'a throw': () => {
      throw new Error('mistaken')
    },
    'a throw of an object without prototype': () => {
      throw Object.create(null)
    },
    'a throw of a symbol': () => {
      throw Symbol('mistaken')
    },
    NaN: () => Number.NaN,
    Infinity: () => Number.POSITIVE_INFINITY,
    'a negative number': () => -1,
    'a number too large': () => 2 ** 31,
    'a promise': async () => 20,
    'a promise that rejects': () => Promise.reject(new Error('mistaken')),
    'an object without prototype': () => Object.create(null),
    'a symbol': () => Symbol('mistaken'),
    text: () => '20',
    undefined: () => undefined,
    true: () => true,
  }
  for (const [title, mistake] of Object.entries(mistakes)) {
    it(`a function with an invalid result, ${title}: one warning and the default delay`, async (t) => {
      const warnings = collectWarnings(t)
      const server = await started(t)
      const state = await connected(t, server, mistake)
      const start = performance.now()
      const infos = await killServer(state, server, 3)
      const passed = performance.now() - start
      for (const { delay } of infos) assert.ok(delay >= 10 && delay <= 2000, `delay ${delay}`)
      assert.ok(passed >= infos[0].delay + infos[1].delay - 20, `three attempts in ${passed} ms`)
      await server.start()
      assert.equal(await state.set('trace', 'key', 1), 1)
      assert.equal(warnings.length, 1, warnings.join('\n'))
      assert.match(warnings[0].message, /socket\.reconnectStrategy/)
    })
  }
})

/**
 * @param {import('node:test').TestContext} t
 * @param {import('./support/redis.mjs').RedisServer} server
 * @param {number | false | import('redis-state-adapter').ReconnectStrategy} reconnectStrategy
 */
async function connected(t, server, reconnectStrategy) {
  const state = open(t, { url: server.url, socket: { reconnectStrategy } })
  await next(state, 'ready')
  return state
}

/**
 * All further calls reject at once.
 *
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 */
function assertGivenUp(state) {
  return assertAllFail(allCalls(state), 'ERR_CONNECTION', soon)
}
