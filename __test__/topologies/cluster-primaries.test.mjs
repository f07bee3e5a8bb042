// @ts-check
// Primaries of a cluster that are killed, freeze, or whose replies are lost.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { Audit } from '../support/audit.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { next } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { settleBefore } from '../support/order-of.mjs'
import { relayTo } from '../support/relay.mjs'
import { assertInTime, settled, stopwatch } from '../support/settling.mjs'
import { storedBy } from '../support/stored.mjs'
import { timesCalled } from '../support/times-called.mjs'

/** @import { TestContext } from 'node:test' */

const commandTimeout = 5000
/** In milliseconds: less than `commandTimeout`, and enough for a busy machine. */
const resumeWithin = 4000

describe('a primary of a cluster', () => {
  it('is killed under load: writes resume, and those acknowledged since then are present', async (t) => {
    const cluster = await startedCluster(t, { replicas: 1 })
    const state = open(t, { ...cluster.options, commandTimeout })
    await next(state, 'ready')
    const audit = new Audit(state)
    await audit.progress()
    const [victim, successor] = [cluster.nodes[1], cluster.nodes[4]]
    await cluster.allowFailoverTo(successor)
    const [away, back] = [next(state, 'reconnecting'), next(state, 'ready')]
    await victim.server.kill()
    await cluster.untilTakenOver(successor, victim)
    const sinceFailover = stopwatch()
    await Promise.all([away, back])
    const resumed = sinceFailover()
    assert.ok(resumed < resumeWithin, `all slots were served ${resumed} ms after the failover`)
    audit.forget()
    await audit.progress()
    await audit.stop()
    const primaries = [cluster.nodes[0], cluster.nodes[2], successor].map(({ server }) => server)
    assert.deepEqual(audit.faultsOf(await storedBy(...primaries)), [])
    assert.deepEqual(audit.faults, [])
    assertInTime([audit.slowest], commandTimeout)
  })

  it('is frozen: calls to other primaries are not delayed', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, { ...cluster.options, commandTimeout })
    await fill(state, 'trace', 100)
    const [frozen] = cluster.nodes
    const keys = range(100).map((index) => `k${index}`)
    const owners = await Promise.all(keys.map((key) => cluster.ownerOfKey(`motia:state:trace:${key}`)))
    frozen.server.signal('SIGSTOP')
    const calls = keys.map((key) => settled(state.get('trace', key)))
    const toFrozen = calls.filter((_, index) => owners[index] === frozen)
    const toOthers = calls.filter((_, index) => owners[index] !== frozen)
    assert.ok(toFrozen.length > 0)
    assert.ok(await settleBefore(toOthers, toFrozen), 'calls to other primaries waited for the frozen one')
    for (const [index, { error, value }] of (await Promise.all(calls)).entries()) {
      if (owners[index] === frozen) assert.equal(error?.code, 'ERR_COMMAND_TIMEOUT')
      else assert.equal(value, index)
    }
  })

  it('stays frozen: its calls settle in time, although its replica has taken over', async (t) => {
    const cluster = await startedCluster(t, { replicas: 1 })
    const state = open(t, { cluster: { ...cluster.options.cluster, readFrom: 'any' }, commandTimeout })
    await next(state, 'ready')
    const owner = await cluster.ownerOfKey('motia:state:trace:key')
    const successor = cluster.nodes[cluster.nodes.indexOf(owner) + 3]
    await cluster.allowFailoverTo(successor)
    owner.server.signal('SIGSTOP')
    const pending = settled(state.set('trace', 'key', 'asked'))
    await cluster.untilTakenOver(successor, owner)
    await state.set('trace', 'other', 1)
    const { error, took } = await pending
    assert.equal(error?.applied, 'unknown')
    assertInTime([{ took, error }], commandTimeout)
    assert.equal(state.stats().inFlight, 0)
  })

  it('loses the reply to a write: it is executed once and rejects with applied: unknown', async (t) => {
    const { state, relays, cluster } = await behindRelays(t)
    const owner = await cluster.ownerOfKey('motia:state:trace:key')
    const relay = relays[cluster.nodes.indexOf(owner)]
    await state.set('trace', 'key', 'old')
    await owner.client.configResetStat()
    for (const [name, call] of /** @type {[string, () => Promise<unknown>][]} */ ([
      ['set', () => state.set('trace', 'key', 'lost')],
      ['getdel', () => state.delete('trace', 'key')],
    ])) {
      const lost = relay.dropRepliesTo(`\r\n${name.toUpperCase()}\r\n`)
      const failing = assertFails(call(), 'ERR_CONNECTION', { applied: 'unknown' })
      const back = next(state, 'ready')
      await lost
      relay.cut()
      await Promise.all([failing, back])
      assert.equal(await timesCalled(owner.client, name), 1)
    }
    assert.equal(await state.get('trace', 'key'), null)
  })

  it('loses the reply to a read: the read is repeated', async (t) => {
    const { state, relays, cluster } = await behindRelays(t)
    const owner = await cluster.ownerOfKey('motia:state:trace:key')
    const relay = relays[cluster.nodes.indexOf(owner)]
    await state.set('trace', 'key', 'value')
    const lost = relay.dropRepliesTo('\r\nGET\r\n')
    const read = state.get('trace', 'key')
    await lost
    relay.cut()
    assert.equal(await read, 'value')
  })
})

/**
 * An adapter that connects to each node through a relay.
 *
 * @param {TestContext} t
 */
async function behindRelays(t) {
  const cluster = await startedCluster(t)
  const relays = await Promise.all(cluster.nodes.map(({ server }) => relayTo(t, server)))
  const portOf = (/** @type {number} */ index) => Number(new URL(relays[index].url).port)
  const nodeAddressMap = Object.fromEntries(
    cluster.nodes.map(({ address }, index) => [address, { host: '127.0.0.1', port: portOf(index) }]),
  )
  const state = open(t, { cluster: { ...cluster.options.cluster, nodeAddressMap }, commandTimeout })
  await next(state, 'ready')
  return { cluster, relays, state }
}
