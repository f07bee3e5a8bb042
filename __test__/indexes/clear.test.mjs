// @ts-check
// `clear`, views and bulk methods with an index.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StateStores } from 'redis-state-adapter'
import { startedCluster } from '../support/cluster.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertComplete, INDEXED, indexKey, members, openIndexed, PREFIX } from '../support/index-members.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { slotOf } from '../support/slot.mjs'

describe('clear', () => {
  it('removes entries with their members, and leaves other traces and types', async (t) => {
    const server = await started(t)
    const [client, state] = [await server.client(), openIndexed(t, server)]
    await fill(state, 't', 1000)
    await fill(state, 'other', 3)
    // Without a member, as another client writes it.
    await client.set(`${PREFIX}t:foreign`, '1')
    await client.hSet(`${PREFIX}t:hash`, 'field', '1')
    await state.clear('t')
    assert.deepEqual(await state.keys('t'), [])
    assert.deepEqual(await members(client, 't'), [])
    assert.equal(await client.exists(`${PREFIX}t:hash`), 1)
    assert.deepEqual(await members(client, 'other'), ['k0', 'k1', 'k2'])
  })

  it('scans no other keys once the index is complete, and leaves keys of other types', async (t) => {
    const server = await started(t)
    const [client, state] = [await server.client(), openIndexed(t, server)]
    await state.reindex()
    await Promise.all([fill(state, 't', 3000), fill(state, 'other', 3)])
    await client.del(`${PREFIX}t:k7`)
    await client.del(`${PREFIX}t:k8`)
    await client.hSet(`${PREFIX}t:k8`, 'field', '1')
    await client.configResetStat()
    await state.clear('t')
    assert.doesNotMatch(await client.info('commandstats'), /cmdstat_scan:/)
    assert.deepEqual(await client.keys(`${PREFIX}t:*`), [`${PREFIX}t:k8`])
    assert.deepEqual(await members(client, 't'), ['k8'])
    assert.deepEqual(await members(client, 'other'), ['k0', 'k1', 'k2'])
  })

  it('of a prefix removes only the members that begin with it', async (t) => {
    const server = await started(t)
    const [client, state] = [await server.client(), openIndexed(t, server, { hashTags: true })]
    await state.setMany('t', { 'a:1': 1, 'a:2': 2, b: 3 })
    await state.clear('t', 'a:')
    assert.deepEqual(await members(client, '{t}'), ['b'])
    assert.deepEqual(await state.keys('t'), ['b'])
  })

  it('is done although the key of the index is of another type', async (t) => {
    const server = await started(t)
    const [client, state] = [await server.client(), openIndexed(t, server)]
    await fill(state, 't', 3)
    await client.del(indexKey('t'))
    await client.set(indexKey('t'), 'no index')
    await state.clear('t')
    assert.equal(await client.exists([`${PREFIX}t:k0`, `${PREFIX}t:k1`, `${PREFIX}t:k2`]), 0)
  })

  it('under writers leaves every entry that is written meanwhile a member', async (t) => {
    const server = await started(t)
    const [client, state] = [await server.client(), openIndexed(t, server)]
    let isClearing = true
    const writers = range(10).map(async (writer) => {
      for (let round = 0; isClearing; round++) await state.set('t', `k${writer}-${round % 20}`, round)
    })
    for (const _ of range(30)) await state.clear('t')
    isClearing = false
    await Promise.all(writers)
    await assertComplete(client, 't')
  })

  it('removes entries and members in a cluster', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, { ...cluster.options, ...INDEXED, hashTags: true })
    await Promise.all([fill(state, 't', 50), fill(state, 'other', 3)])
    await state.clear('t')
    const { client } = await cluster.ownerOf(slotOf('{t}'))
    assert.deepEqual(await members(client, '{t}'), [])
    assert.deepEqual(await state.keys('t'), [])
    assert.equal((await state.keys('other')).length, 3)
  })
})

describe("the view for Dapr's client", () => {
  it('keeps the indexes of the traces that its keys are entries of', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const stores = await StateStores.load({ stores: { main: { url: server.url, ...INDEXED } } })
    t.after(() => stores.close())
    const [state, byKey] = [stores.get('main'), stores.dapr.state]
    await byKey.save('main', [
      { key: 'order:1', value: 1 },
      { key: 'user:2', value: 2 },
      { key: 'lonely', value: 3 },
    ])
    assert.deepEqual([await members(client, 'order'), await members(client, 'user')], [['1'], ['2']])
    assert.equal(await state.get('order', '1'), 1)
    await byKey.transaction('main', [
      { operation: 'upsert', request: { key: 'order:3', value: 3 } },
      { operation: 'upsert', request: { key: 'user:4', value: 4 } },
      { operation: 'delete', request: { key: 'order:1' } },
      { operation: 'delete', request: { key: 'lonely' } },
    ])
    assert.deepEqual([await members(client, 'order'), await members(client, 'user')], [['3'], ['2', '4']])
    await byKey.delete('main', 'user:2')
    assert.deepEqual(await members(client, 'user'), ['4'])
    assert.equal(await client.exists([indexKey('lonely'), '__state__:index:indexed']), 0)
  })
})
