// @ts-check
// A write with a transient refusal is never executed after a newer write on its entry.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from './support/assert-fails.mjs'
import { startedCluster } from './support/cluster.mjs'
import { open } from './support/open.mjs'
import { startedSentinels } from './support/sentinel.mjs'
import { slotOf } from './support/slot.mjs'
import { timesCalled } from './support/times-called.mjs'
import { patientTimeout } from './support/timing.mjs'
import { until } from './support/until.mjs'
import { warm } from './support/warm.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 *
 * @typedef {import('./support/redis.mjs').Client} Client
 */

/**
 * Waits until the adapter has received a refusal: a newer write that is sent before may be executed instead of the
 * older one.
 *
 * @param {RedisStateAdapter} state
 * @param {Client} client
 * @param {string} word
 */
async function untilRefused(state, client, word) {
  await until(async () => String(await client.info('errorstats')).includes(`errorstat_${word}`))
  // Its reply follows the refusal.
  await state.get('trace', 'unrelated')
}

/** @param {Client} client */
const refuseWrites = (client) => client.configSet('min-replicas-to-write', '1')

/** @param {Client} client */
const takeWrites = (client) => client.configSet('min-replicas-to-write', '0')

describe('writes with a transient refusal', () => {
  it('are executed before newer ones on their entry', async (t) => {
    const { client, state } = await warm(t)
    await refuseWrites(client)
    const first = state.set('trace', 'key', 'first')
    await untilRefused(state, client, 'NOREPLICAS')
    await takeWrites(client)
    const second = state.set('trace', 'key', 'second')
    assert.equal(await second, 'second')
    assert.equal(await first, 'first')
    assert.equal(await state.get('trace', 'key'), 'second')
  })

  it('keep their order, with any operations and any number of entries', async (t) => {
    const { client, state } = await warm(t)
    await refuseWrites(client)
    const first = [
      state.set('trace', 'list', []),
      state.transaction('trace', (tx) => tx.set('list', ['a']).set('count', 1)),
    ]
    await untilRefused(state, client, 'NOREPLICAS')
    const second = [
      state.increment('trace', 'count', 10),
      state.update('trace', 'list', [{ op: 'append', path: [], value: 'b' }]),
    ]
    await takeWrites(client)
    assert.deepEqual((await Promise.all(second))[0], 11)
    await Promise.all(first)
    assert.deepEqual(await state.get('trace', 'list'), ['a', 'b'])
  })

  it('keep their order if the server has lost their scripts', async (t) => {
    const { client, state } = await warm(t)
    /** @param {number} round */
    const calls = (round) => [
      state.update('trace', 'list', [{ op: 'append', path: [], value: `${round}` }]),
      state.transaction('trace', (tx) => tx.set('other', round)),
      state.increment('trace', 'count'),
      state.update('trace', 'list', [{ op: 'append', path: [], value: `${round}b` }]),
    ]
    await Promise.all(calls(0))
    await client.scriptFlush()
    await Promise.all([...calls(1), ...calls(2)])
    assert.deepEqual(await state.get('trace', 'list'), ['0', '0b', '1', '1b', '2', '2b'])
    assert.deepEqual(await state.get('trace', 'count'), 3)
  })

  it('delay neither reads nor writes on other entries', async (t) => {
    const { client, state } = await warm(t)
    await refuseWrites(client)
    const first = state.set('trace', 'key', 'first')
    await untilRefused(state, client, 'NOREPLICAS')
    assert.equal(await state.get('trace', 'other'), null)
    assert.equal(await state.get('trace', 'key'), 'value')
    await takeWrites(client)
    assert.equal(await state.set('trace', 'other', 1), 1)
    assert.equal(await first, 'first')
  })

  it('time out at their own deadlines, and so do those that wait for them', async (t) => {
    const { client, state } = await warm(t, { commandTimeout: patientTimeout })
    await refuseWrites(client)
    const refused = /** @type {const} */ ({ reply: 'NOREPLICAS', applied: 'no' })
    const first = assertFails(state.set('trace', 'key', 'first'), 'ERR_REPLY', refused)
    await untilRefused(state, client, 'NOREPLICAS')
    await assertFails(state.set('trace', 'key', 'second'), 'ERR_REPLY', refused)
    await first
    await takeWrites(client)
    assert.equal(await state.get('trace', 'key'), 'value')
    assert.equal(await timesCalled(client, 'set'), 0)
  })
})

describe('a transaction while its slot moves', () => {
  it('is executed before newer writes on its entries', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, { ...cluster.options, hashTags: true })
    const keys = Array.from({ length: 10 }, (_, index) => `k${index}`)
    await state.setMany('trace', Object.fromEntries(keys.map((key) => [key, 'old'])))
    const slot = slotOf('{trace}')
    const from = await cluster.ownerOf(slot)
    const to = cluster.nodes[(cluster.nodes.indexOf(from) + 1) % 3]
    await cluster.beginMove(slot, { from, to })
    await cluster.moveKeys(slot, { from, to }, 5)
    const first = state.transaction('trace', (tx) => keys.reduce((tx, key) => tx.set(key, 'first'), tx))
    await untilRefused(state, from.client, 'TRYAGAIN')
    assert.equal(await state.set('other', 'key', 1), 1)
    const second = keys.map((key) => state.set('trace', key, 'second'))
    await cluster.moveKeys(slot, { from, to })
    await cluster.endMove(slot, to)
    await Promise.all([first, ...second])
    assert.deepEqual(await state.getGroup('trace'), Array(10).fill('second'))
  })
})

describe('a master that is demoted behind sentinels', () => {
  it('does not reorder refused writes and newer ones', async (t) => {
    const set = await startedSentinels(t)
    const state = open(t, set.options)
    await state.set('trace', 'key', 'value')
    const old = await set.master()
    const other = set.servers.find((server) => server !== old)
    const client = await old.client()
    await client.sendCommand(['REPLICAOF', '127.0.0.1', `${other?.port}`])
    const first = state.set('trace', 'key', 'first')
    await untilRefused(state, client, 'READONLY')
    const second = state.set('trace', 'key', 'second')
    await client.sendCommand(['REPLICAOF', 'NO', 'ONE'])
    assert.deepEqual(await Promise.all([first, second]), ['first', 'second'])
    assert.equal(await state.get('trace', 'key'), 'second')
  })
})
