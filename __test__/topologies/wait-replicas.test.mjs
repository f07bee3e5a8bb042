// @ts-check
// Writes that wait for replicas.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { fill, range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { settleBefore } from '../support/order-of.mjs'
import { started } from '../support/redis.mjs'
import { settled } from '../support/settling.mjs'

/**
 * @import { TestContext } from 'node:test'
 */

/** For replicas that confirm writes; long, because a busy machine may stop one for seconds. */
const waitReplicas = { count: 1, timeout: 4000 }
/** For replicas that do not. */
const short = { count: 1, timeout: 300 }

describe('a write that waits for replicas', () => {
  it('resolves once the replica has it (conformance 16)', async (t) => {
    const { primary, replica } = await withReplica(t)
    const state = open(t, { url: primary.url, waitReplicas })
    const client = await replica.client()
    for (const index of range(50)) {
      await state.set('t', 'k', index)
      assert.equal(await client.get('motia:state:t:k'), `${index}`)
    }
    assert.equal(await state.delete('t', 'k'), 49)
    assert.equal(await client.get('motia:state:t:k'), null)
    assert.equal(await state.get('t', 'k'), null)
  })

  it('rejects with applied: yes if too few replicas confirm it in time (conformance 16)', async (t) => {
    const { primary, replica } = await withReplica(t)
    const state = open(t, { url: primary.url, waitReplicas: short, commandTimeout: 10_000 })
    replica.signal('SIGSTOP')
    const expected = { applied: /** @type {const} */ ('yes'), from: 250, within: 5000 }
    const error = await assertFails(state.set('t', 'k', 1), 'ERR_NOT_REPLICATED', expected)
    assert.match(error.message, /0 of 1 replicas/)
    assert.equal(await state.get('t', 'k'), 1)
    // The entry is deleted, although its value is not returned.
    await assertFails(state.delete('t', 'k'), 'ERR_NOT_REPLICATED', expected)
    assert.equal(await state.get('t', 'k'), null)
    replica.signal('SIGCONT')
    assert.equal(await state.set('t', 'k', 2, { waitReplicas: { count: 1, timeout: 9000 } }), 2)
  })

  it('has its own setting among other writes of the tick', async (t) => {
    const { primary } = await withReplica(t)
    const state = open(t, { url: primary.url })
    await state.set('t', 'b', 1)
    const [plain, one, two, after] = [
      settled(state.set('t', 'a', 1)),
      settled(state.set('t', 'a', 2, { waitReplicas })),
      settled(state.delete('t', 'b', { waitReplicas: { count: 2, timeout: 4000 } })),
      settled(state.set('t', 'a', 3)),
    ]
    assert.ok(await settleBefore([plain, one], [two]), 'they waited for the second replica')
    assert.deepEqual([(await plain).value, (await one).value, (await after).value], [1, 2, 3])
    assert.equal((await two).error?.code, 'ERR_NOT_REPLICATED')
    // The writes are executed in order.
    assert.equal(await state.get('t', 'a'), 3)
  })

  it('is rejected with an invalid setting', async (t) => {
    const state = open(t, { url: 'redis://127.0.0.1:1', commandTimeout: 500 })
    const memory = open(t, { url: 'memory:' })
    /** @type {any[]} */
    const mistakes = [
      5,
      null,
      { whatever: 5 },
      { waitReplicas: 1 },
      { waitReplicas: { count: 0, timeout: 1 } },
      { waitReplicas: { count: 1 } },
      { waitReplicas: { count: 1, timeout: 500 } },
    ]
    for (const options of mistakes) {
      await assertFails(state.set('t', 'k', 1, options), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
      await assertFails(state.delete('t', 'k', options), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
    }
    const setting = { waitReplicas: { count: 1, timeout: 10 } }
    await assertFails(memory.set('t', 'k', 1, setting), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
  })

  it('does not fail reads of the same tick', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, waitReplicas: { count: 1, timeout: 20 } })
    const [before, write, after] = [
      state.get('t', 'k'),
      assertFails(state.set('t', 'k', 1), 'ERR_NOT_REPLICATED', { applied: 'yes' }),
      state.get('t', 'k'),
    ]
    assert.deepEqual([await before, await after], [null, 1])
    await write
  })

  it('waits for replicas of the primary that serves its slot', async (t) => {
    const cluster = await startedCluster(t, { replicas: 1 })
    const state = open(t, { ...cluster.options, waitReplicas })
    await fill(state, 'trace', 100)
    const counts = await Promise.all(cluster.nodes.map((node) => node.client.dbSize()))
    assert.equal(
      counts.slice(0, 3).reduce((sum, count) => sum + count, 0),
      100,
    )
    assert.deepEqual(counts.slice(3), counts.slice(0, 3))
    const more = open(t, { ...cluster.options, waitReplicas: { count: 2, timeout: 20 } })
    await assertFails(more.set('trace', 'k1', 1), 'ERR_NOT_REPLICATED', { applied: 'yes' })
  })

  it('is confirmed by the replicas of the node that executed it after a redirect', async (t) => {
    const cluster = await startedCluster(t, { replicas: 1 })
    const state = open(t, { ...cluster.options, waitReplicas })
    await state.set('trace', 'k', 1)
    const owner = await cluster.ownerOfKey('motia:state:trace:k')
    const at = (cluster.nodes.indexOf(owner) + 1) % 3
    // The old owner has a replica that would confirm it; the new one has none that can.
    await cluster.moveKey('motia:state:trace:k', cluster.nodes[at])
    cluster.nodes[at + 3].server.signal('SIGSTOP')
    const setting = { waitReplicas: short }
    await assertFails(state.set('trace', 'k', 2, setting), 'ERR_NOT_REPLICATED', { applied: 'yes' })
    assert.equal(await state.get('trace', 'k'), 2)
    cluster.nodes[at + 3].server.signal('SIGCONT')
    assert.equal(await state.set('trace', 'k', 3), 3)
  })
})

/** @param {TestContext} t */
async function withReplica(t) {
  // By default a primary waits for more replicas before it sends its data.
  const primary = await started(t, ['--repl-diskless-sync-delay', '0'])
  const replica = await started(t, ['--replicaof', '127.0.0.1', `${primary.port}`])
  const client = await primary.client()
  await client.set('first', '1')
  // The replica receives writes from its first acknowledgement on.
  assert.equal(await client.sendCommand(['WAIT', '1', '60000']), 1)
  return { primary, replica }
}
