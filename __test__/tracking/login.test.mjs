// @ts-check
// Servers that do not report changes: everything else works, and a warning says why.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { documentedRules } from '../support/acl.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { started } from '../support/redis.mjs'
import { array, bulk, scriptedServer } from '../support/scripted-server.mjs'
import { openTracked } from '../support/tracking.mjs'
import { until } from '../support/until.mjs'
import { collectWarnings } from '../support/warnings.mjs'

const HELLO = ['%1', bulk('proto'), ':3'].join('\r\n')

describe('without the rights to track', () => {
  for (const lacking of ['client|tracking', 'client|caching', 'pttl']) {
    it(`such as ${lacking} calls work, and nothing is tracked`, async (t) => {
      const server = await started(t)
      const client = await server.client()
      await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>word', '~motia:state:*', '+@all', `-${lacking}`])
      const tracked = openTracked(t, { url: server.url, username: 'ada', password: 'word' })
      await tracked.set('a', 1)
      assert.deepEqual(await tracked.get('a'), { value: 1, ttl: undefined })
      assert.deepEqual(await tracked.get('absent'), { value: null, ttl: undefined })
      assert.equal(tracked.engine.isTracking(), false)
      assert.equal(tracked.engine.provenAt(), Number.NEGATIVE_INFINITY)
      assert.deepEqual(tracked.events, ['connecting', 'connect', 'ready'])
      assert.deepEqual(tracked.changes, [])
      await client.sendCommand(['ACL', 'SETUSER', 'ada', '+@all'])
      await killOtherClients(client)
      await until(() => tracked.engine.isTracking())
      assert.deepEqual(await tracked.get('a'), { value: 1, ttl: -1 })
    })
  }

  it('a process is warned once', async (t) => {
    const warnings = collectWarnings(t)
    const server = await started(t)
    const client = await server.client()
    await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>word', '~*', '+@all', '-client|tracking'])
    const user = { url: server.url, username: 'ada', password: 'word' }
    for (const tracked of [openTracked(t, user), openTracked(t, user)]) await tracked.ping()
    // Another test of this file may have caused it.
    assert.ok(warnings.length <= 1)
    for (const { message } of warnings) assert.match(message, /NOPERM.*\+client\|tracking \+client\|caching \+pttl/)
  })
})

it('the documented rights suffice', async (t) => {
  const server = await started(t)
  const client = await server.client()
  const { server: rights, caching } = await documentedRules()
  const user = ['on', '>word', '~motia:state:*', ...rights, ...caching]
  await client.sendCommand(['ACL', 'SETUSER', 'ada', ...user])
  const tracked = openTracked(t, { url: server.url, username: 'ada', password: 'word' })
  assert.deepEqual(await tracked.get('a'), { value: null, ttl: -2 })
  assert.ok(tracked.engine.isTracking())
})

describe('a server', () => {
  it('that does not know HELLO 3 is used without it', async (t) => {
    const { url } = await scriptedServer(t, ([name]) => (name === 'HELLO' ? '-ERR unknown command' : answer(name)))
    const tracked = openTracked(t, { url })
    assert.deepEqual(await tracked.get('a'), { value: 1, ttl: undefined })
    assert.equal(tracked.engine.isTracking(), false)
  })

  it('that closes the connection on HELLO 3 is used without it', async (t) => {
    const server = await scriptedServer(t, ([name]) => (name === 'HELLO' ? (socket) => socket.end() : answer(name)))
    const tracked = openTracked(t, { url: server.url, socket: { reconnectStrategy: 1 } })
    assert.deepEqual(await tracked.get('a'), { value: 1, ttl: undefined })
    assert.equal(server.connections, 3)
  })

  it('that does not answer HELLO 3 is used without it', async (t) => {
    const { url } = await scriptedServer(t, ([name]) => (name === 'HELLO' ? () => {} : answer(name)))
    const tracked = openTracked(t, { url, socket: { connectTimeout: 200 } })
    assert.deepEqual(await tracked.get('a'), { value: 1, ttl: undefined })
  })

  it('that answers HELLO 3 in another version is used without it', async (t) => {
    const { url } = await scriptedServer(t, ([name]) => (name === 'HELLO' ? array(bulk('proto'), ':2') : answer(name)))
    const tracked = openTracked(t, { url })
    assert.deepEqual(await tracked.get('a'), { value: 1, ttl: undefined })
  })

  it('that puts a change inside a reply is not trusted any more', async (t) => {
    const push = ['>2', bulk('invalidate'), array(bulk('motia:state:t:a'))].join('\r\n')
    let damages = false
    const server = await scriptedServer(t, ([name]) => {
      if (name === 'HELLO') return HELLO
      if (name === 'GET' && damages) return array(':1', push, ':2')
      return answer(name)
    })
    const tracked = openTracked(t, { url: server.url })
    assert.deepEqual(await tracked.get('a'), { value: 1, ttl: -1 })
    assert.ok(tracked.engine.isTracking())
    tracked.changes.length = 0
    damages = true
    const read = tracked.get('a')
    await until(() => server.connections === 2)
    damages = false
    assert.deepEqual(await read, { value: 1, ttl: undefined })
    assert.deepEqual(tracked.changes, [null])
    assert.equal(tracked.engine.isTracking(), false)
  })

  it('that reports a change to a connection that does not track ends it', async (t) => {
    const server = await scriptedServer(t, ([name]) => (name === 'HELLO' ? '-ERR unknown command' : answer(name)))
    const tracked = openTracked(t, { url: server.url })
    await tracked.get('a')
    server.send('>2\r\n$10\r\ninvalidate\r\n_\r\n')
    await until(() => server.connections === 2)
    assert.deepEqual(await tracked.get('a'), { value: 1, ttl: undefined })
    assert.deepEqual(tracked.changes, [])
  })
})

/** @param {string} name of a command */
function answer(name) {
  if (name === 'CLIENT') return '+OK'
  if (name === 'PTTL') return ':-1'
  return name === 'GET' ? bulk('1') : undefined
}
