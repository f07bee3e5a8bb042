// @ts-check
// How `redis-state-adapter/chat` connects, what it does without a connection, and what it refuses.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RedisStateAdapter as State } from 'redis-state-adapter'
import { createRedisState, RedisStateAdapter } from 'redis-state-adapter/chat'
import { assertFails } from '../support/assert-fails.mjs'
import { started } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'
import { entryOf } from './chat-behaviours.mjs'

/** @import { TestContext } from 'node:test' */

/** @param {TestContext} t @param {any} options */
function open(t, options) {
  const state = createRedisState(options)
  t.after(() => state.disconnect())
  return state
}

describe('connect', () => {
  it('may be called again after it rejected, because no server was there', async (t) => {
    const server = await started(t)
    await server.kill()
    const state = open(t, { url: server.url, commandTimeout: 300 })
    const attempts = [state.connect(), state.connect()]
    for (const attempt of attempts) await assertFails(attempt, 'ERR_COMMAND_TIMEOUT')
    await assertFails(state.connect(), 'ERR_COMMAND_TIMEOUT')

    await server.start()
    await connected(state)
    await state.set('k', 1)
    assert.equal(await state.get('k'), 1)
  })

  it('may be called again after the server rejected the password', async (t) => {
    const server = await started(t, ['--requirepass', 'right'])
    const admin = await server.client({ password: 'right' })
    const url = server.url.replace('//', '//:wrong@')
    const state = open(t, { url })
    await assertFails(state.connect(), 'ERR_AUTH')
    await admin.configSet('requirepass', 'wrong')
    await state.connect()
    assert.equal(await state.get('k'), null)
  })

  it('may be called again after disconnect', async (t) => {
    const { url } = await started(t)
    const state = open(t, { url })
    await assertFails(state.get('k'), 'ERR_CLOSED')
    await state.connect()
    await state.connect()
    await state.set('k', 1)
    await state.disconnect()
    await state.disconnect()
    const error = await assertFails(state.set('k', 2), 'ERR_CLOSED')
    assert.equal(error.message, 'set(): RedisStateAdapter is not connected. Call connect() first.')
    await state.connect()
    assert.equal(await state.get('k'), 1)
  })

  for (const name of ['url', 'client']) {
    it(`makes an attempt of its own after a disconnect during another, with ${name}`, async (t) => {
      const { url } = await started(t)
      const client = new State({ url })
      t.after(() => client.cleanup())
      const state = open(t, name === 'url' ? { url } : { client })
      const former = Promise.allSettled([state.connect()])
      const closing = state.disconnect()
      await state.connect()
      await Promise.all([former, closing])
      assert.equal(await state.get('k'), null)
      const later = Promise.allSettled([state.connect()])
      await state.disconnect()
      await state.connect()
      await later
      assert.equal(await state.get('k'), null)
    })
  }

  it('uses an adapter that is open, and leaves it open', async (t) => {
    const { url } = await started(t)
    const client = await State.connect({ url })
    t.after(() => client.cleanup())
    const state = open(t, { client, keyPrefix: 'bot' })
    await state.connect()
    await state.set('k', 1)
    assert.equal(state.getClient(), client)
    await state.disconnect()
    assert.equal(client.listenerCount('error'), 0)
    assert.equal(await client.command(['GET', 'bot:cache:k']), '1')
  })

  it('reads REDIS_URL if no option says where the server is', async (t) => {
    const { url } = await started(t)
    const { REDIS_URL } = process.env
    t.after(() => {
      if (REDIS_URL === undefined) delete process.env.REDIS_URL
      else process.env.REDIS_URL = REDIS_URL
    })
    process.env.REDIS_URL = url
    for (const options of [undefined, {}, { url: undefined, commandTimeout: 4_000 }]) {
      const state = open(t, options)
      await state.connect()
      assert.equal(await state.get('k'), null)
    }
    delete process.env.REDIS_URL
    assert.throws(() => createRedisState(), {
      code: 'ERR_INVALID_CONFIG',
      message: 'new RedisStateAdapter: url: missing. Set it, or the environment variable REDIS_URL.',
    })
  })
})

describe('without a connection', () => {
  it('settles calls in time, logs why, and goes on when the server is back', async (t) => {
    const server = await started(t)
    /** @type {any[]} */
    const logged = []
    const logger = { error: (/** @type {any[]} */ ...args) => logged.push(args) }
    const state = open(t, { url: server.url, commandTimeout: 500, logger })
    await state.connect()
    await server.kill()
    await assertFails(state.acquireLock('t1', 30_000), 'ERR_COMMAND_TIMEOUT', { applied: 'no' })
    await assertFails(state.get('k'), 'ERR_COMMAND_TIMEOUT')
    assert.equal(logged[0][0], 'Redis client error')
    assert.ok(logged[0][1].error instanceof Error)
    await server.start()
    await connected(state)
    assert.ok(await state.acquireLock('t1', 30_000))
  })

  it('keeps no process alive', async (t) => {
    const { url } = await started(t)
    const { code, stdout } = await runNode('idle-chat.mjs', [url])
    assert.deepEqual([code, stdout], [0, 'connected\n'])
  })
})

describe('options', () => {
  for (const [options, message] of /** @type {[any, RegExp][]} */ ([
    ['redis://localhost', /^new RedisStateAdapter: options: expected an object, got a string\.$/],
    [{ url: 'redis://localhost', keyPrefix: 7 }, /: keyPrefix: expected a string, got the number 7\.$/],
    [{ url: 'redis://localhost', logger: {} }, /: logger: expected an object with the method error, got an object\.$/],
    [{ url: 'redis://localhost', comandTimeout: 1 }, /: comandTimeout: unknown option/],
    [{ url: 'http://localhost' }, /: url: /],
    [{ client: 7 }, /: client: expected /],
    [{ client: 'memory:', url: 'memory:' }, /: url: not possible with client/],
  ])) {
    it(`rejects ${JSON.stringify(options)}`, () => {
      assert.throws(() => new RedisStateAdapter(options), { code: 'ERR_INVALID_CONFIG', message })
    })
  }
})

describe('arguments', () => {
  it('that are wrong reject, and nothing is written', async (t) => {
    const state = open(t, { url: 'memory:' })
    await state.connect()
    /** @type {any} */
    const any = state
    /** @type {Record<string, unknown>} */
    const circular = {}
    circular.self = circular
    const lock = { threadId: 't', token: 'x', expiresAt: 1 }
    for (const [call, message] of /** @type {[() => Promise<unknown>, RegExp][]} */ ([
      [() => any.subscribe(7), /^subscribe\(\): threadId: expected a string, got the number 7\.$/],
      [() => any.acquireLock('t'), /^acquireLock\(\): ttlMs: expected milliseconds, more than 0 .*, got undefined\.$/],
      [() => any.acquireLock('t', 0), /got the number 0\.$/],
      [() => any.extendLock(lock, Number.NaN), /^extendLock\(\): ttlMs: /],
      [() => any.releaseLock(null), /^releaseLock\(\): lock\.threadId: expected a string, got undefined\.$/],
      [() => any.releaseLock({ threadId: 't' }), /^releaseLock\(\): lock\.token: /],
      [() => any.get(), /^get\(\): key: /],
      [() => any.set('k', undefined), /^set\(\): the value is not JSON-serializable: it is undefined\.$/],
      [() => any.set('k', circular), /^set\(\): the value is not JSON-serializable\.$/],
      [() => any.set('k', 1, -1), /^set\(\): ttlMs: /],
      [() => any.setIfNotExists('k', 1, '5'), /^setIfNotExists\(\): ttlMs: .* got the string "5"\.$/],
      [() => any.appendToList('l', 1, { maxLength: 1.5 }), /^appendToList\(\): maxLength: expected a whole number/],
      [() => any.enqueue('t', entryOf('one'), -1), /^enqueue\(\): maxSize: /],
      [() => any.enqueue('t', { expiresAt: 'soon' }, 1), /^enqueue\(\): /],
    ])) {
      const error = await assertFails(call(), 'ERR_INVALID_ARGUMENT')
      assert.match(error.message, message)
    }
    assert.deepEqual(await state.getClient().command(['KEYS', 'chat-sdk:*']), [])
  })

  it('reports an element that is not JSON, and returns a cached text that is not as it is', async (t) => {
    const state = open(t, { url: 'memory:' })
    await state.connect()
    await state.getClient().command(['RPUSH', 'chat-sdk:list:l', '1', 'no json'])
    const error = await assertFails(state.getList('l'), 'ERR_CORRUPT_VALUE')
    assert.match(error.message, /^getList\(\): an element of "chat-sdk:list:l" is not JSON/)
    await state.getClient().command(['SET', 'chat-sdk:cache:k', 'no json'])
    assert.equal(await state.get('k'), 'no json')
  })
})

/** On a busy machine it can take longer than a short commandTimeout. @param {RedisStateAdapter} state */
async function connected(state) {
  for (;;) {
    const error = await state.connect().then(
      () => undefined,
      (reason) => reason,
    )
    if (error === undefined) return
    assert.equal(error.code, 'ERR_COMMAND_TIMEOUT')
  }
}
