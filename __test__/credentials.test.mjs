// @ts-check
// A provider of credentials, asked at every connect.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from './support/assert-fails.mjs'
import { next } from './support/events.mjs'
import { killOtherClients } from './support/kill-clients.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { shown } from './support/shown.mjs'
import { commandTimeout, inTime } from './support/timing.mjs'

describe('a provider of credentials', () => {
  it('is asked at every connect, so that a password may change', async (t) => {
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
    // The connection for listings logs in as well.
    assert.deepEqual(await state.getGroup('trace'), [1])
    assert.equal(asked.mock.callCount(), 3)
  })

  it('may answer without a promise and name a user', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', '+@all'])
    const state = open(t, { url: server.url, credentials: () => ({ username: 'ada', password: 'ada-word' }) })
    await state.ping()
    assert.match(await client.sendCommand(['CLIENT', 'LIST']), / name=redis-state-adapter .* user=ada /)
  })

  it('wins over what the url says', async (t) => {
    const server = await started(t, ['--requirepass', 'right-word'])
    const url = server.url.replace('redis://', 'redis://default:wrong-word@')
    await open(t, { url, credentials: () => ({ password: 'right-word' }) }).ping()
  })

  it('may be the one of node-redis', async (t) => {
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
    ['gives nothing', () => undefined],
    ['gives no password', () => ({ username: 'ada' })],
    ['gives a password that is no string', async () => ({ password: 5 })],
    ['gives a username that is no string', async () => ({ username: 5, password: 'right-word' })],
  ])) {
    it(`that ${title} fails calls in time, with what went wrong as their cause`, async (t) => {
      const server = await started(t, ['--requirepass', 'right-word'])
      const state = open(t, { url: server.url, commandTimeout, credentials })
      const [announced] = await next(state, 'error')
      const error = await assertFails(state.set('trace', 'key', 1), 'ERR_AUTH', { applied: 'no', ...inTime })
      for (const { cause } of [announced, error]) assert.ok(cause instanceof Error, shown(cause))
      if (title === 'rejects') assert.equal(error.cause, cause)
    })
  }

  it('that fails for a while is asked again', async (t) => {
    const server = await started(t, ['--requirepass', 'right-word'])
    let times = 0
    const credentials = async () => {
      if (++times < 3) throw new Error('not yet')
      return { password: 'right-word' }
    }
    assert.equal(await open(t, { url: server.url, credentials }).set('trace', 'key', 1), 1)
    assert.equal(times, 3)
  })

  it('that never answers counts as a connection that cannot be made', async (t) => {
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
    ['is no function', { credentials: { password: 'a-word' } }, /^credentials: /],
    ['stands beside a password', { credentials: () => {}, password: 'a-word' }, /^credentials: /],
    ['stands beside a username', { credentials: () => {}, username: 'ada' }, /^credentials: /],
  ])) {
    it(`is refused where it ${title}`, (t) => {
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
