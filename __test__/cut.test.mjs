// @ts-check
// Connections that are closed in the middle of a call.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from './support/assert-fails.mjs'
import { reads } from './support/calls.mjs'
import { range } from './support/fill.mjs'
import { assertSameMembers } from './support/members.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { relayTo } from './support/relay.mjs'
import { timesCalled } from './support/times-called.mjs'
import { warmThroughRelay } from './support/warm.mjs'

/** @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter */

/** A call that waits for its timeout of 5 s takes longer. */
const soon = { within: 3500 }
/** For thousands of calls at once, which take long on a busy machine. */
const patient = { commandTimeout: 60_000 }

describe('a connection that is closed before the reply arrives', () => {
  it('rejects a set with applied: unknown, and does not send it again', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t)
    const call = assertFails(state.set('trace', 'key', 'new'), 'ERR_CONNECTION', { applied: 'unknown', ...soon })
    await relay.dropReplies()
    relay.cut()
    await call
    assert.equal(await state.get('trace', 'key'), 'new')
    assert.equal(await timesCalled(client, 'set'), 1)
  })

  it('rejects a delete with applied: unknown, and does not send it again', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t)
    const call = assertFails(state.delete('trace', 'key'), 'ERR_CONNECTION', { applied: 'unknown', ...soon })
    await relay.dropReplies()
    relay.cut()
    await call
    assert.equal(await state.get('trace', 'key'), null)
    assert.equal(await timesCalled(client, 'getdel'), 1)
  })

  it('repeats a read', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t)
    const call = state.get('trace', 'key')
    await relay.dropReplies()
    relay.cut()
    assert.equal(await call, 'value')
    assert.equal(await timesCalled(client, 'get'), 2)
  })

  for (const listing of ['getGroup', 'keys', 'traceIds', 'items', 'items of all']) {
    it(`repeats a listing: ${listing}`, async (t) => {
      const { relay, state } = await warmThroughRelay(t)
      const [{ make }] = reads(state).filter(({ name }) => name === listing)
      const expected = await make()
      const call = make()
      await relay.dropReplies()
      relay.cut()
      assert.deepEqual(await call, expected)
    })
  }

  it('continues a clear that had only scanned', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t)
    const call = state.clear('trace')
    await relay.dropReplies()
    relay.cut()
    await call
    assert.equal(await client.dbSize(), 0)
  })

  it('rejects a clear that had sent UNLINK', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t)
    const lost = relay.dropRequests('\r\nUNLINK\r\n', 1)
    const call = assertFails(state.clear('trace'), 'ERR_CONNECTION', { applied: 'unknown', traceId: 'trace' })
    await lost
    relay.cut()
    await call
    assert.equal(await state.get('trace', 'key'), 'value')
    assert.equal(await timesCalled(client, 'unlink'), 0)
  })
})

describe('a scan that loses its connection after the second step returns every entry exactly once', () => {
  const step = '\r\nSCAN\r\n'
  /** More than the first two steps return together (about 2,000 and 4,000). */
  const numbers = range(9000)
  const inOneGroup = (/** @type {Adapter} */ state) => Promise.all(numbers.map((n) => state.set('t', `k${n}`, n)))
  const inManyGroups = (/** @type {Adapter} */ state) => Promise.all(numbers.map((n) => state.set(`t${n}`, 'k', n)))

  for (const { title, store, list, expected } of [
    {
      title: 'getGroup',
      store: inOneGroup,
      list: (/** @type {Adapter} */ state) => state.getGroup('t'),
      expected: numbers,
    },
    {
      title: 'keys',
      store: inOneGroup,
      list: (/** @type {Adapter} */ state) => state.keys('t'),
      expected: numbers.map((n) => `k${n}`),
    },
    {
      title: 'traceIds',
      store: inManyGroups,
      list: (/** @type {Adapter} */ state) => state.traceIds(),
      expected: numbers.map((n) => `t${n}`),
    },
    {
      title: 'items',
      store: inManyGroups,
      list: (/** @type {Adapter} */ state) => state.items(),
      expected: numbers.map((n) => ({ groupId: `t${n}`, key: 'k', type: 'number', value: n })),
    },
  ]) {
    it(title, async (t) => {
      const { relay, state } = await warmThroughRelay(t, patient)
      await state.clear('trace')
      await store(state)
      const third = relay.dropRequests(step, 3)
      const call = list(state)
      await third
      relay.cut()
      assertSameMembers(await call, expected)
    })
  }

  it('on a server that was restarted meanwhile and has another order of keys', async (t) => {
    // By default the server delays writes to its file while the disk is busy, and loses these when it is killed.
    const server = await started(t, ['--appendonly', 'yes', '--appendfsync', 'no'])
    const relay = await relayTo(t, server)
    const state = open(t, { url: relay.url, ...patient })
    await inOneGroup(state)
    const third = relay.dropRequests(step, 3)
    const call = state.getGroup('t')
    await third
    await server.kill()
    relay.cut()
    await server.start()
    assertSameMembers(await call, numbers)
  })
})
