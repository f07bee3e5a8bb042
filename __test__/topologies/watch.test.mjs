// @ts-check
// Watches during failovers of sentinels and changes of clusters (conformance 19).

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startedCluster } from '../support/cluster.mjs'
import { range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { startedSentinels } from '../support/sentinel.mjs'
import { slotOf } from '../support/slot.mjs'
import { until } from '../support/until.mjs'
import { VERSIONS } from '../support/versions.mjs'
import { nextGap, take, watching } from '../support/watching.mjs'

/**
 * Not all versions send a notification for a key that moves with its slot.
 *
 * @type {(readonly [version: string, program: string | undefined])[]}
 */
const PROGRAMS = [['redis', undefined], ...VERSIONS]

describe('a watch of a master behind sentinels (conformance 19)', () => {
  for (const [how, injectFault] of /** @type {const} */ ([
    ['is killed', (/** @type {import('../support/redis.mjs').RedisServer} */ master) => master.kill()],
    ['is frozen', (/** @type {import('../support/redis.mjs').RedisServer} */ master) => master.signal('SIGSTOP')],
  ])) {
    it(`that ${how} emits a gap, and then the changes on the next master`, async (t) => {
      const set = await startedSentinels(t)
      const [state, other] = [open(t, set.options), open(t, set.options)]
      const changes = await watching(t, state, 't')
      await other.set('t', 'before', 1)
      assert.equal((await take(changes))[0].type, 'created')
      await set.allowFailover()
      await injectFault(await set.master())
      assert.deepEqual(await take(changes), [{ type: 'gap' }])
      await set.forbidFailover()
      await other.set('t', 'after', 1)
      assert.deepEqual(await take(changes), [{ type: 'created', traceId: 't', key: 'after' }])
    })
  }

  it('that is demoted by a manual failover emits a gap', async (t) => {
    const set = await startedSentinels(t)
    const state = open(t, set.options)
    const changes = await watching(t, state, 't')
    await set.handOver()
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await state.set('t', 'after', 1)
    assert.deepEqual(await take(changes), [{ type: 'created', traceId: 't', key: 'after' }])
  })
})

describe('a watch of a cluster (conformance 19)', () => {
  it('emits the changes of each primary', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, cluster.options)
    const changes = await watching(t, state)
    const keys = range(50).map((index) => `k${index}`)
    await Promise.all(keys.map((key) => state.set('t', key, 1)))
    const received = await take(changes, keys.length)
    assert.deepEqual(received.map(({ key }) => key).sort(), keys.sort())
    assert.equal(await subscriptionsIn(cluster.nodes), 3)
    await changes.return()
    await until(async () => (await subscriptionsIn(cluster.nodes)) === 0)
  })

  it('emits a gap if a primary is killed, and then the changes on its successor', async (t) => {
    const cluster = await startedCluster(t, { replicas: 1 })
    const [state, other] = [open(t, cluster.options), open(t, cluster.options)]
    const changes = await watching(t, state, 't')
    const victim = await cluster.ownerOfKey('motia:state:t:k')
    await cluster.allowFailoverTo(cluster.nodes[cluster.nodes.indexOf(victim) + 3])
    await victim.server.kill()
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await other.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [{ type: 'created', traceId: 't', key: 'k' }])
  })

  it('emits a gap after a manual failover', async (t) => {
    const cluster = await startedCluster(t, { replicas: 1 })
    const state = open(t, cluster.options)
    const changes = await watching(t, state, 't')
    const owner = await cluster.ownerOfKey('motia:state:t:k')
    const replica = cluster.nodes[cluster.nodes.indexOf(owner) + 3]
    await cluster.handOverTo(replica)
    await nextGap(changes)
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [{ type: 'created', traceId: 't', key: 'k' }])
  })

  for (const [version, program] of PROGRAMS) {
    it(`emits nothing for a slot that moves, ${version}`, async (t) => {
      const cluster = await startedCluster(t, { program })
      const state = open(t, { ...cluster.options, hashTags: true })
      await Promise.all(range(20).map((index) => state.set('t', `k${index}`, index)))
      const changes = await watching(t, state, 't', undefined, { values: true })
      const slot = slotOf('motia:state:{t}:k')
      for (const node of cluster.nodes) await cluster.move(slot, node)
      await state.set('t', 'k7', 'new')
      const updated = { type: 'updated', traceId: 't', key: 'k7', value: 'new', oldValue: 7 }
      assert.deepEqual(await take(changes), [updated])
      await state.delete('t', 'k8')
      assert.deepEqual(await take(changes), [{ type: 'deleted', traceId: 't', key: 'k8', oldValue: 8 }])
    })
  }

  it('subscribes to a node that receives its first slot', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, cluster.options)
    const changes = await watching(t, state, 't')
    const newcomer = await cluster.add()
    await cluster.moveKey('motia:state:t:k', newcomer)
    await nextGap(changes)
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [{ type: 'created', traceId: 't', key: 'k' }])
  })
})

/** @param {import('../support/cluster.mjs').Cluster['nodes']} nodes */
async function subscriptionsIn(nodes) {
  const lists = await Promise.all(nodes.map((node) => node.send('CLIENT', 'LIST', 'TYPE', 'pubsub')))
  return lists.flatMap((list) => String(list).trim().split('\n').filter(Boolean)).length
}
