// @ts-check
// A credentials provider is called on every connect.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from './support/assert-fails.mjs'
import { next } from './support/events.mjs'
import { killOtherClients } from './support/kill-clients.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { shown } from './support/shown.mjs'
import { commandTimeout, inTime } from './support/timing.mjs'

describe('a credentials provider', () => {
  it('is called on every connect, so that a password can change', async (t) => {
    const server = await started(t, ['--requirepass', 'first-word'])
    let password = 'first-word'
    const asked = t.mock.fn(async () => ({ password }))
    const state = open(t, { url: server.url, credentials: asked })
    assert.equal(await state.set('trace', 'key', 1), 1)
    assert.equal(asked.mock.callCount(), 1)

    const client = await server.client({ password })
    await client.configSet('requirepass', 'second-word')
    password = 'second-word'
    const ready = next(state, 'ready')
    await killOtherClients(client)
    await ready
    assert.equal(await state.get('trace', 'key'), 1)
    assert.equal(asked.mock.callCount(), 2)
    // The scan connection authenticates as well.
    assert.deepEqual(await state.getGroup('trace'), [1])
    assert.equal(asked.mock.callCount(), 3)
  })

  it('can return credentials without a promise, and a username', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', '+@all'])
    const state = open(t, { url: server.url, credentials: () => ({ username: 'ada', password: 'ada-word' }) })
    await state.ping()
    assert.match(await client.sendCommand(['CLIENT', 'LIST']), / name=redis-state-adapter .* user=ada /)
  })

  it('overrides the credentials of the url', async (t) => {
    const server = await started(t, ['--requirepass', 'right-word'])
    const url = server.url.replace('redis://', 'redis://default:wrong-word@')
    await open(t, { url, credentials: () => ({ password: 'right-word' }) }).ping()
  })

  it('can be a credentialsProvider of node-redis', async (t) => {
    const server = await started(t, ['--requirepass', 'right-word'])
    const credentialsProvider = {
      type: 'async-credentials-provider',
      credentials: async () => ({ username: 'default', password: 'right-word' }),
    }
    const client = { isOpen: false, connect: async () => {}, options: { url: server.url, credentialsProvider } }
    await open(t, client).ping()
  })

  const cause = new Error('the vault is closed')
  for (const [title, credentials] of /** @type {[string, any][]} */ ([
    ['throws', () => assert.fail(cause)],
    ['rejects', () => Promise.reject(cause)],
    ['returns nothing', () => undefined],
    ['returns no password', () => ({ username: 'ada' })],
    ['returns a password that is not a string', async () => ({ password: 5 })],
    ['returns a username that is not a string', async () => ({ username: 5, password: 'right-word' })],
  ])) {
    it(`that ${title} makes calls fail in time, with the cause`, async (t) => {
      const server = await started(t, ['--requirepass', 'right-word'])
      const state = open(t, { url: server.url, commandTimeout, credentials })
      const [announced] = await next(state, 'error')
      const error = await assertFails(state.set('trace', 'key', 1), 'ERR_AUTH', { applied: 'no', ...inTime })
      for (const { cause } of [announced, error]) assert.ok(cause instanceof Error, shown(cause))
      if (title === 'rejects') assert.equal(error.cause, cause)
    })
  }

  it('that fails for a while is called again', async (t) => {
    const server = await started(t, ['--requirepass', 'right-word'])
    let times = 0
    const credentials = async () => {
      if (++times < 3) throw new Error('not yet')
      return { password: 'right-word' }
    }
    assert.equal(await open(t, { url: server.url, credentials }).set('trace', 'key', 1), 1)
    assert.equal(times, 3)
  })

  it('that never resolves counts as a failed connect', async (t) => {
    const server = await started(t)
    const state = open(t, {
      url: server.url,
      commandTimeout,
      credentials: () => new Promise(() => {}),
      socket: { connectTimeout: 100 },
    })
    const [error] = await next(state, 'error')
    assert.equal(error.code, 'ERR_CONNECTION')
    await assertFails(state.get('trace', 'key'), 'ERR_COMMAND_TIMEOUT', inTime)
  })

  for (const [title, options, path] of /** @type {[string, any, RegExp][]} */ ([
    ['is not a function', { credentials: { password: 'a-word' } }, /: credentials: /],
    ['is combined with a password', { credentials: () => {}, password: 'a-word' }, /: credentials: /],
    ['is combined with a username', { credentials: () => {}, username: 'ada' }, /: credentials: /],
  ])) {
    it(`is rejected if it ${title}`, (t) => {
      assert.throws(
        () => open(t, options),
        (/** @type {any} */ error) => {
          assert.equal(error.code, 'ERR_INVALID_CONFIG')
          assert.match(error.message, path)
          assert.doesNotMatch(shown(error), /a-word/)
          return true
        },
      )
    })
  }
})
