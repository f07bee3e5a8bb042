// @ts-check
// Indexes in a cluster, also while slots move.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startedCluster } from '../support/cluster.mjs'
import { range } from '../support/fill.mjs'
import { openIndexed } from '../support/indexed.mjs'
import { slotOf } from '../support/slot.mjs'
import { until } from '../support/until.mjs'
import { VERSIONS } from '../support/versions.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { Cluster } from '../support/cluster.mjs'
 */

const KEYS = range(100).map((index) => String(index).padStart(2, '0'))
const ENTRY = 'motia:state:{t}:'
const INDEX = '__state__:index:motia:state:{t}'
const MARKER = '__state__:indexed:motia:state:'

/** @param {TestContext} t @param {string} [program] */
async function setUp(t, program) {
  const cluster = await startedCluster(t, { program })
  const client = await cluster.client()
  for (const key of KEYS) await client.set(ENTRY + key, JSON.stringify(key))
  await client.set('motia:state:{u}:k', '1')
  const state = openIndexed(t, { ...cluster.options, hashTags: true })
  return { cluster, client, state }
}

/** @param {RedisStateAdapter} state @param {readonly string[]} keys */
async function assertLists(state, keys) {
  const items = []
  for await (const item of state.scan('t', { pageSize: 7 })) items.push(item.key)
  assert.deepEqual(items, keys)
  assert.deepEqual(await state.keys('t'), keys)
  assert.deepEqual((await state.getGroup('t')).sort(), keys)
  assert.equal(await state.count('t'), keys.length)
}

/** @param {Cluster} cluster @param {string} key */
async function waysOf(cluster, key) {
  const slot = slotOf(key)
  const from = await cluster.ownerOf(slot)
  return { slot, from, to: cluster.nodes[(cluster.nodes.indexOf(from) + 1) % cluster.nodes.length] }
}

/** @type {(readonly [version: string, program: string | undefined])[]} */
const SERVERS = [['the installed server', undefined], ...VERSIONS.filter(([name]) => name !== 'redis 8')]

for (const [version, program] of SERVERS) {
  describe(`indexes in a cluster, ${version}`, () => {
    it('are built from the entries on all nodes, and used from then on', async (t) => {
      const { client, state } = await setUp(t, program)
      assert.deepEqual((await state.keys('t')).sort(), KEYS)
      assert.equal(await client.exists(MARKER), 0)
      assert.deepEqual(await state.reindex(), { scanned: 101, indexed: 101 })
      assert.equal(await client.exists(MARKER), 1)
      await client.set(`${ENTRY}not-indexed`, '1')
      await assertLists(state, KEYS)
      assert.deepEqual(await state.checkIndex(), { entries: 102, members: 101, missing: 1, dead: 0 })
      await client.unlink(ENTRY + KEYS[0])
      await assertLists(state, KEYS.slice(1))
      await until(async () => (await client.zCard(INDEX)) === KEYS.length - 1)
      assert.deepEqual((await state.traceIds()).sort(), ['t', 'u'])
    })
  })
}

describe('indexes in a cluster', () => {
  it('are read where their slot is, while it moves', async (t) => {
    const { cluster, client, state } = await setUp(t)
    await state.reindex()
    await assertLists(state, KEYS)
    await client.unlink([ENTRY + KEYS[3], ENTRY + KEYS[80]])
    const live = KEYS.filter((_, index) => index !== 3 && index !== 80)
    const way = await waysOf(cluster, INDEX)
    await cluster.beginMove(way.slot, way)
    for (const most of [0, 30, 60]) {
      await cluster.moveKeys(way.slot, way, most)
      await assertLists(state, live)
    }
    await cluster.moveKeys(way.slot, way)
    await assertLists(state, live)
    await cluster.endMove(way.slot, way.to)
    await assertLists(state, live)
    await until(async () => {
      await state.keys('t')
      return (await client.zCard(INDEX)) === live.length
    })
  })

  it('are rebuilt while slots move', async (t) => {
    const { cluster, client, state } = await setUp(t)
    for (const trace of range(60)) await client.set(`motia:state:{t${trace}}:k`, '1')
    const moving = new AbortController()
    const slots = range(10).map((trace) => slotOf(`{t${trace}}`))
    const moves = (async () => {
      for (let round = 0; !moving.signal.aborted; round++) {
        for (const slot of slots) await cluster.move(slot, cluster.nodes[round % cluster.nodes.length])
      }
    })()
    for (const _ of range(5)) await state.reindex()
    moving.abort()
    await moves
    const { missing, entries } = await state.checkIndex()
    assert.deepEqual({ missing, entries }, { missing: 0, entries: 161 })
  })
})
