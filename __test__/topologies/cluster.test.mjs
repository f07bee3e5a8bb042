// @ts-check
// How an adapter learns the slots of a Redis Cluster, and uses them.

import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { Authority, makeFolder, save } from '../support/certificates.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { next } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { open } from '../support/open.mjs'
import { slotOf } from '../support/slot.mjs'
import { tlsArguments } from '../support/tls-server.mjs'
import { unusedPort } from '../support/unused-port.mjs'

describe('a cluster', () => {
  it('grows: a node that joined serves the slots it received', async (t) => {
    const cluster = await startedCluster(t, { primaries: 2 })
    const state = open(t, cluster.options)
    await fill(state, 'trace', 200)
    const newcomer = await cluster.add()
    // A node that is about to receive its first slot has no slots yet, but some of the keys.
    const slot = slotOf('motia:state:trace:k0')
    const source = await cluster.ownerOf(slot)
    await cluster.beginMove(slot, { from: source, to: newcomer })
    await cluster.moveKeys(slot, { from: source, to: newcomer })
    assertSameMembers(await state.getGroup('trace'), range(200))
    await cluster.endMove(slot, newcomer)
    for (const index of range(60)) await cluster.move(slotOf(`motia:state:trace:k${index}`), newcomer)
    assertSameMembers(await state.getGroup('trace'), range(200))
    const values = await Promise.all(range(200).map((index) => state.get('trace', `k${index}`)))
    assert.deepEqual(values, range(200))
    assert.equal((await open(t, cluster.options).getGroup('trace')).length, 200)
  })

  it('serves calls in order that were made before the slots were known', async (t) => {
    const cluster = await startedCluster(t)
    // Many chunks, some of which reach Rust while the slots are being learned.
    const values = range(400).map((index) => ({ index, text: 'x'.repeat(2000) }))
    for (const round of range(15)) {
      const state = open(t, cluster.options)
      const read = await Promise.all(
        values.flatMap((value) => [state.set(`t${round}`, 'k', value), state.get(`t${round}`, 'k')]),
      )
      assert.deepEqual(
        read.map((value) => value?.index),
        values.flatMap(({ index }) => [index, index]),
      )
    }
  })

  it('is learned from any of the given nodes that answers', async (t) => {
    const cluster = await startedCluster(t)
    const dead = { host: '127.0.0.1', port: await unusedPort() }
    const state = open(t, { cluster: { nodes: [dead, cluster.options.cluster.nodes[2]] } })
    await fill(state, 'trace', 50)
    assertSameMembers(await state.getGroup('trace'), range(50))
  })

  it('uses TLS for each node, also for those that other nodes announce', async (t) => {
    const [authority, folder] = [await Authority.create('an authority'), await makeFolder()]
    t.after(() => rm(folder, { recursive: true }))
    const ca = join(folder, 'ca.crt')
    await writeFile(ca, authority.pem)
    const files = await save(folder, 'server', await authority.issue())
    /** @type {number[]} */
    const ports = []
    const args = async (/** @type {number} */ index) => {
      ports[index] = await unusedPort()
      return [...tlsArguments(ports[index], { ...files, ca }), '--tls-auth-clients', 'no']
    }
    const { nodes } = await startedCluster(t, { args })
    // The nodes use plain ports among themselves.
    const addressOf = (/** @type {number} */ index) => ({ host: '127.0.0.1', port: ports[index] })
    const nodeAddressMap = Object.fromEntries(nodes.map(({ address }, index) => [address, addressOf(index)]))
    const cluster = { nodes: [addressOf(0)], nodeAddressMap }
    const state = open(t, { cluster, tls: { ca, servername: 'localhost' } })
    await fill(state, 'trace', 60)
    assertSameMembers(await state.getGroup('trace'), range(60))
    const untrusting = open(t, { cluster, tls: true, commandTimeout: 500 })
    await assertFails(untrusting.get('trace', 'k0'), 'ERR_COMMAND_TIMEOUT')
  })

  it('may start later than the adapter', async (t) => {
    const cluster = await startedCluster(t)
    await Promise.all(cluster.nodes.map(({ server }) => server.kill()))
    const state = open(t, { ...cluster.options, commandTimeout: 60_000 })
    const failed = next(state, 'error')
    const writes = fill(state, 'trace', 30)
    await failed
    await Promise.all(cluster.nodes.map(({ server }) => server.start()))
    await writes
    assertSameMembers(await state.getGroup('trace'), range(30))
  })

  it('rejects calls with a wrong password', async (t) => {
    const cluster = await startedCluster(t)
    for (const node of cluster.nodes) await node.send('CONFIG', 'SET', 'requirepass', 'right')
    const wrong = open(t, { ...cluster.options, password: 'wr0ng', commandTimeout: 3000 })
    await assertFails(wrong.set('t', 'k', 1), 'ERR_AUTH', { applied: 'no' })
    assert.equal(await open(t, { ...cluster.options, password: 'right' }).set('t', 'k', 1), 1)
  })

  it('keeps a trace in one slot with hashTags', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, { ...cluster.options, hashTags: true })
    await fill(state, 'trace', 50)
    const owner = await cluster.ownerOfKey('{trace}')
    const names = await owner.client.keys('*')
    assertSameMembers(
      names,
      range(50).map((index) => `motia:state:{trace}:k${index}`),
    )
  })

  it('is ready when the last slot has a node', async (t) => {
    const cluster = await startedCluster(t, { args: ['--cluster-require-full-coverage', 'no'], unassigned: 100 })
    const [first] = cluster.nodes
    const state = open(t, cluster.options)
    await fill(state, 'trace', 50)
    const ready = next(state, 'ready')
    await first.send('CLUSTER', 'ADDSLOTS', '100')
    await ready
  })

  it('emits events as one connection: ready when all slots are served', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, cluster.options)
    await next(state, 'ready')
    const [away, back] = [next(state, 'reconnecting'), next(state, 'ready')]
    await cluster.nodes[0].server.kill()
    await away
    await cluster.nodes[0].server.start()
    await back
    assert.equal(state.stats().reconnects, 1)
  })
})
