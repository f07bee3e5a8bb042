// @ts-check
// Changes of entries that were read from a cluster, and from a master behind sentinels.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { documentedRules } from '../support/acl.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { range } from '../support/fill.mjs'
import { startSentinels } from '../support/sentinel.mjs'
import { slotOf } from '../support/slot.mjs'
import { openTracked, proof, Tracked } from '../support/tracking.mjs'
import { until } from '../support/until.mjs'

/** @import { Cluster } from '../support/cluster.mjs' */

/** @param {string} key as the adapter stores it */
const stored = (key) => `motia:state:t:${key}`

describe('changes on a cluster', () => {
  it('are reported by every node', async (t) => {
    const cluster = await startedCluster(t)
    const { client, tracked } = await ready(t, cluster)
    const keys = range(20).map((index) => `k${index}`)
    await Promise.all(keys.map((key) => client.set(stored(key), '1')))
    for (const { value, ttl } of await Promise.all(keys.map((key) => tracked.get(key)))) {
      assert.deepEqual([value, ttl], [1, -1])
    }
    await Promise.all(keys.map((key) => client.set(stored(key), '2')))
    await until(() => tracked.changes.length >= keys.length)
    assert.deepEqual(tracked.changes.sort(), keys.map((key) => `t:${key}`).sort())
  })

  it('with hash tags are reported by the names without braces', async (t) => {
    const cluster = await startedCluster(t)
    const { client, tracked } = await ready(t, cluster, { hashTags: true })
    await tracked.get('k')
    await client.set('motia:state:{t}:k', '2')
    await until(() => tracked.changes.length > 0)
    assert.deepEqual(tracked.changes, ['t:k'])
  })

  it('are proven by all nodes, and by nothing else', async (t) => {
    const cluster = await startedCluster(t)
    const { tracked } = await ready(t, cluster)
    const { engine } = tracked
    assert.ok(engine.isTracking())
    await tracked.ping()
    assert.equal(engine.provenAt(), Number.NEGATIVE_INFINITY)
    assert.equal(await proof(engine), true)
    const first = engine.provenAt()
    assert.ok(first > 0)
    await tracked.ping()
    assert.equal(engine.provenAt(), first)
    const owner = await cluster.ownerOfKey(stored('k'))
    const frozen = cluster.nodes[(cluster.nodes.indexOf(owner) + 1) % 3]
    frozen.server.signal('SIGSTOP')
    const proven = proof(engine)
    await tracked.get('k')
    assert.equal(engine.provenAt(), first)
    frozen.server.signal('SIGCONT')
    assert.equal(await proven, true)
    assert.ok(engine.provenAt() > first)
    assert.deepEqual(tracked.changes, [])
  })

  it('need the documented rights and no others', async (t) => {
    const cluster = await startedCluster(t)
    const { server, topologies, caching } = await documentedRules()
    const rights = ['~motia:state:*', ...server, ...topologies, ...caching, '+cluster|info']
    await Promise.all(cluster.nodes.map((node) => node.send('ACL', 'SETUSER', 'ada', 'on', '>word', ...rights)))
    const { tracked } = await ready(t, cluster, { username: 'ada', password: 'word' })
    assert.equal(await proof(tracked.engine), true)
  })

  it('of a slot that moves are reported, and reads that were redirected are not tracked', async (t) => {
    const cluster = await startedCluster(t)
    const { client, tracked } = await ready(t, cluster)
    await client.set(stored('k'), '1')
    await tracked.get('k')
    const from = await cluster.ownerOfKey(stored('k'))
    const to = cluster.nodes[(cluster.nodes.indexOf(from) + 1) % 3]
    await cluster.moveKey(stored('k'), to)
    assert.deepEqual(await tracked.get('k'), { value: 1, ttl: undefined })
    assert.ok(tracked.changes.includes(null))
    await until(async () => (await tracked.get('k')).ttl === -1)
    await until(() => proof(tracked.engine))
    tracked.changes.length = 0
    await client.set(stored('k'), '2')
    await until(() => tracked.changes.length > 0)
    assert.deepEqual(tracked.changes, ['t:k'])
  })

  it('of a slot that another node takes without a word are found by a proof', async (t) => {
    const cluster = await startedCluster(t)
    const { client, tracked } = await ready(t, cluster)
    await client.set(stored('k'), '1')
    await tracked.get('k')
    assert.equal(await proof(tracked.engine), true)
    const slot = slotOf(stored('k'))
    const from = await cluster.ownerOf(slot)
    const to = cluster.nodes[(cluster.nodes.indexOf(from) + 1) % 3]
    await cluster.beginMove(slot, { from, to })
    await cluster.endMove(slot, to)
    await until(async () => !(await proof(tracked.engine)))
    assert.ok(tracked.changes.includes(null))
    await until(() => proof(tracked.engine))
    assert.equal((await tracked.get('k')).value, null)
  })

  it('after a failover are reported by the new primary', async (t) => {
    const cluster = await startedCluster(t, { replicas: 1 })
    const { client, tracked } = await ready(t, cluster)
    await client.set(stored('k'), '1')
    await tracked.get('k')
    assert.equal(await proof(tracked.engine), true)
    const owner = await cluster.ownerOfKey(stored('k'))
    await cluster.handOverTo(cluster.nodes[cluster.nodes.indexOf(owner) + 3])
    await until(async () => tracked.changes.includes(null) || !(await proof(tracked.engine)))
    tracked.changes.length = 0
    await untilReported(tracked, client)
    await until(() => proof(tracked.engine))
  })

  it('cannot be had of replicas', async () => {
    const nodes = [{ host: '127.0.0.1', port: 1 }]
    for (const readFrom of ['replica', 'any']) {
      assert.throws(() => new Tracked({ cluster: { nodes, readFrom } }), {
        code: 'ERR_INVALID_CONFIG',
        message: /^cache: /,
      })
    }
  })
})

describe('changes on a master behind sentinels', () => {
  it('are reported by the next master after a failover', async (t) => {
    const set = await startSentinels({ replicas: 1 })
    t.after(() => set.stop())
    const tracked = openTracked(t, set.options)
    await tracked.set('k', 1)
    await tracked.get('k')
    assert.equal(await proof(tracked.engine), true)
    tracked.changes.length = 0
    const old = await set.master()
    await set.handOver()
    await until(() => tracked.changes.includes(null))
    const next = await set.master()
    assert.notEqual(next, old)
    tracked.changes.length = 0
    await untilReported(tracked, await next.client())
  })

  it('are not trusted of a server that was demoted without a word', async (t) => {
    const set = await startSentinels({ replicas: 1 })
    t.after(async () => {
      for (const sentinel of set.sentinels) sentinel.signal('SIGCONT')
      await set.stop()
    })
    const tracked = openTracked(t, set.options)
    await tracked.get('k')
    const master = await set.master()
    const other = set.servers.find((server) => server !== master)
    for (const sentinel of set.sentinels) sentinel.signal('SIGSTOP')
    await (await /** @type {any} */ (other).client()).sendCommand(['REPLICAOF', 'NO', 'ONE'])
    await (await master.client()).sendCommand(['REPLICAOF', '127.0.0.1', `${other?.port}`])
    tracked.changes.length = 0
    await until(async () => !(await proof(tracked.engine)))
    assert.ok(tracked.changes.includes(null))
    await until(() => !tracked.engine.isTracking())
  })
})

/**
 * Waits until a change at the new server is reported. What the old one answers, before it learns of the other, is dropped soon after.
 *
 * @param {Tracked} tracked
 * @param {import('../support/redis.mjs').Client} client
 */
async function untilReported(tracked, client) {
  await until(async () => {
    await tracked.get('k')
    await client.set(stored('k'), '2')
    await tracked.get('k')
    return tracked.changes.includes('t:k')
  })
}

/**
 * @param {import('node:test').TestContext} t
 * @param {Cluster} cluster
 * @param {Record<string, unknown>} [options]
 */
async function ready(t, cluster, options) {
  const tracked = openTracked(t, { ...cluster.options, ...options })
  await until(() => tracked.engine.isReady() && tracked.engine.isTracking())
  tracked.changes.length = 0
  return { tracked, client: await cluster.client() }
}
