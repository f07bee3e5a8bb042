// @ts-check
// Commands of the user in a cluster.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { assertFails } from '../support/assert-fails.mjs'
import { startCluster } from '../support/cluster.mjs'
import { range } from '../support/fill.mjs'
import { slotOf } from '../support/slot.mjs'

/** @import { Cluster } from '../support/cluster.mjs' */

const COUNT = "redis.call('INCR', KEYS[2]); return redis.call('INCR', KEYS[1])"

describe('a command in a cluster', () => {
  /** @type {Cluster} */
  let cluster
  /** @type {RedisStateAdapter} */
  let state
  before(async () => {
    cluster = await startCluster()
    state = new RedisStateAdapter(cluster.options)
    await state.connect()
  })
  after(async () => {
    await state?.cleanup()
    await cluster?.stop()
  })

  it('goes to the node of its key', async () => {
    const keys = range(60).map((number) => `key${number}`)
    await Promise.all(keys.map((key) => state.command(['SET', key, Buffer.from(key)])))
    const texts = await Promise.all(keys.map((key) => state.command(['GET', key])))
    assert.deepEqual(texts, keys)
    const bytes = await Promise.all(keys.map((key) => state.command(['GET', Buffer.from(key)], { encoding: 'bytes' })))
    assert.deepEqual(bytes.map(String), keys)
    const sums = await Promise.all(keys.map((key) => state.script('return #KEYS[1]', { keys: [key] })))
    assert.deepEqual(
      sums,
      keys.map(({ length }) => length),
    )
    for (const key of keys.slice(0, 10)) {
      const { client } = await cluster.ownerOfKey(key)
      assert.equal(await client.get(key), key)
    }
    assert.deepEqual(await state.command(['XREAD', 'STREAMS', 'key1', '0']).catch(({ code }) => code), 'ERR_WRONG_TYPE')
    assert.equal(await state.command(['EVAL', 'return KEYS[1]', 1, 'key5']), 'key5')
  })

  it('needs a key, which can be given', async () => {
    await assert.rejects(state.command(['DBSIZE']), { code: 'ERR_INVALID_ARGUMENT', message: /options\.key: required/ })
    const sizes = await Promise.all(range(300).map((number) => state.command(['DBSIZE'], { key: `${number}` })))
    const nodes = await Promise.all(cluster.nodes.map(({ client }) => client.dbSize()))
    assert.deepEqual(new Set(sizes), new Set(nodes))
    assert.equal(await state.script('return 1'), 1)
  })

  it('has keys of one slot', async () => {
    const unit = await state.commands([
      ['SET', '{a}1', 1],
      ['INCR', '{a}1'],
      ['MGET', '{a}1', '{a}2'],
    ])
    assert.deepEqual(unit, ['OK', 2, ['2', null]])
    await assertFails(state.command(['MGET', 'a', 'b']), 'ERR_REPLY', { applied: 'no', reply: 'CROSSSLOT' })
    const across = await cluster.ownerOfKey('a')
    const other = range(100).map(String)
    const away = (
      await Promise.all(other.map(async (key) => ((await cluster.ownerOfKey(key)) === across ? '' : key)))
    ).find(Boolean)
    await assertFails(
      state.commands([
        ['SET', 'a', 1],
        ['SET', `${away}`, 1],
      ]),
      'ERR_REPLY',
      { applied: 'no' },
    )
    assert.equal(await state.command(['GET', 'a']), null)
  })

  it('follows a slot that moves, and is executed once', async () => {
    const [key, second] = ['{moving}n', '{moving}m']
    const slot = slotOf(key)
    const from = await cluster.ownerOf(slot)
    const to = /** @type {typeof from} */ (cluster.nodes.find((node) => node !== from))
    let executed = 0
    const rounds = async (/** @type {number} */ count) => {
      for (const _ of range(count)) {
        const others = (executed / 3) * 2
        assert.equal(await state.command(['INCR', key]), executed + 1)
        const unit = await state.commands([
          ['INCR', key],
          ['INCR', second],
        ])
        assert.deepEqual(unit, [executed + 2, others + 1])
        assert.equal(await state.script(COUNT, { keys: [key, second] }), executed + 3)
        executed += 3
      }
    }
    await rounds(5)
    await cluster.beginMove(slot, { from, to })
    // Both keys are still at the old node; then one of them is missing there, so that the nodes say TRYAGAIN until the other follows.
    await rounds(3)
    await cluster.moveKeys(slot, { from, to }, 1)
    const waiting = rounds(1)
    await cluster.moveKeys(slot, { from, to })
    await waiting
    await rounds(3)
    await cluster.endMove(slot, to)
    await rounds(3)
    assert.equal(await state.command(['GET', key], { retry: 'read' }), `${executed}`)
    await cluster.move(slot, from)
    await rounds(2)
    assert.deepEqual(await state.commands([['GET', key]], { retry: 'read' }), [`${executed}`])
  })
})
