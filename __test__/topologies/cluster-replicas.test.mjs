// @ts-check
// Reads from the replicas of a cluster.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { startedCluster } from '../support/cluster.mjs'
import { next } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { relayTo } from '../support/relay.mjs'
import { replicated } from '../support/replicated.mjs'
import { timesCalled } from '../support/times-called.mjs'
import { until } from '../support/until.mjs'

const commandTimeout = 5000
/** So long that only the end of a connection ends a call. */
const PATIENT = { commandTimeout: 120_000 }

describe('reads from replicas', () => {
  for (const readFrom of /** @type {const} */ (['replica', 'any'])) {
    it(`are served by them with readFrom: '${readFrom}', and writes by primaries (conformance 16)`, async (t) => {
      const cluster = await startedCluster(t, { replicas: 1 })
      const state = open(t, { cluster: { ...cluster.options.cluster, readFrom }, commandTimeout })
      await fill(state, 'trace', 60)
      const replicas = cluster.nodes.slice(3)
      await Promise.all(replicas.map((node, at) => replicated(cluster.nodes[at].client, node.client)))
      // The connections to replicas may be established later than those to primaries.
      const expected = readFrom === 'replica' ? 60 : 20
      await until(async () => {
        const before = await calledAt(replicas, 'get')
        await Promise.all(range(60).map((index) => state.get('trace', `k${index}`)))
        return (await calledAt(replicas, 'get')) - before >= expected
      })
      await Promise.all(cluster.nodes.map(({ client }) => client.configResetStat()))
      for (const round of range(10)) {
        const values = await Promise.all(range(60).map((index) => state.get('trace', `k${index}`)))
        assert.deepEqual(values, range(60), `round ${round}`)
      }
      const counts = await Promise.all(cluster.nodes.map(({ client }) => timesCalled(client, 'get')))
      const atReplicas = counts.slice(3).reduce((sum, count) => sum + count, 0)
      assert.ok(atReplicas >= (readFrom === 'replica' ? 600 : 200), `${counts}`)
      assert.ok(readFrom === 'replica' || atReplicas <= 400, `${counts}`)
      for (const command of ['type', 'pttl', 'evalsha']) {
        const before = await calledAt(replicas, command)
        await readAll(state, 60)
        assert.ok((await calledAt(replicas, command)) > before, command)
      }
      await Promise.all(replicas.map(({ server }) => server.kill()))
      const values = await Promise.all(range(60).map((index) => state.get('trace', `k${index}`)))
      assert.deepEqual(values, range(60))
    })

    it(`that are lost are served by other nodes, also those in flight: readFrom: '${readFrom}'`, async (t) => {
      const { state, replicas } = await ready(t, { readFrom })
      for (const { server } of replicas) server.signal('SIGSTOP')
      const inFlight = Promise.all(range(60).map((index) => state.get('trace', `k${index}`)))
      // Until the calls of this tick are sent.
      await setImmediate()
      await Promise.all(replicas.map(({ server }) => server.kill()))
      // The slot map still has them.
      assert.deepEqual(await inFlight, range(60))
      assert.deepEqual(await valuesOf(state, 60), range(60))
      await readAll(state, 60)
    })

    it(`without an offline queue, no call rejects when replicas are lost: readFrom: '${readFrom}'`, async (t) => {
      const { state, replicas } = await ready(t, { readFrom, offlineQueue: false })
      for (const { server } of replicas) server.signal('SIGSTOP')
      const inFlight = Promise.all(range(60).map((index) => state.get('trace', `k${index}`)))
      await setImmediate()
      const lost = next(state, 'reconnecting', replicas.length)
      await Promise.all(replicas.map(({ server }) => server.kill()))
      assert.deepEqual(await inFlight, range(60))
      await lost
      assert.equal(state.isReady, true)
      assert.deepEqual(await valuesOf(state, 60), range(60))
      assert.equal(await state.count('trace'), 60)
      await fill(state, 'trace', 60)
      const again = next(state, 'ready')
      await Promise.all(replicas.map(({ server }) => server.start()))
      await again
    })
  }

  it("of a lost primary are served by its replica with readFrom: 'any'; writes wait", async (t) => {
    const { state, cluster } = await ready(t, { readFrom: 'any' })
    const [primary] = cluster.nodes
    const { server } = primary
    const keys = range(60).map((index) => `k${index}`)
    server.signal('SIGSTOP')
    const inFlight = Promise.all(keys.map((key) => state.get('trace', key)))
    await setImmediate()
    const lost = next(state, 'reconnecting')
    await server.kill()
    assert.deepEqual(await inFlight, range(60))
    await lost
    const writes = Promise.allSettled(keys.map((key) => state.set('trace', key, 'new')))
    assert.equal(state.isReady, false)
    assert.deepEqual(
      (await valuesOf(state, 60)).filter((value) => value === undefined || value === null),
      [],
    )
    await state.cleanup({ timeout: 0 })
    const rejected = (await writes).filter(({ status }) => status === 'rejected')
    assert.ok(rejected.length > 0 && rejected.length < 60, `${rejected.length} writes rejected`)
    for (const { reason } of /** @type {PromiseRejectedResult[]} */ (rejected)) {
      assert.deepEqual([reason.code, reason.applied], ['ERR_CLOSED', 'no'])
    }
  })

  it('wait while no node that serves them is connected, and are sent to the first one that is', async (t) => {
    const { state, relays } = await relayed(t, { readFrom: 'any' })
    const lost = next(state, 'reconnecting', relays.length)
    for (const relay of relays) relay.refuse()
    await lost
    const values = valuesOf(state, 60)
    // Of the replicas.
    for (const relay of relays.slice(3)) relay.pass()
    assert.deepEqual(await values, range(60))
  })
})

/**
 * A cluster of three primaries with a replica each, and an adapter that is connected to all of them and has written entries.
 *
 * @param {import('node:test').TestContext} t
 * @param {{ readFrom: 'replica' | 'any', commandTimeout?: number, offlineQueue?: boolean }} options
 */
async function ready(t, { readFrom, ...options }) {
  const cluster = await startedCluster(t, { replicas: 1 })
  return await filled(cluster, open(t, { ...PATIENT, ...options, cluster: { ...cluster.options.cluster, readFrom } }))
}

/**
 * The same, through a relay to each node.
 *
 * @param {import('node:test').TestContext} t
 * @param {{ readFrom: 'replica' | 'any' }} options
 */
async function relayed(t, { readFrom }) {
  const cluster = await startedCluster(t, { replicas: 1 })
  const relays = await Promise.all(cluster.nodes.map(({ server }) => relayTo(t, server)))
  const nodes = relays.map(({ port }) => ({ host: '127.0.0.1', port }))
  const nodeAddressMap = Object.fromEntries(cluster.nodes.map(({ address }, at) => [address, nodes[at]]))
  const state = open(t, { ...PATIENT, cluster: { nodes, nodeAddressMap, readFrom } })
  return { relays, ...(await filled(cluster, state)) }
}

/** @param {import('../support/cluster.mjs').Cluster} cluster @param {import('redis-state-adapter').RedisStateAdapter} state */
async function filled(cluster, state) {
  await state.connect()
  await fill(state, 'trace', 60)
  const replicas = cluster.nodes.slice(3)
  await Promise.all(replicas.map((node, at) => replicated(cluster.nodes[at].client, node.client)))
  // Each replica is connected once it has served a read.
  await Promise.all(replicas.map(({ client }) => client.configResetStat()))
  await until(async () => {
    await valuesOf(state, 60)
    const counts = await Promise.all(replicas.map(({ client }) => timesCalled(client, 'get')))
    return counts.every((count) => count > 0)
  })
  return { cluster, replicas, state }
}

/** @param {import('redis-state-adapter').RedisStateAdapter} state @param {number} count */
function valuesOf(state, count) {
  return Promise.all(range(count).map((index) => state.get('trace', `k${index}`)))
}

/**
 * Every method besides `get` that reads single entries.
 *
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @param {number} count
 */
async function readAll(state, count) {
  for (const index of range(count)) {
    const key = `k${index}`
    assert.equal(await state.has('trace', key), true)
    assert.equal(await state.ttl('trace', key), -1)
    assert.equal((await state.getWithMetadata('trace', key))?.value, index)
  }
}

/** @param {{ client: import('../support/redis.mjs').Client }[]} nodes @param {string} command */
async function calledAt(nodes, command) {
  const counts = await Promise.all(nodes.map(({ client }) => timesCalled(client, command)))
  return counts.reduce((sum, count) => sum + count, 0)
}
