// @ts-check
// Caches while slots of a cluster move, and while sentinels fail over.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startedCluster } from '../support/cluster.mjs'
import { open } from '../support/open.mjs'
import { startedSentinels } from '../support/sentinel.mjs'
import { slotOf } from '../support/slot.mjs'
import { until } from '../support/until.mjs'
import { isHit } from './is-hit.mjs'

const maxStaleness = 300

describe('a slot of a cluster that moves', () => {
  /** @type {[name: string, before: number | null][]} */
  const entries = [
    ['an entry', 1],
    ['an entry that is not there', null],
  ]
  for (const [name, before] of entries) {
    it(`to another node, which then changes ${name}, is noticed though hits are the only calls`, async (t) => {
      const cluster = await startedCluster(t)
      const state = open(t, { ...cluster.options, cache: { maxStaleness } })
      const writer = open(t, cluster.options)
      const client = await cluster.client()
      const key = 'motia:state:t:k'
      if (before !== null) await client.set(key, String(before))
      await state.set('other', 'k', 1)
      assert.equal(await state.get('t', 'k'), before)
      if (before !== null) await until(() => isHit(state, () => state.get('t', 'k')))
      const slot = slotOf(key)
      const from = await cluster.ownerOf(slot)
      const to = cluster.nodes[(cluster.nodes.indexOf(from) + 1) % 3]
      await cluster.move(slot, to)
      await writer.set('t', 'k', 2)
      const written = performance.now()
      let seen = before
      while (seen !== 2) {
        const called = performance.now()
        seen = await state.get('t', 'k')
        if (seen !== 2)
          assert.ok(called - written <= maxStaleness, `read ${seen} ${called - written} ms after the write`)
        await pause(5)
      }
      await until(() => isHit(state, () => state.get('t', 'k')))
    })
  }

  it('keeps own writes readable', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, { ...cluster.options, cache: { maxStaleness }, hashTags: true })
    const slot = slotOf('{t}')
    for (let round = 0; round < 6; round += 1) {
      const moving = cluster.move(slot, cluster.nodes[round % 3])
      for (let value = 0; value < 100; value += 1) {
        await state.set('t', 'k', value)
        assert.equal(await state.get('t', 'k'), value)
        assert.equal(await state.get('t', 'k'), value)
      }
      await moving
    }
  })

  it('is rejected with reads from replicas', () => {
    const cluster = { nodes: [{ host: 'localhost', port: 1 }], readFrom: /** @type {const} */ ('any') }
    assert.throws(() => open(/** @type {any} */ ({ after() {} }), { cluster, cache: true }), {
      code: 'ERR_INVALID_CONFIG',
      message: /^new RedisStateAdapter: cache: cannot be combined with cluster.readFrom/,
    })
  })
})

describe('a failover of sentinels', () => {
  it('is noticed though hits are the only calls', async (t) => {
    const set = await startedSentinels(t)
    const state = open(t, { ...set.options, cache: { maxStaleness } })
    const writer = open(t, set.options)
    await writer.set('t', 'k', 0)
    await until(() => isHit(state, () => state.get('t', 'k')))
    await set.handOver()
    await until(() =>
      writer.set('t', 'k', 1).then(
        () => true,
        () => false,
      ),
    )
    await until(async () => (await state.get('t', 'k').catch(() => 0)) === 1)
    await until(() => isHit(state, () => state.get('t', 'k')))
    await writer.set('t', 'k', 2)
    await until(async () => (await state.get('t', 'k')) === 2)
  })
})
