// @ts-check
// Servers that reject or lack some commands of connecting; proxies in front of servers.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from './support/assert-fails.mjs'
import { next } from './support/events.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { bulk, scripted, scriptedServer } from './support/scripted-server.mjs'
import { timesCalled } from './support/times-called.mjs'
import { commandTimeout, soon } from './support/timing.mjs'

/** @import { Socket } from 'node:net' */

const full = '-ERR max number of clients reached'
const denied =
  '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.'
const noPassword =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?'

/** @param {string} line @returns {(socket: Socket) => void} */
const sayAndClose = (line) => (socket) => void socket.end(`${line}\r\n`)

describe('the last error before the end of a connection is its reason', () => {
  for (const [title, line, options] of /** @type {[string, string, object][]} */ ([
    ['too many clients', full, {}],
    ['too many clients, before a login', full, { password: 's3cr3t-w0rd' }],
    ['too many clients, in the message of another server', '-ERR max clients reached', { password: 's3cr3t-w0rd' }],
    ['protected mode', denied, {}],
    ['protected mode, before a login', denied, { password: 's3cr3t-w0rd' }],
    ['a proxy without a server behind it', '-ERR no upstream host', { database: 3 }],
    ['a proxy without a server behind it, before a login', '-ERR no upstream host', { password: 's3cr3t-w0rd' }],
  ])) {
    it(title, async (t) => {
      const url = await scripted(t, () => sayAndClose(line))
      const state = open(t, { url, ...options })
      const [error] = await next(state, 'error')
      assert.equal(error.code, 'ERR_CONNECTION')
      assert.ok(error.message.includes(line.slice(1, 100)), error.message)
    })
  }

  it('also if it arrives before anything was sent', async (t) => {
    const server = await scriptedServer(t, () => undefined)
    const state = open(t, { url: server.url })
    await next(state, 'ready')
    const lost = next(state, 'error')
    server.send('-ERR the proxy is going away\r\n')
    assert.match((await lost)[0].message, /rejected by 127\.0\.0\.1:\d+: ERR the proxy is going away\./)
  })

  it('of a real server at its limit of clients, until it accepts more', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.configSet('maxclients', '1')
    const state = open(t, { url: server.url })
    const call = state.set('t', 'k', 1)
    for (const { cause } of await next(state, 'reconnecting', 2)) {
      assert.match(cause.message, /max number of clients reached/)
    }
    client.destroy()
    assert.equal(await call, 1)
  })
})

describe('a server without PING', () => {
  it('is used: its error to PING shows that it is alive', async (t) => {
    const server = await started(t, ['--rename-command', 'PING', ''])
    const state = open(t, { url: server.url })
    assert.equal(await state.set('t', 'k', 1), 1)
    assert.deepEqual(await state.getGroup('t'), [1])
    assert.ok((await state.ping()) > 0)
  })

  it('can be watched', async (t) => {
    const server = await started(t, ['--rename-command', 'PING', '', '--notify-keyspace-events', 'KA'])
    const state = open(t, { url: server.url })
    // A pending watch may not keep the process alive.
    await server.client()
    const changes = state.watch('t')
    await changes.ready
    const change = changes.next()
    await state.set('t', 'k', 1)
    assert.ok('key' in ((await change).value ?? {}))
    await changes.return?.()
  })

  for (const line of [
    '-NOPERM no permissions to run the ping command',
    '-ERR not allowed by policy',
    '-MISCONF no disk',
  ]) {
    it(`is used with the error: ${line}`, async (t) => {
      const url = await scripted(t, ([name]) => ({ PING: line, GET: bulk('1') })[name])
      assert.equal(await open(t, { url }).get('t', 'k'), 1)
    })
  }

  for (const [line, code] of /** @type {const} */ ([
    ['-LOADING Redis is loading the dataset in memory', 'ERR_CONNECTION'],
    ['-BUSY Redis is busy running a script', 'ERR_CONNECTION'],
    ['-MASTERDOWN Link with MASTER is down', 'ERR_CONNECTION'],
    ['-NOAUTH Authentication required.', 'ERR_AUTH'],
  ])) {
    it(`is not used yet with the error: ${line}`, async (t) => {
      const { url, port } = await scriptedServer(t, ([name]) => ({ PING: line })[name])
      const [error] = await next(open(t, { url }), 'error')
      assert.equal(error.code, code)
      assert.ok(error.message.startsWith(`rejected by 127.0.0.1:${port}: ${line.slice(1)}`), error.message)
    })
  }
})

describe('CLIENT SETNAME', () => {
  it('is not sent with name: false', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const before = await timesCalled(client, 'client\\|setname')
    await open(t, { url: server.url, name: false }).set('t', 'k', 1)
    assert.equal(await timesCalled(client, 'client\\|setname'), before)
    await open(t, { url: server.url }).set('t', 'k', 1)
    assert.equal(await timesCalled(client, 'client\\|setname'), before + 1)
  })

  it('is named in the error, with the option, if a proxy closes the connection because of it', async (t) => {
    const url = await scripted(t, ([name]) => (name === 'CLIENT' ? (socket) => void socket.end() : undefined))
    const state = open(t, { url })
    const [error] = await next(state, 'error')
    assert.match(error.message, /closed the connection, before it answered CLIENT SETNAME\. With name: false/)
    assert.equal(await open(t, { url, name: false }).set('t', 'k', 1), 1)
  })

  it('is optional if the server rejects it', async (t) => {
    const url = await scripted(t, ([name]) => (name === 'CLIENT' ? '-ERR unknown command' : undefined))
    assert.equal(await open(t, { url }).set('t', 'k', 1), 1)
  })
})

describe('HELLO', () => {
  it('is not sent again to a proxy that closes the connection because of it', async (t) => {
    // With a hash tag in the prefix only HELLO reveals the kind of server.
    const url = await scripted(t, ([name]) => (name === 'HELLO' ? (socket) => void socket.end() : undefined))
    assert.equal(await open(t, { url, keyPrefix: '{app}:' }).set('t', 'k', 1), 1)
  })
})

describe('a login that the server rejects', () => {
  it('is reported with its message: it has no password', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, password: 'password', commandTimeout })
    // Only from then on the call has that reason when it times out.
    await next(state, 'error')
    const error = await assertFails(state.set('t', 'k', 1), 'ERR_AUTH', { applied: 'no', reply: 'ERR' })
    const why = `the server rejected the login: ${noPassword}`
    const expected = `set("t", "k"): ${why} Nothing was written. Omit the password: this server has none.`
    assert.equal(error.message, expected)
  })

  for (const [title, last] of /** @type {[string, string | (() => void)][]} */ ([
    ['continues', '+OK'],
    ['sends nothing more', () => {}],
  ])) {
    it(`with an unusual message, and ${title}`, async (t) => {
      const url = await scripted(t, ([name]) => (name === 'AUTH' ? '-ERR who are you' : last))
      const [error] = await next(open(t, { url, password: 's3cr3t-w0rd' }), 'error')
      const expected = 'the server rejected the login: ERR who are you. Check username and password.'
      assert.deepEqual([error.code, error.message], ['ERR_AUTH', expected])
    })
  }

  it('with a message that repeats a part of the password, which is not shown', async (t) => {
    const said = "-ERR unknown command 'AUTH', with args beginning with: 's3cr3t"
    const url = await scripted(t, ([name]) => (name === 'AUTH' ? said : undefined))
    const [error] = await next(open(t, { url, password: 's3cr3t-w0rd' }), 'error')
    assert.match(error.message, /^the server rejected the login: ERR \(its words repeat the login\)\./)
  })
})

describe('missing rights of a script', () => {
  for (const [name, make] of Object.entries({
    'set with ifMatch': (/** @type {any} */ state, /** @type {any} */ etag) =>
      state.set('t', 'k', 2, { ifMatch: etag }),
    'delete with ifMatch': (/** @type {any} */ state, /** @type {any} */ etag) =>
      state.delete('t', 'k', { ifMatch: etag }),
    getWithMetadata: (/** @type {any} */ state) => state.getWithMetadata('t', 'k'),
    touch: (/** @type {any} */ state) => state.touch('t', 'k', 100),
    persist: (/** @type {any} */ state) => state.persist('t', 'k'),
    increment: (/** @type {any} */ state) => state.increment('t', 'k', 1),
    update: (/** @type {any} */ state) => state.update('t', 'o', [{ op: 'set', path: 'a', value: 1 }]),
    rateLimit: (/** @type {any} */ state) => state.rateLimit('t', 'r', { limit: 5, window: '10s' }),
  })) {
    it(`are named by the error, and suffice once granted: ${name}`, async (t) => {
      const server = await started(t)
      const client = await server.client()
      const state = open(t, { url: server.url })
      await state.set('t', 'k', 1)
      const { etag } = (await state.getWithMetadata('t', 'k')) ?? {}
      await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>word', '~*', '-@all', '+evalsha', '+eval'])
      const ada = open(t, { url: server.url, username: 'ada', password: 'word' })
      const applied = name === 'getWithMetadata' ? undefined : 'no'
      const error = await assertFails(make(ada, etag), 'ERR_REPLY', { reply: 'NOPERM', applied, ...soon })
      const needed =
        /needs permission for ([A-Z, ]+),/.exec(error.message)?.[1].split(', ') ?? assert.fail(error.message)
      await client.sendCommand(['ACL', 'SETUSER', 'ada', ...needed.map((command) => `+${command.toLowerCase()}`)])
      await make(ada, etag)
    })
  }
})
