// @ts-check
// Watches on servers without keyspace notifications or rights, and their lifetime (conformance 19).

import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { RedisStateAdapter as PureAdapter } from '@motiadev/adapter-redis-state'
import { rulesOfWatching } from '../support/acl.mjs'
import { assertFails } from '../support/assert-fails.mjs'
import { fill, range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { runFixture } from '../support/run-fixture.mjs'
import { noSubscriptionAt, onServer } from '../support/subscriptions.mjs'
import { collectWarnings } from '../support/warnings.mjs'
import { nextGap, take, watching, withDeadline } from '../support/watching.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { Client } from '../support/redis.mjs'
 */

const SETTING = 'notify-keyspace-events'
const created = { type: 'created', traceId: 't', key: 'k' }

describe('a server without keyspace notifications (conformance 19)', () => {
  it('fails a watch without `configure`, and the error names the setting', async (t) => {
    const { client, state } = await onServer(t)
    const changes = state.watch('t')
    const error = await assertFails(withDeadline(changes.next()), 'ERR_UNSUPPORTED')
    assert.match(error.message, /notify-keyspace-events.*"Kg\$xe"/)
    await assertFails(changes.ready, 'ERR_UNSUPPORTED')
    assert.deepEqual(await changes.next(), { value: undefined, done: true })
    assert.equal(await settingOf(client), '')
    await noSubscriptionAt(client)
  })

  it('is configured by a watch with `configure`, which keeps the other flags', async (t) => {
    const { client, state } = await onServer(t, ['--notify-keyspace-events', 'Elx'])
    await watching(t, state, 't')
    assert.deepEqual([...(await settingOf(client))].sort(), [...'$EKegl', 'x'].sort())
  })

  it('needs no right to CONFIG SET once it is configured', async (t) => {
    const { client, state } = await onServer(t, ['--notify-keyspace-events', 'AKE'])
    await watching(t, state, 't', undefined, { configure: false })
    assert.equal(await settingOf(client), 'AKE')
  })

  it('causes a warning if the user may not read the setting', async (t) => {
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

  it('fails the watch with the reason if the user may not change the setting', async (t) => {
    const { client, server } = await onServer(t)
    const state = await openAs(t, server, client, await rulesOfWatching('motia:state:'))
    const error = await assertFails(withDeadline(state.watch('t', 'k', { configure: true }).next()), 'ERR_UNSUPPORTED')
    assert.match(String(error.cause), /NOPERM/)
  })

  it('fails the watch if the user may not subscribe', async (t) => {
    const { client, server } = await onServer(t, ['--notify-keyspace-events', 'AK'])
    const rules = await rulesOfWatching('another:')
    const state = await openAs(t, server, client, rules)
    for (const args of [[], ['t'], ['t', 'k']]) {
      await assertFails(withDeadline(state.watch(...args).next()), 'ERR_REPLY', { reply: 'NOPERM' })
    }
    await noSubscriptionAt(client)
  })
})

describe('a watch (conformance 19)', () => {
  it('emits a gap if its changes are not consumed', async (t) => {
    const state = open(t, { url: 'memory:' })
    const [slow, marker] = [await watching(t, state, 't'), await watching(t, state, 'marker')]
    // In steps, so that the changes of each are delivered before the next.
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

  it('emits a gap if the thread is busy during many changes', async (t) => {
    const state = open(t, { url: 'memory:' })
    const changes = await watching(t, state, 't')
    await fill(state, 't', 20_000)
    assert.deepEqual(await nextGap(changes), { type: 'gap' })
  })

  it('emits the changes of the JavaScript adapter and other clients', async (t) => {
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
    // Close it before its server stops, or it would wait forever.
    await pure.cleanup()
    mock.restoreAll()
  })

  it('ignores keys of other types, and emits changes of texts that are not JSON without a value', async (t) => {
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

  it('emits only changes of its database', async (t) => {
    const { server } = await onServer(t)
    const [state, other] = [open(t, { url: server.url, database: 3 }), open(t, { url: server.url })]
    const changes = await watching(t, state, 't')
    await other.set('t', 'elsewhere', 1)
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('does not keep the process alive with `keepAlive: false`', async (t) => {
    const { server } = await onServer(t)
    const { code, lines, sinceLastLine } = await runFixture('watcher.mjs', [server.url, 'false'])
    assert.deepEqual([code, lines], [0, ['ready']])
    assert.ok(sinceLastLine < 10_000, `${sinceLastLine} ms`)
  })

  it('keeps the process alive if `keepAlive` is set', async (t) => {
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
