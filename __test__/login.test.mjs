// @ts-check
// Credentials, database, socket and name of a connection.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertAllFail, assertFails } from './support/assert-fails.mjs'
import { allCalls } from './support/calls.mjs'
import { next } from './support/events.mjs'
import { killOtherClients } from './support/kill-clients.mjs'
import { killServer } from './support/kill-server.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { shown } from './support/shown.mjs'
import { commandTimeout, inTime, soon } from './support/timing.mjs'

/** @typedef {import('./support/redis.mjs').Client} Client */
/** @typedef {import('redis-state-adapter').RedisStateError} RedisStateError */

describe('credentials', () => {
  for (const [title, credentials] of Object.entries({
    'a wrong password': { password: 'wrong-word' },
    'no password': {},
    'an unknown user': { username: 'unknown', password: 'right-word' },
  })) {
    it(`${title} makes calls fail in time`, async (t) => {
      const server = await started(t, ['--requirepass', 'right-word'])
      const state = open(t, { url: server.url, commandTimeout, ...credentials })
      // Only from then on the calls have that reason when they time out.
      const announced = await next(state, 'error')
      const { within } = inTime
      const errors = [...(await assertAllFail(allCalls(state), 'ERR_AUTH', { within })), ...announced]
      assert.deepEqual(new Set(errors.map(({ code }) => code)), new Set(['ERR_AUTH']))
      for (const error of errors) assert.doesNotMatch(shown(error), /(wrong|right)-word/)
    })
  }

  it('recover if the server gets the right password', async (t) => {
    const server = await started(t, ['--requirepass', 'old-word'])
    const state = open(t, { url: server.url, password: 'new-word' })
    const impatient = open(t, { url: server.url, password: 'new-word', commandTimeout })
    await next(impatient, 'error')
    await assertFails(impatient.get('trace', 'key'), 'ERR_AUTH', { within: inTime.within })
    const ready = next(state, 'ready')
    const client = await server.client({ password: 'old-word' })
    await client.configSet('requirepass', 'new-word')
    await ready
    assert.equal(await state.set('trace', 'key', 1), 1)
  })

  it('recover from a password that was wrong for a while', async (t) => {
    const server = await started(t, ['--requirepass', 'one-word'])
    const state = open(t, { url: server.url, password: 'one-word' })
    assert.equal(await state.set('trace', 'key', 1), 1)
    const client = await server.client({ password: 'one-word' })
    await client.configSet('requirepass', 'another-word')
    const [error, lost] = [next(state, 'error', 2), next(state, 'reconnecting', 2)]
    await killOtherClients(client)
    await lost
    assert.equal((await error)[1].code, 'ERR_AUTH')
    const ready = next(state, 'ready')
    await client.configSet('requirepass', 'one-word')
    await ready
    assert.equal(await state.get('trace', 'key'), 1)
  })

  it('can be those of an ACL user, as options or in the url', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const password = 'p@ss:w/rd %'
    await client.sendCommand(['ACL', 'SETUSER', 'reader', 'on', `>${password}`, '~*', '+@all', '-set', '-setex'])
    const inUrl = `redis://reader:${encodeURIComponent(password)}@127.0.0.1:${server.port}`
    for (const options of [{ url: server.url, username: 'reader', password }, { url: inUrl }]) {
      const state = open(t, { ...options, name: 'acl-user' })
      assert.equal(await state.get('trace', 'key'), null)
      assert.match(await clientLine(client, 'acl-user'), / user=reader /)
      await assertFails(state.set('trace', 'key', 1), 'ERR_REPLY', { applied: 'no', reply: 'NOPERM', ...soon })
      await state.cleanup()
    }
  })
})

describe('the database', () => {
  it('is the selected one, also after a restart', async (t) => {
    const server = await started(t)
    for (const options of [{ url: server.url, database: 3 }, { url: `${server.url}/3` }]) {
      const state = open(t, options)
      await state.set('trace', 'key', 1)
      await killServer(state, server)
      await server.start()
      await state.set('trace', 'key', 2)
      assert.equal(await (await server.client({ database: 3 })).get('motia:state:trace:key'), '2')
      assert.equal(await (await server.client()).dbSize(), 0)
      await state.cleanup()
    }
  })

  it('is never another one if the user has no right to SELECT', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.set('motia:state:trace:key', '"of database 0"')
    await client.sendCommand(['ACL', 'SETUSER', 'limited', 'on', '>word', '~*', '+@all', '-select'])
    const options = { url: server.url, username: 'limited', password: 'word', database: 3 }
    const state = open(t, options)
    await assertUnusable(open(t, { ...options, commandTimeout }), 'NOPERM')
    assert.equal(await client.get('motia:state:trace:key'), '"of database 0"')
    assert.equal(await client.dbSize(), 1)
    const ready = next(state, 'ready')
    await client.sendCommand(['ACL', 'SETUSER', 'limited', '+select'])
    await ready
    assert.equal(await state.get('trace', 'key'), null)
  })

  it('is never another one if the server has no such database', async (t) => {
    const server = await started(t, ['--databases', '2'])
    const state = open(t, { url: server.url, database: 2, commandTimeout })
    await assertUnusable(state, 'ERR')
    assert.equal(await (await server.client()).dbSize(), 0)
  })

  /**
   * @param {import('redis-state-adapter').RedisStateAdapter} state
   * @param {string} reply of the server to the login
   */
  async function assertUnusable(state, reply) {
    const lost = next(state, 'reconnecting')
    const errors = await assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inTime)
    for (const { cause } of errors) assert.equal(/** @type {RedisStateError} */ (cause).code, 'ERR_CONNECTION')
    assert.equal((await lost)[0].cause.reply, reply)
  }
})

describe('the connection', () => {
  it('can use a unix socket', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const path = server.socketPath
    for (const options of [{ url: `unix://${path}` }, { socket: { path } }]) {
      const state = open(t, { ...options, name: 'over-unix' })
      assert.equal(await state.set('trace', 'key', 1), 1)
      assert.match(await clientLine(client, 'over-unix'), new RegExp(` addr=${path}:0 `))
      const ready = next(state, 'ready')
      await killOtherClients(client)
      await ready
      assert.equal(await state.get('trace', 'key'), 1)
      await state.cleanup()
    }
  })

  it('has a name', async (t) => {
    const server = await started(t)
    const client = await server.client()
    for (const name of ['redis-state-adapter', 'my-app']) {
      const state = open(t, { url: server.url, ...(name === 'my-app' && { name }) })
      await state.get('trace', 'key')
      assert.ok(await clientLine(client, name))
      await state.cleanup()
    }
  })

  it('waits if the server is at its limit of clients', async (t) => {
    const server = await started(t, ['--requirepass', 'word'])
    const client = await server.client({ password: 'word' })
    await client.configSet('maxclients', '1')
    const state = open(t, { url: server.url, password: 'word' })
    const call = state.set('trace', 'key', 1)
    for (const { cause } of await next(state, 'reconnecting', 2)) assert.equal(cause.code, 'ERR_CONNECTION')
    client.destroy()
    assert.equal(await call, 1)
  })
})

/**
 * @param {Client} client
 * @param {string} name
 * @returns {Promise<string>} line of CLIENT LIST with that name
 */
async function clientLine(client, name) {
  const list = String(await client.sendCommand(['CLIENT', 'LIST']))
  const line = list.split('\n').find((line) => line.includes(` name=${name} `))
  assert.ok(line, `no client named ${name} in:\n${list}`)
  return line
}
