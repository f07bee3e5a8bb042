// @ts-check
// What users of @keyv/redis complain of: calls that hang, endless reconnects, writes that fail without a word.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { Keyv } from 'keyv'
import { Keyv as Keyv6 } from 'keyv6'
import { RedisStateError } from 'redis-state-adapter'
import { createKeyv, createKeyvNonBlocking, KeyvRedis, RedisErrorMessages } from 'redis-state-adapter/keyv'
import { started } from '../support/redis.mjs'
import { runFixture } from '../support/run-fixture.mjs'
import { until } from '../support/until.mjs'
import { unusedPort } from '../support/unused-port.mjs'

/** Where no Redis is. @param {object} [options] */
async function nowhere(options) {
  return { url: `redis://127.0.0.1:${await unusedPort()}`, commandTimeout: 200, ...options }
}

/** @param {import('node:test').TestContext} t @param {any} connection @param {object} [options] */
function opened(t, connection, options) {
  const store = new KeyvRedis(connection, options)
  /** @type {unknown[]} */
  const errors = []
  store.on('error', (error) => errors.push(error))
  t.after(() => store.disconnect(true))
  return { store, errors }
}

const calls = /** @type {[string, (store: KeyvRedis) => Promise<unknown>, unknown][]} */ ([
  ['set', (store) => store.set('a', 'text'), false],
  ['setMany', (store) => store.setMany([{ key: 'a', value: 'text' }]), [false]],
  ['get', (store) => store.get('a'), undefined],
  ['getMany', (store) => store.getMany(['a', 'b']), [undefined, undefined]],
  ['has', (store) => store.has('a'), false],
  ['hasMany', (store) => store.hasMany(['a']), [false]],
  ['delete', (store) => store.delete('a'), false],
  ['deleteMany', (store) => store.deleteMany(['a']), false],
  ['clear', (store) => store.clear(), undefined],
])

describe('while Redis is away', () => {
  for (const [name, call, answer] of calls) {
    it(`${name} emits an error and resolves, or rejects, within its time`, async (t) => {
      const connection = await nowhere()
      const quiet = opened(t, connection, { throwOnConnectError: false })
      assert.deepEqual(await call(quiet.store), answer)
      assert.ok(quiet.errors.some((error) => codeOf(error) === 'ERR_COMMAND_TIMEOUT'))

      const throwing = opened(t, connection, { throwOnErrors: true })
      await assert.rejects(call(throwing.store), { code: 'ERR_COMMAND_TIMEOUT' })

      const { store } = opened(t, connection)
      await assert.rejects(call(store), (/** @type {any} */ error) => {
        assert.equal(error.message, RedisErrorMessages.RedisClientNotConnectedThrown)
        assert.equal(error.cause.code, 'ERR_COMMAND_TIMEOUT')
        return true
      })
    })
  }

  it('a call waits for a connection as long as connectionTimeout says', async (t) => {
    const { store } = opened(t, await nowhere({ commandTimeout: 600_000 }), { connectionTimeout: 50 })
    await assert.rejects(store.get('a'), { message: RedisErrorMessages.RedisClientNotConnectedThrown })
    await assert.rejects(store.getClient(), RedisStateError)
  })

  it('an iteration rejects', async (t) => {
    const { store } = opened(t, await nowhere(), { throwOnConnectError: false })
    await assert.rejects(store.iterator().next(), { code: 'ERR_COMMAND_TIMEOUT' })
  })

  it('the reconnect strategy of the user decides when to give up', async (t) => {
    /** @type {number[]} */
    const asked = []
    const reconnectStrategy = (/** @type {number} */ retries) => asked.push(retries) < 3 && 1
    const connection = await nowhere({ commandTimeout: 600_000, socket: { reconnectStrategy } })
    const { store } = opened(t, connection, { throwOnErrors: true })
    await assert.rejects(store.get('a'), { code: 'ERR_CONNECTION' })
    assert.deepEqual(asked, [0, 1, 2])
  })

  it('a Keyv that does not block settles at once, and never rejects', async (t) => {
    const options = await nowhere({ commandTimeout: 600_000 })
    const client = { isOpen: false, options: { url: options.url }, connect: async () => {} }
    setVariable(t, 'REDIS_URL', options.url)
    for (const connection of [options, options.url, client, undefined, null]) {
      const keyv = createKeyvNonBlocking(/** @type {any} */ (connection))
      t.after(() => keyv.disconnect())
      /** @type {Set<string>} */
      const codes = new Set()
      keyv.store.on('error', (/** @type {any} */ error) => codes.add(codeOf(error)))
      assert.equal(await keyv.get('a'), undefined)
      assert.equal(await keyv.set('a', 1), false)
      assert.deepEqual(await keyv.hasMany(['a']), [false])
      assert.deepEqual(codes, new Set(['ERR_CONNECTION']))
    }
  })

  it('an environment that is wrong is named', (t) => {
    setVariable(t, 'REDIS_URL', 'http://localhost')
    const message = /Set by the environment: url by REDIS_URL\.$/
    assert.throws(() => createKeyvNonBlocking(), { code: 'ERR_INVALID_CONFIG', message })
  })

  it('a process ends by itself, after the call has settled', async () => {
    const { url } = await nowhere()
    const { code, lines } = await runFixture('keyv-away.mjs', [url])
    assert.deepEqual([code, lines], [0, ['ERR_COMMAND_TIMEOUT', 'got undefined']])
  })
})

describe('a write that the server refuses', () => {
  it('is an error and false with Keyv 5 and 6, or rejects', async (t) => {
    const server = await started(t, ['--maxmemory', '1'])
    for (const Class of /** @type {any[]} */ ([Keyv, Keyv6])) {
      const { store, errors } = opened(t, server.url)
      const keyv = new Class({ store })
      keyv.on('error', () => {})
      assert.equal(await keyv.set('a', 1), false)
      assert.deepEqual(await keyv.setMany([{ key: 'a', value: 1 }]), [false])
      assert.deepEqual(errors.map(replyOf), ['OOM', 'OOM'])
    }
    const keyv = createKeyv(server.url, { throwOnErrors: true })
    t.after(() => keyv.disconnect())
    await assert.rejects(keyv.set('a', 1), { code: 'ERR_REPLY', reply: 'OOM' })
    await assert.rejects(keyv.setMany([{ key: 'a', value: 1 }]), { code: 'ERR_REPLY' })
  })
})

describe('errors that no one listens to', () => {
  it('do not end the process: the call says what it did', async (t) => {
    const store = new KeyvRedis(await nowhere(), { throwOnConnectError: false })
    t.after(() => store.disconnect(true))
    assert.equal(await store.set('a', 'text'), false)
    const keyv = new Keyv6({ store: new KeyvRedis(await nowhere()) })
    t.after(() => keyv.disconnect())
    await assert.rejects(keyv.get('a'))
  })
})

describe('another client', () => {
  it('emits no event of the former, and the error of its end', async (t) => {
    const server = await started(t)
    const { store, errors } = opened(t, { url: server.url, commandTimeout: 60_000 })
    let disconnects = 0
    store.on('disconnect', () => disconnects++)
    const former = store.client
    const cleanup = former.cleanup.bind(former)
    const problem = new Error('cannot end')
    const ended = once(former, 'end')
    former.cleanup = async () => {
      await cleanup()
      throw problem
    }
    await store.set('a', 'text')
    store.client = { url: server.url, commandTimeout: 60_000 }
    assert.equal(await store.get('a'), 'text')
    await ended
    await until(() => errors.length > 0)
    assert.deepEqual(errors, [problem])
    assert.equal(disconnects, 0)
    await store.disconnect()
    assert.equal(disconnects, 1)
  })
})

describe('after an outage', () => {
  it('calls succeed again, and the events say so', async (t) => {
    const server = await started(t)
    const { store, errors } = opened(t, { url: server.url, commandTimeout: 60_000 })
    /** @type {string[]} */
    const events = []
    for (const name of ['connect', 'reconnecting', 'disconnect']) store.on(name, () => events.push(name))
    await store.set('a', 'text')
    await server.kill()
    await until(() => events.includes('reconnecting'))
    await server.start()
    await store.set('a', 'again')
    assert.equal(await store.get('a'), 'again')
    await store.disconnect()
    assert.deepEqual(new Set(events), new Set(['connect', 'reconnecting', 'disconnect']))
    assert.ok(errors.every((error) => error instanceof RedisStateError))
  })
})

/** Sets an environment variable for a test. @param {import('node:test').TestContext} t @param {string} name @param {string} value */
function setVariable(t, name, value) {
  const { [name]: former } = process.env
  process.env[name] = value
  t.after(() => {
    if (former === undefined) delete process.env[name]
    else process.env[name] = former
  })
}

/** @param {any} error */
function codeOf({ code }) {
  return code
}

/** @param {any} error */
function replyOf({ reply }) {
  return reply
}
