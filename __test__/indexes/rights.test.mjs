// @ts-check
// ACL users without the rights that an index needs.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { next } from '../support/events.mjs'
import { INDEXED, members, openIndexed, PREFIX } from '../support/index-members.mjs'
import { startRedis } from '../support/redis.mjs'

/** @import { TestContext } from 'node:test' */
/** @import { Client, RedisServer } from '../support/redis.mjs' */

const refused = /** @type {const} */ ({ applied: 'no' })
const OF_TRANSACTIONS = [['-multi'], ['-exec'], ['-multi', '-exec']]

describe('a user', () => {
  /** @type {RedisServer} */
  let server
  /** @type {Client} */
  let client
  before(async () => {
    server = await startRedis()
    client = await server.client()
  })
  after(() => server.stop())

  let count = 0

  /** @param {TestContext} t @param {string[]} rules */
  async function openAs(t, ...rules) {
    const [username, traceId] = [`user-${++count}`, `t${count}`]
    await client.sendCommand(['ACL', 'SETUSER', username, 'on', '>word', '~*', '+@all', ...rules])
    const state = openIndexed(t, server, { username, password: 'word' })
    const grant = (/** @type {string[]} */ ...more) => client.sendCommand(['ACL', 'SETUSER', username, ...more])
    return { state, traceId, grant }
  }

  for (const rules of OF_TRANSACTIONS) {
    it(`with ${rules.join(' ')} writes nothing, and reads`, async (t) => {
      const { state, traceId } = await openAs(t, ...rules)
      await client.set(`${PREFIX}${traceId}:k`, '1')
      const calls = [
        state.set(traceId, 'k', 2),
        state.set(traceId, 'new', 2, { ifAbsent: true }),
        state.delete(traceId, 'k'),
      ]
      const failures = await Promise.all(calls.map((call) => assertFails(call, 'ERR_REPLY', refused)))
      for (const { message } of failures) assert.match(message, /\+multi \+exec \+zadd \+zrem/)
      assert.equal(await state.get(traceId, 'k'), 1)
      assert.deepEqual([await state.get(traceId, 'new'), await members(client, traceId)], [null, []])
      // Scripts need no transaction.
      await state.increment(traceId, 'k')
      assert.deepEqual(await members(client, traceId), ['k'])
    })
  }

  it('writes once it has the rights and has connected again', async (t) => {
    const { state, traceId, grant } = await openAs(t, '-multi')
    await assertFails(state.set(traceId, 'k', 1), 'ERR_REPLY', refused)
    await grant('+multi')
    const ready = next(state, 'ready')
    await client.sendCommand(['CLIENT', 'KILL', 'USER', `user-${count}`])
    await ready
    assert.equal(await state.set(traceId, 'k', 1), 1)
    assert.deepEqual(await members(client, traceId), ['k'])
  })

  it('that loses the right to transactions while connected writes nothing by EXEC, and may write by MULTI', async (t) => {
    const { state, traceId, grant } = await openAs(t)
    await state.set(traceId, 'k', 1)
    await grant('-exec')
    await assertFails(state.set(traceId, 'k', 2), 'ERR_REPLY', refused)
    assert.equal(await state.get(traceId, 'k'), 1)
    await grant('+exec', '-multi')
    await assertFails(state.set(traceId, 'k', 3), 'ERR_REPLY', { applied: 'unknown' })
  })

  it('without the commands of an index writes nothing', async (t) => {
    const { state, traceId, grant } = await openAs(t, '-zadd')
    const writes = [
      state.set(traceId, 'k', 1),
      state.increment(traceId, 'k'),
      state.update(traceId, 'k', [{ op: 'set', path: 'a', value: 1 }]),
      state.transaction(traceId, [{ op: 'set', key: 'k', value: 1 }]),
    ]
    const failures = await Promise.all(writes.map((call) => assertFails(call, 'ERR_REPLY', refused)))
    for (const { message } of failures) assert.match(message, /permission for .*ZADD/)
    await grant('+zadd')
    await state.set(traceId, 'k', 1)
    await grant('-zrem')
    const removals = [
      state.delete(traceId, 'k'),
      state.update(traceId, 'k', [{ op: 'remove' }]),
      state.transaction(traceId, [{ op: 'delete', key: 'k' }]),
    ]
    await Promise.all(removals.map((call) => assertFails(call, 'ERR_REPLY', refused)))
    assert.deepEqual([await state.get(traceId, 'k'), await members(client, traceId)], [1, ['k']])
  })

  it('that may not remove the entry in a script keeps its member', async (t) => {
    const { state, traceId } = await openAs(t, '-del')
    await state.set(traceId, 'k', 1)
    await assertFails(state.update(traceId, 'k', [{ op: 'remove' }]), 'ERR_REPLY', refused)
    assert.deepEqual([await state.get(traceId, 'k'), await members(client, traceId)], [1, ['k']])
  })

  it('without rights to the keys of indexes writes nothing', async (t) => {
    const { state, traceId } = await openAs(t, 'resetkeys', `~${INDEXED.keyPrefix}*`)
    for (const call of [() => state.set(traceId, 'k', 1), () => state.increment(traceId, 'k')]) {
      const { message } = await assertFails(call(), 'ERR_REPLY', refused)
      assert.match(message, /on the keys of the entry and its index/)
    }
    assert.equal(await state.get(traceId, 'k'), null)
  })
})
