// @ts-check
// Slots of a cluster move under load.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Audit } from '../support/audit.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { open } from '../support/open.mjs'
import { settled } from '../support/settling.mjs'
import { slotOf } from '../support/slot.mjs'
import { storedBy } from '../support/stored.mjs'

/** @import { RedisStateAdapter } from 'redis-state-adapter' */

const commandTimeout = 5000

describe('slots that move', () => {
  it('fail no call, and lose no value and no entry of a listing', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, { ...cluster.options, commandTimeout })
    const names = range(300).map((index) => `k${index}`)
    await fill(state, 'stable', names.length)
    const audit = new Audit(state)
    const moving = new AbortController()
    const listings = { completed: 0 }
    const listing = listUntil(state, { names, listings, signal: moving.signal })
    const slots = [...new Set(names.slice(0, 40).map((key) => slotOf(`motia:state:stable:${key}`)))]
    for (let round = 0; round === 0 || listings.completed <= 3; round++) {
      for (const [index, slot] of slots.entries()) await cluster.move(slot, cluster.nodes[(index + round) % 3])
    }
    moving.abort()
    await listing
    await audit.progress()
    await audit.stop()
    assert.deepEqual(audit.faultsOf(await storedBy(...cluster.nodes.map(({ server }) => server))), [])
    assert.deepEqual(audit.faults, [])
    assert.deepEqual([audit.outcomes.unknown, audit.outcomes.no], [0, 0])
  })

  it('are served by both nodes during the move', async (t) => {
    const cluster = await startedCluster(t)
    const options = { ...cluster.options, hashTags: true, commandTimeout }
    const state = open(t, options)
    await fill(state, 'trace', 100)
    const slot = slotOf('{trace}')
    const from = await cluster.ownerOf(slot)
    const to = cluster.nodes[(cluster.nodes.indexOf(from) + 1) % 3]
    await cluster.beginMove(slot, { from, to })
    await cluster.moveKeys(slot, { from, to }, 50)
    for (const adapter of [state, open(t, options)]) {
      assertSameMembers(await adapter.getGroup('trace'), range(100))
      const values = await Promise.all(range(100).map((index) => adapter.get('trace', `k${index}`)))
      assert.deepEqual(values, range(100))
      assert.equal(await adapter.count('trace'), 100)
      const { items } = await adapter.query({ sort: [{ key: '' }], page: { limit: 90 } })
      assert.deepEqual(
        items.map(({ value }) => value),
        range(90),
      )
    }
    await Promise.all(range(100).map((index) => state.set('trace', `k${index}`, index + 1000)))
    const written = range(100).map((index) => index + 1000)
    assertSameMembers(await state.getGroup('trace'), written)
    const deleted = await Promise.all(range(10).map((index) => state.delete('trace', `k${index}`)))
    assert.deepEqual(deleted, written.slice(0, 10))
    assert.equal((await state.keys('trace')).length, 90)
    await state.clear('trace')
    assert.deepEqual(await state.keys('trace'), [])
    await cluster.moveKeys(slot, { from, to })
    await cluster.endMove(slot, to)
    await state.set('trace', 'after', 1)
    assert.equal(await state.get('trace', 'after'), 1)
  })

  it('are read from the new node by a scan that listed the keys before', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, { ...cluster.options, hashTags: true, commandTimeout })
    await fill(state, 'trace', 100)
    const slot = slotOf('{trace}')
    const from = await cluster.ownerOf(slot)
    const to = cluster.nodes[(cluster.nodes.indexOf(from) + 1) % 3]
    const values = []
    for await (const { value } of state.scan('trace', { pageSize: 10 })) {
      values.push(value)
      if (values.length === 20) {
        await cluster.beginMove(slot, { from, to })
        await cluster.moveKeys(slot, { from, to }, 50)
      }
      if (values.length === 60) {
        await cluster.moveKeys(slot, { from, to })
        await cluster.endMove(slot, to)
      }
    }
    assertSameMembers(values, range(100))
  })

  it('without a node fail their calls, and no others', async (t) => {
    const args = ['--cluster-require-full-coverage', 'no']
    const cluster = await startedCluster(t, { args, unassigned: slotOf('{lost}') })
    const state = open(t, { ...cluster.options, hashTags: true, commandTimeout: 3000 })
    assert.equal(await state.set('found', 'k', 1), 1)
    const error = await settled(state.set('lost', 'k', 1))
    assert.ok(['ERR_REPLY', 'ERR_COMMAND_TIMEOUT'].includes(`${error.error?.code}`), `${error.error}`)
    assert.equal(error.error?.applied, 'no')
    assert.equal(await state.get('found', 'k'), 1)
  })
})

/**
 * Lists repeatedly; each listing must be complete.
 *
 * @param {RedisStateAdapter} state
 * @param {{ names: string[], listings: { completed: number }, signal: AbortSignal }} options
 */
async function listUntil(state, { names, listings, signal }) {
  for (; !signal.aborted; listings.completed++) {
    assertSameMembers(await state.keys('stable'), names)
    assertSameMembers(await state.getGroup('stable'), range(names.length))
  }
}
