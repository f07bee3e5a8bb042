// @ts-check
// Traces are partitions: on the in-memory Cosmos DB, which keeps them apart as the service does.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { emulatorOfSuite } from './support/adapters.mjs'
import { account, containerOf, skip } from './support/rust-emulator.mjs'

describe('traces on Cosmos DB', { skip }, () => {
  const { open, raw, names } = emulatorOfSuite()

  it('are partitions of the container, and entries are items of them', async (t) => {
    const [state, trace] = [open(t, { keyPrefix: 'app' }), randomUUID()]
    await state.set(trace, 'status', { paid: true })
    const { resource } = await raw().item('app||status', trace).read()
    const { id, partitionKey, value, ttl, isBinary } = /** @type {any} */ (resource)
    assert.deepEqual(
      { id, partitionKey, value, ttl, isBinary },
      { id: 'app||status', partitionKey: trace, value: { paid: true }, ttl: undefined, isBinary: undefined },
    )
  })

  it('have entries of their own under the same key', async (t) => {
    const [state, one, other] = [open(t), randomUUID(), randomUUID()]
    await state.set(one, 'k', 1)
    await state.set(other, 'k', 2)
    assert.deepEqual([await state.get(one, 'k'), await state.get(other, 'k')], [1, 2])
    assert.equal(await state.delete(one, 'k'), 1)
    assert.equal(await state.get(other, 'k'), 2)
    await state.clear(one)
    await state.increment(one, 'k')
    assert.deepEqual([await state.getGroup(one), await state.getGroup(other)], [[1], [2]])
  })

  it('are listed apart, also if the ids of one begin like those of another', async (t) => {
    const [state, trace] = [open(t), randomUUID()]
    const traces = [trace, `${trace}1`, `${trace}:`, `${trace}"`, `${trace}'; --`, `${trace}é😀`]
    for (const [index, one] of traces.entries()) await state.setMany(one, { a: index, b: index })
    for (const [index, one] of traces.entries()) {
      assert.deepEqual(await state.getGroup(one), [index, index], one)
      assert.deepEqual((await state.keys(one)).sort(), ['a', 'b'], one)
      assert.equal(await state.count(one), 2, one)
      assert.deepEqual(await state.getMany(one, ['b', 'missing', 'a']), [index, null, index], one)
    }
    const all = (await state.traceIds()).filter((one) => one.startsWith(trace))
    assertSameMembers(all, traces)
    await state.clear(`${trace}1`)
    assert.deepEqual(await Promise.all(traces.map((one) => state.count(one))), [2, 0, 2, 2, 2, 2])
  })

  it('are apart in queries too, whatever colons they and their keys have', async (t) => {
    const state = open(t, { keyPrefix: 'colons' })
    const entries = [
      ['a', 'b:c'],
      ['a:b', 'c'],
      ['a:b:c', ':'],
      ['%3A', 'c'],
      [':', 'c'],
      [':'.repeat(2048), 'c'],
    ]
    for (const [index, [trace, key]] of entries.entries()) await state.set(trace, key, index)
    const { items } = await state.query()
    assertSameMembers(
      items,
      entries.map(([groupId, key], value) => ({ groupId, key, type: 'number', value })),
    )
    assert.deepEqual(
      (await state.query({ groupId: 'a:b' })).items.map(({ value }) => value),
      [1],
    )
    const pages = await readPages((page) => state.query({ page }))
    assert.deepEqual(pages, items)
  })

  it('are none of the partitions whose key is no text', async (t) => {
    const state = open(t, { keyPrefix: 'foreign' })
    await raw().items.create({ id: 'foreign||k', partitionKey: 5, value: 1 })
    await raw().items.create({ id: 'foreign||k', value: 2 })
    await state.set('5', 'k', 3)
    assert.deepEqual(
      (await state.items()).map(({ value }) => value),
      [3],
    )
    assert.deepEqual(
      (await state.query()).items.map(({ value }) => value),
      [3],
    )
    assert.deepEqual([await state.traceIds(), await state.count()], [['5'], 1])
  })

  it('are all listed, however many partitions they are in', async (t) => {
    const [state, other] = [open(t, { keyPrefix: 'all' }), open(t, { keyPrefix: 'all2' })]
    const traces = range(40).map((number) => `trace-${number}`)
    await Promise.all(traces.map((trace, n) => state.setMany(trace, { a: { n }, b: { n } })))
    await other.set('trace-1', 'a', 'of another store')
    assertSameMembers(await state.traceIds(), traces)
    assert.equal((await state.items()).length, 80)
    const { items } = await state.query({ filter: { EQ: { n: 7 } } })
    assert.deepEqual(
      items.map(({ groupId }) => groupId),
      ['trace-7', 'trace-7'],
    )
    assert.deepEqual(await other.traceIds(), ['trace-1'])
  })

  it('are listed whole with more entries than an answer has (conformance 5)', async (t) => {
    const [state, trace] = [open(t), randomUUID()]
    const keys = range(1025).map((number) => `k${number}`)
    for (let at = 0; at < keys.length; at += 100) {
      const part = keys.slice(at, at + 100)
      await state.transaction(trace, (tx) => part.forEach((key) => void tx.set(key, Number(key.slice(1)))))
    }
    assertSameMembers(await state.keys(trace), keys)
    assert.equal(await state.count(trace), 1025)
    assert.deepEqual(await state.getMany(trace, keys), range(1025))
    assert.equal((await state.getByPrefix(trace, 'k10')).length, 1 + 10 + 25)
    await state.clear(trace, 'k1')
    assert.equal(await state.count(trace), 1025 - (1 + 10 + 100 + 25))
  })

  it('can be at another path of the container, also a nested one', async (t) => {
    for (const partitionKey of ['/workflowId', '/of/workflow']) {
      const container = `items-${randomUUID()}`
      await containerOf(await account(), { ...names, container, partitionKey })
      const state = open(t, { container, partitionKey })
      await state.setMany('w1', { a: 1, b: 2 })
      await state.set('w2', 'a', 3)
      await state.transaction('w1', (tx) => tx.delete('b').set('c', 4))
      assert.deepEqual(await state.getMany('w1', ['a', 'b', 'c']), [1, null, 4])
      assertSameMembers(await state.traceIds(), ['w1', 'w2'])
      assert.equal(await state.delete('w2', 'a'), 3)
    }
  })

  it('are rejected if the container has another path', async (t) => {
    const state = open(t, { partitionKey: '/workflowId' })
    await assertFails(state.set('t', 'k', 1), 'ERR_INVALID_CONFIG', { applied: 'no', traceId: 't', key: 'k' })
    await assert.rejects(state.connect(), { code: 'ERR_INVALID_CONFIG', message: /\/partitionKey/ })
  })

  it('keep ids that the service does not permit, and the ones that look like them', async (t) => {
    const [state, trace] = [open(t, { keyPrefix: 'p' }), randomUUID()]
    const keys = ['a/b', 'a\\b', 'a?b', 'a#b', 'a%2Fb', 'a b', 'a ', ' a', '.', '..', 'ключ', '😀', "it's", 'a||b', '%']
    for (const [index, key] of keys.entries()) await state.set(trace, key, index)
    for (const [index, key] of keys.entries()) assert.equal(await state.get(trace, key), index, key)
    assertSameMembers(await state.keys(trace), keys)
    assert.equal((await state.getByPrefix(trace, 'a')).length, 8)
    for (const [index, key] of keys.entries()) assert.equal(await state.delete(trace, key), index, key)
    assert.equal(await state.count(trace), 0)
  })
})

/**
 * All items of a query, one a page.
 *
 * @param {(page: { limit: number, token?: string }) => Promise<{ items: import('redis-state-adapter').StateItem[], token?: string }>} query
 */
async function readPages(query) {
  const items = []
  for (let token, isLast = false; !isLast; isLast = token === undefined) {
    const page = await query({ limit: 1, token })
    items.push(...page.items)
    token = page.token
  }
  return items
}
