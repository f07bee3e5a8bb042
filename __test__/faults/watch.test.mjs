// @ts-check
// Watches whose server does not tell, or does not for a while (conformance 19).

import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { RedisStateAdapter as PureAdapter } from '@motiadev/adapter-redis-state'
import { rulesOfWatching } from '../support/acl.mjs'
import { assertFails } from '../support/assert-fails.mjs'
import { fill, range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { runFixture } from '../support/run-fixture.mjs'
import { commandTimeout } from '../support/timing.mjs'
import { until } from '../support/until.mjs'
import { collectWarnings } from '../support/warnings.mjs'
import { alive, gapOf, take, watching } from '../support/watching.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { Client } from '../support/redis.mjs'
 */

const SETTING = 'notify-keyspace-events'
const created = { type: 'created', traceId: 't', key: 'k' }
const updated = { ...created, type: 'updated' }

describe('a server that does not tell of changes (conformance 19)', () => {
  it('fails a watch that may not set it, with what to set', async (t) => {
    const { client, state } = await onServer(t)
    const changes = state.watch('t')
    const error = await assertFails(alive(changes.next()), 'ERR_UNSUPPORTED')
    assert.match(error.message, /notify-keyspace-events.*"Kg\$xe"/)
    await assertFails(changes.ready, 'ERR_UNSUPPORTED')
    assert.deepEqual(await changes.next(), { value: undefined, done: true })
    assert.equal(await settingOf(client), '')
    await noSubscriptionAt(client)
  })

  it('is set by a watch that may, and keeps what else is set', async (t) => {
    const { client, state } = await onServer(t, ['--notify-keyspace-events', 'Elx'])
    await watching(t, state, 't')
    assert.deepEqual([...(await settingOf(client))].sort(), [...'$EKegl', 'x'].sort())
  })

  it('that is set needs no permission', async (t) => {
    const { client, state } = await onServer(t, ['--notify-keyspace-events', 'AKE'])
    await watching(t, state, 't', undefined, { configure: false })
    assert.equal(await settingOf(client), 'AKE')
  })

  it('that may not be asked is taken at its word, with a warning', async (t) => {
    const warnings = collectWarnings(t)
    const { client, server } = await onServer(t, ['--notify-keyspace-events', 'AK'])
    const state = await openAs(t, server, client, [...(await rulesOfWatching('motia:state:')), '-config'])
    const changes = [await watching(t, state, 't'), await watching(t, state)]
    await state.set('t', 'k', 1)
    for (const each of changes) assert.deepEqual(await take(each), [created])
    assert.deepEqual(
      warnings.map(({ name, message }) => [name, /notify-keyspace-events/.test(message)]),
      [['RedisStateAdapterWarning', true]],
    )
  })

  it('that may not be set fails the watch, and says why', async (t) => {
    const { client, server } = await onServer(t)
    const state = await openAs(t, server, client, await rulesOfWatching('motia:state:'))
    const error = await assertFails(alive(state.watch('t', 'k', { configure: true }).next()), 'ERR_UNSUPPORTED')
    assert.match(String(error.cause), /NOPERM/)
  })

  it('that does not let the user subscribe fails the watch', async (t) => {
    const { client, server } = await onServer(t, ['--notify-keyspace-events', 'AK'])
    const rules = await rulesOfWatching('another:')
    const state = await openAs(t, server, client, rules)
    for (const args of [[], ['t'], ['t', 'k']]) {
      await assertFails(alive(state.watch(...args).next()), 'ERR_REPLY', { reply: 'NOPERM' })
    }
    await noSubscriptionAt(client)
  })
})

describe('the subscription (conformance 19)', () => {
  it('is there while something is watched, and is one for all', async (t) => {
    const { client, state } = await onServer(t)
    await state.set('t', 'k', 1)
    assert.equal(await subscriptionsAt(client), 0)
    const all = [await watching(t, state, 't'), await watching(t, state, 't'), await watching(t, state, 'u', 'k')]
    assert.equal(await subscriptionsAt(client), 1)
    assert.equal(await client.pubSubNumPat(), 1)
    await Promise.all(all.slice(0, 2).map((changes) => changes.return()))
    await until(async () => (await client.pubSubNumPat()) === 0)
    assert.equal(await subscriptionsAt(client), 1)
    await all[2].return()
    await noSubscriptionAt(client)
    await watching(t, state)
    assert.equal(await subscriptionsAt(client), 1)
    await state.cleanup()
    await noSubscriptionAt(client)
  })

  it('that is cut is made anew, and tells of a gap', async (t) => {
    const { client, state } = await onServer(t)
    const changes = [
      await watching(t, state, 't'),
      await watching(t, state, 't', 'k', { values: true }),
      await watching(t, state),
    ]
    for (const round of range(3)) {
      await cutSubscriptions(client)
      for (const each of changes) assert.deepEqual(await take(each), [{ type: 'gap' }])
      await state.set('t', 'k', round)
      const now = round === 0 ? created : updated
      const [first, second, third] = await Promise.all(changes.map((each) => take(each)))
      assert.deepEqual([first, third], [[now], [now]])
      const old = round === 0 ? {} : { oldValue: round - 1 }
      assert.deepEqual(second, [{ ...now, value: round, ...old }])
    }
  })

  it('knows after a gap what happened meanwhile', async (t) => {
    const { client, server } = await onServer(t)
    const relay = await relayTo(t, server)
    const [state, other] = [open(t, { url: relay.url }), open(t, { url: server.url })]
    await other.set('t', 'goes', 1)
    const changes = await watching(t, state, 't', undefined, { values: true })
    relay.refuse()
    await noSubscriptionAt(client)
    await Promise.all([other.delete('t', 'goes'), other.set('t', 'comes', 1)])
    relay.pass()
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await other.set('t', 'goes', 2)
    const [change] = await take(changes)
    assert.deepEqual(change, { type: 'created', traceId: 't', key: 'goes', value: 2 })
    await other.set('t', 'comes', 2)
    assert.deepEqual(await take(changes), [{ type: 'updated', traceId: 't', key: 'comes', value: 2, oldValue: 1 }])
  })

  it('that is silent is made anew', async (t) => {
    const { server } = await onServer(t)
    const relay = await relayTo(t, server)
    const [state, other] = [open(t, { url: relay.url, commandTimeout }), open(t, { url: server.url })]
    const changes = await watching(t, state, 't')
    relay.jam()
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await other.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('that is quiet stays', async (t) => {
    const { client, server } = await onServer(t)
    const state = open(t, { url: server.url, commandTimeout })
    const changes = await watching(t, state, 't')
    const [before] = await subscribers(client)
    // It asks after 2 seconds of silence whether the server is there.
    await until(async () => (await subscribers(client))[0].cmd === 'ping')
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
    assert.equal((await subscribers(client))[0].id, before.id)
  })

  it('comes back when the server is frozen and wakes up', async (t) => {
    const { server } = await onServer(t)
    const relay = await relayTo(t, server)
    const state = open(t, { url: relay.url, commandTimeout })
    const changes = await watching(t, state, 't')
    const again = relay.requested('SETNAME')
    server.signal('SIGSTOP')
    await alive(again)
    server.signal('SIGCONT')
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('comes back when the server was restarted, which is set again', async (t) => {
    const { server, state } = await onServer(t)
    const changes = await watching(t, state, 't')
    await server.kill()
    await server.start()
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('of a watch that may not set the server fails it when that was restarted', async (t) => {
    const { client, server, state } = await onServer(t)
    await client.configSet(SETTING, 'AK')
    const changes = await watching(t, state, 't', undefined, { configure: false })
    await server.kill()
    await server.start()
    await assertFails(alive(changes.next()), 'ERR_UNSUPPORTED')
  })

  it('is waited for while the server is away', async (t) => {
    const { server, client } = await onServer(t)
    await client.configSet(SETTING, 'AK')
    const relay = await relayTo(t, server)
    relay.refuse()
    const state = open(t, { url: relay.url })
    const changes = state.watch('t')
    relay.pass()
    await alive(changes.ready)
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('ends when the strategy gives up', async (t) => {
    const { server } = await onServer(t)
    const state = open(t, { url: server.url, socket: { reconnectStrategy: false } })
    const changes = await watching(t, state, 't')
    const failing = assertFails(alive(changes.next()), 'ERR_CONNECTION')
    await server.kill()
    await failing
    await assertFails(state.watch('t').ready, 'ERR_CONNECTION')
  })
})

describe('a watch (conformance 19)', () => {
  it('has a gap where nobody takes its changes', async (t) => {
    const state = open(t, { url: 'memory:' })
    const [slow, marker] = [await watching(t, state, 't'), await watching(t, state, 'marker')]
    // In steps, each of which is told before the next.
    for (const step of range(11)) {
      await fill(state, 't', 1000)
      await state.set('marker', 'k', step)
      await take(marker)
      await setImmediate()
    }
    assert.deepEqual(await take(slow), [{ type: 'gap' }])
    await take(slow, 999)
    await state.set('t', 'last', 1)
    assert.deepEqual(await take(slow), [{ type: 'created', traceId: 't', key: 'last' }])
  })

  it('has a gap where the program is busy while much happens', async (t) => {
    const state = open(t, { url: 'memory:' })
    const changes = await watching(t, state, 't')
    await fill(state, 't', 20_000)
    assert.deepEqual(await gapOf(changes), { type: 'gap' })
  })

  it('tells what the JavaScript adapter and other clients do', async (t) => {
    for (const method of /** @type {const} */ (['log', 'warn', 'error'])) mock.method(console, method, () => {})
    const { client, server, state } = await onServer(t)
    const changes = await watching(t, state, 't', undefined, { values: true })
    const { port } = server
    const pure = new PureAdapter({ socket: { host: '127.0.0.1', port } })
    await pure.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [{ ...created, value: 1 }])
    await client.rename('motia:state:t:k', 'motia:state:t:l')
    const renamed = await take(changes, 2)
    assert.deepEqual(renamed, [
      { type: 'deleted', traceId: 't', key: 'k', oldValue: 1 },
      { type: 'created', traceId: 't', key: 'l', value: 1 },
    ])
    await client.incrBy('motia:state:t:l', 4)
    assert.deepEqual(await take(changes), [{ type: 'updated', traceId: 't', key: 'l', value: 5, oldValue: 1 }])
    await pure.delete('t', 'l')
    assert.deepEqual(await take(changes), [{ type: 'deleted', traceId: 't', key: 'l', oldValue: 5 }])
    // Before its server ends: it would wait for ever.
    await pure.cleanup()
    mock.restoreAll()
  })

  it('passes over other types, and tells of texts that are not JSON without their value', async (t) => {
    const { client, state } = await onServer(t)
    await client.hSet('motia:state:t:hash', 'f', 'v')
    await client.set('motia:state:t:broken', '{')
    const changes = await watching(t, state, 't', undefined, { values: true })
    await client.del('motia:state:t:hash')
    await client.set('motia:state:t:broken', '}')
    assert.deepEqual(await take(changes), [{ type: 'updated', traceId: 't', key: 'broken' }])
    await client.set('motia:state:t:broken', '1')
    assert.deepEqual(await take(changes), [{ type: 'updated', traceId: 't', key: 'broken', value: 1 }])
  })

  it('is of one database', async (t) => {
    const { server } = await onServer(t)
    const [state, other] = [open(t, { url: server.url, database: 3 }), open(t, { url: server.url })]
    const changes = await watching(t, state, 't')
    await other.set('t', 'elsewhere', 1)
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('keeps no process alive', async (t) => {
    const { server } = await onServer(t)
    const { code, lines, sinceLastLine } = await runFixture('watcher.mjs', [server.url, 'false'])
    assert.deepEqual([code, lines], [0, ['ready']])
    assert.ok(sinceLastLine < 2000, `${sinceLastLine} ms`)
  })

  it('keeps the process alive where that is wanted', async (t) => {
    const { server, state } = await onServer(t)
    const onLine = async (
      /** @type {string} */ line,
      /** @type {import('node:child_process').ChildProcess} */ child,
    ) => {
      if (line === 'ready') await state.set('trace', 'key', 1)
      else child.kill('SIGKILL')
    }
    const { lines } = await runFixture('watcher.mjs', [server.url, 'true'], onLine)
    assert.deepEqual(lines, ['ready', 'created'])
  })
})

/**
 * @param {TestContext} t
 * @param {string[]} [args]
 */
async function onServer(t, args) {
  const server = await started(t, args)
  return { server, client: await server.client(), state: open(t, { url: server.url }) }
}

/**
 * @param {TestContext} t
 * @param {import('../support/redis.mjs').RedisServer} server
 * @param {Client} client
 * @param {string[]} rules
 */
async function openAs(t, server, client, rules) {
  const commands = ['+@read', '+@write', '+ping', '+client']
  await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', ...commands, ...rules])
  return open(t, { url: server.url, username: 'ada', password: 'ada-word' })
}

/** @param {Client} client */
async function settingOf(client) {
  return (await client.configGet(SETTING))[SETTING]
}

/** @param {Client} client */
async function subscribers(client) {
  const lines = String(await client.sendCommand(['CLIENT', 'LIST', 'TYPE', 'pubsub']))
    .trim()
    .split('\n')
  return lines.filter(Boolean).map((line) => Object.fromEntries(line.split(' ').map((field) => field.split('='))))
}

/** @param {Client} client */
async function subscriptionsAt(client) {
  return (await subscribers(client)).length
}

/** @param {Client} client */
async function noSubscriptionAt(client) {
  await until(async () => (await subscriptionsAt(client)) === 0)
}

/** @param {Client} client */
async function cutSubscriptions(client) {
  await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
}
