// @ts-check
// Reads from the replicas of a cluster.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startedCluster } from '../support/cluster.mjs'
import { fill, range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { replicated } from '../support/replicated.mjs'
import { timesCalled } from '../support/times-called.mjs'
import { until } from '../support/until.mjs'

const commandTimeout = 5000

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
      /** @type {Set<string | undefined>} */
      const lost = new Set()
      state.on('reconnecting', ({ cause }) => lost.add(cause.server))
      await Promise.all(replicas.map(({ server }) => server.kill()))
      // A read that was sent to a replica waits until the slot map no longer has it, here for longer than its timeout.
      await until(() => replicas.every(({ server }) => lost.has(`127.0.0.1:${server.port}`)))
      const values = await Promise.all(range(60).map((index) => state.get('trace', `k${index}`)))
      assert.deepEqual(values, range(60))
    })
  }
})

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
