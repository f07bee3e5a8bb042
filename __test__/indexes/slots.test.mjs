// @ts-check
// Writes with an index in a cluster whose slots move.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertComplete, INDEXED, indexKey, members, PREFIX } from '../support/index-members.mjs'
import { open } from '../support/open.mjs'
import { slotOf } from '../support/slot.mjs'
import { VERSIONS } from '../support/versions.mjs'

/** @import { TestContext } from 'node:test' */
/** @import { RedisStateAdapterOptions } from 'redis-state-adapter' */

const TRACE = 'trace'
const TAG = `{${TRACE}}`
const SLOT = slotOf(TAG)
const PROGRAMS = [/** @type {const} */ (['the default server', undefined]), ...VERSIONS]

for (const [name, program] of PROGRAMS) {
  describe(`a cluster of ${name}`, () => {
    it('has index and entries in one slot, with all writes', async (t) => {
      const { state, from } = await arranged(t, program)
      await fill(state, TRACE, 50)
      await state.increment(TRACE, 'count')
      await state.transaction(TRACE, [
        { op: 'set', key: 'one', value: 1 },
        { op: 'delete', key: 'k0' },
      ])
      await state.delete(TRACE, 'k1')
      assert.equal((await members(from.client, TAG)).length, 50)
      await assertComplete(from.client, TAG)
    })

    it('follows MOVED with whole transactions', async (t) => {
      const { cluster, state, to } = await arranged(t, program)
      await fill(state, TRACE, 20)
      await cluster.move(SLOT, to)
      await Promise.all([
        ...range(40).map((index) => state.set(TRACE, `k${index}`, index + 100)),
        state.delete(TRACE, 'k0'),
        state.increment(TRACE, 'count'),
      ])
      assert.equal((await members(to.client, TAG)).length, 40)
      await assertComplete(to.client, TAG)
    })

    it('writes while a slot moves what is at one node, and the rest when it has moved', async (t) => {
      const { cluster, state, from, to } = await arranged(t, program)
      await fill(state, TRACE, 20)
      await cluster.beginMove(SLOT, { from, to })
      // All keys are at the source yet.
      assert.equal(await state.set(TRACE, 'k1', 'changed'), 'changed')
      const calls = [
        state.set(TRACE, 'new', 1),
        state.set(TRACE, 'absent', 2, { ifAbsent: true }),
        state.increment(TRACE, 'count', 3),
        state.delete(TRACE, 'none'),
      ]
      await cluster.moveKeys(SLOT, { from, to }, 10)
      calls.push(state.set(TRACE, 'k2', 'late'), state.set(TRACE, 'k15', 'late'))
      await cluster.moveKeys(SLOT, { from, to })
      await cluster.endMove(SLOT, to)
      assert.deepEqual(await Promise.all(calls), [1, 2, 3, null, 'late', 'late'])
      await assertComplete(to.client, TAG)
      assert.equal((await members(to.client, TAG)).length, 23)
      assert.deepEqual(await from.client.sendCommand(['KEYS', `*${TAG}*`]), [])
    })

    it('rejects at the deadline what cannot be written meanwhile, with applied: no', async (t) => {
      const { cluster, state, from, to } = await arranged(t, program, { commandTimeout: 1000 })
      await fill(state, TRACE, 5)
      await cluster.beginMove(SLOT, { from, to })
      const calls = [state.set(TRACE, 'new', 1), state.increment(TRACE, 'count')]
      const failures = await Promise.all(
        calls.map((call) =>
          call.then(
            () => assert.fail('it was written'),
            (error) => error,
          ),
        ),
      )
      for (const { applied } of failures) assert.equal(applied, 'no')
      await cluster.moveKeys(SLOT, { from, to })
      await cluster.endMove(SLOT, to)
      assert.deepEqual([await state.get(TRACE, 'new'), await state.get(TRACE, 'count')], [null, null])
      await assertComplete(to.client, TAG)
    })

    it('stays complete under writers while the slot moves around', async (t) => {
      const { cluster, state, from } = await arranged(t, program, { commandTimeout: 20_000 })
      let isMoving = true
      const writer = async (/** @type {number} */ number) => {
        for (let round = 0; isMoving; round++) {
          await state.set(TRACE, `k${number}-${round % 5}`, round)
          await state.increment(TRACE, `count${number}`)
          await state.delete(TRACE, `k${number}-${(round + 2) % 5}`)
        }
      }
      const writers = range(8).map(writer)
      let owner = from
      for (const round of range(6)) {
        owner = cluster.nodes[round % 3]
        await cluster.move(SLOT, owner)
      }
      isMoving = false
      await Promise.all(writers)
      await assertComplete(owner.client, TAG)
      const elsewhere = cluster.nodes.filter((node) => node !== owner)
      for (const { client } of elsewhere) assert.deepEqual(await client.sendCommand(['KEYS', `*${TAG}*`]), [])
    })
  })
}

describe('a trace id that is no hash tag', () => {
  it('is rejected in a cluster, by reads and writes', async (t) => {
    const { state } = await arranged(t, undefined)
    for (const traceId of ['', '}', '}t']) {
      for (const call of [() => state.set(traceId, 'k', 1), () => state.increment(traceId, 'k')]) {
        const error = await assertFails(call(), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
        assert.match(error.message, /no hash tag, which index needs in a cluster/)
      }
      await assertFails(state.get(traceId, 'k'), 'ERR_INVALID_ARGUMENT')
      await assertFails(state.keys(traceId), 'ERR_INVALID_ARGUMENT')
    }
    await state.set('t}', 'k', 1)
    assert.equal(await state.get('t}', 'k'), 1)
  })
})

/**
 * A cluster, an adapter with an index, the node that serves the trace and another one.
 *
 * @param {TestContext} t
 * @param {string | undefined} program
 * @param {RedisStateAdapterOptions} [options]
 */
async function arranged(t, program, options) {
  const cluster = await startedCluster(t, { program })
  const state = open(t, { ...cluster.options, ...INDEXED, hashTags: true, ...options })
  const from = await cluster.ownerOf(SLOT)
  const to = cluster.nodes[(cluster.nodes.indexOf(from) + 1) % 3]
  assert.equal(slotOf(indexKey(TAG)), slotOf(`${PREFIX}${TAG}:k`))
  return { cluster, state, from, to }
}
