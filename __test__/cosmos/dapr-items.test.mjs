// @ts-check
// Items of Dapr: what a sidecar wrote is read, and what is written here has the form that a sidecar reads. The items are
// those of its component state.azure.cosmosdb, which writes `{ id, partitionKey, value, isBinary, ttl? }`.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { emulatorOfSuite, openOn } from './support/adapters.mjs'
import { documents, startGateway } from './support/gateway.mjs'
import { on } from './support/gateway-replies.mjs'
import { skip } from './support/rust-emulator.mjs'

/** @param {unknown} value as a sidecar stores what it got as bytes, unless it is a JSON object */
const asBytes = (value) => ({ value: Buffer.from(JSON.stringify(value)).toString('base64'), isBinary: true })

/** What an app saved, and the members of the item that a sidecar made of it. @type {[title: string, value: any, members: any][]} */
const SAVED = [
  ['an object over HTTP', { paid: true, lines: [1, 'two', null] }, { value: { paid: true, lines: [1, 'two', null] } }],
  ['an object over gRPC', { paid: true }, { value: { paid: true } }],
  ['a text over HTTP', 'plain', { value: 'plain' }],
  ['a text over gRPC', 'plain', asBytes('plain')],
  ['a number over HTTP', 7, { value: 7 }],
  ['a number over gRPC', 7, asBytes(7)],
  ['a list over gRPC', [1, { a: 'é😀' }], asBytes([1, { a: 'é😀' }])],
  ['false over gRPC', false, asBytes(false)],
  ['null over HTTP', null, { value: null }],
  ['null over gRPC', null, asBytes(null)],
  ['an empty text over gRPC', '', asBytes('')],
  ['a text that looks like base64, over HTTP', 'NQ==', { value: 'NQ==' }],
]

describe('the items of a sidecar', { skip }, () => {
  const { open, raw } = emulatorOfSuite()

  /** @param {string} partitionKey @param {string} key @param {object} members */
  const save = (partitionKey, key, members) =>
    raw().items.upsert({ id: `billing||${key}`, partitionKey, isBinary: false, ...members })

  for (const [title, value, members] of SAVED) {
    it(`are entries: ${title}`, async (t) => {
      const [state, trace] = [open(t, { keyPrefix: 'billing' }), randomUUID()]
      await save(trace, 'k', members)
      const { resource } = await raw().item('billing||k', trace).read()
      assert.deepEqual(await state.get(trace, 'k'), value)
      assert.deepEqual(await state.getGroup(trace), [value])
      assert.deepEqual(await state.getMany(trace, ['k', 'missing']), [value, null])
      assert.deepEqual(await state.keys(trace), ['k'])
      const entry = await state.getWithMetadata(trace, 'k')
      assert.deepEqual([entry?.value, entry?.etag, entry?.ttl], [value, resource?._etag, -1])
      assert.deepEqual(await state.delete(trace, 'k', { ifMatch: entry?.etag }), value)
    })
  }

  it('are changed as entries are, and are JSON afterwards', async (t) => {
    const [state, trace] = [open(t, { keyPrefix: 'billing' }), randomUUID()]
    await save(trace, 'n', asBytes(5))
    await save(trace, 'o', asBytes([1]))
    assert.equal(await state.increment(trace, 'n'), 6)
    await state.update(trace, 'o', [{ op: 'append', value: 2 }])
    const items = await Promise.all(['n', 'o'].map((key) => raw().item(`billing||${key}`, trace).read()))
    assert.deepEqual(
      items.map(({ resource }) => [resource?.value, resource?.isBinary ?? false]),
      [
        [6, false],
        [[1, 2], false],
      ],
    )
  })

  it('are replaced under the etag that the sidecar gave', async (t) => {
    const [state, trace] = [open(t, { keyPrefix: 'billing' }), randomUUID()]
    const { resource } = await save(trace, 'k', { value: 1 })
    await state.set(trace, 'k', 2, { ifMatch: resource?._etag })
    await assertFails(state.set(trace, 'k', 3, { ifMatch: resource?._etag }), 'ERR_CONFLICT', { applied: 'no' })
  })

  it('that have no value in JSON are an error of that entry alone', async (t) => {
    const [state, trace] = [open(t, { keyPrefix: 'billing' }), randomUUID()]
    await save(trace, 'bytes', { value: Buffer.from('\u0000\u0001not JSON').toString('base64'), isBinary: true })
    await save(trace, 'k', { value: 1 })
    const error = await assertFails(state.get(trace, 'bytes'), 'ERR_CORRUPT_VALUE', { traceId: trace, key: 'bytes' })
    assert.doesNotMatch(String(error), /not JSON"|AAFub3Q/)
    assert.equal(await state.get(trace, 'k'), 1)
    assert.equal(await state.has(trace, 'bytes'), true)
  })

  it('of other apps, partitions and programs are not entries of the store', async (t) => {
    const [state, trace] = [open(t, { keyPrefix: 'billing' }), randomUUID()]
    await raw().items.upsert({ id: 'shipping||k', partitionKey: trace, value: 1 })
    await raw().items.upsert({ id: 'billing|k', partitionKey: trace, value: 1 })
    await raw().items.upsert({ id: 'lease', partitionKey: trace, owner: 'x' })
    await raw().items.upsert({ id: 'billing||lease', partitionKey: trace, owner: 'x' })
    await save(`${trace}-other`, 'k', { value: 1 })
    await save(trace, 'own', { value: 1 })
    assert.deepEqual([await state.keys(trace), await state.count(trace)], [['own'], 1])
    assert.deepEqual(await state.get(trace, 'k'), null)
    await state.clear(trace)
    const { resources } = await raw().items.query('SELECT VALUE c.id FROM c', { partitionKey: trace }).fetchAll()
    assertSameMembers(resources, ['shipping||k', 'billing|k', 'lease', 'billing||lease'])
  })

  it('whose partition is their id, as without metadata.partitionKey, are entries of that trace', async (t) => {
    const state = open(t, { keyPrefix: 'billing' })
    const [key] = [randomUUID()]
    await save(`billing||${key}`, key, { value: 1 })
    assert.equal(await state.get(`billing||${key}`, key), 1)
    assert.deepEqual(await state.keys(`billing||${key}`), [key])
  })
})

describe('what a sidecar reads', { skip: process.env.REDIS_STATE_DRIVER === 'thread' }, () => {
  it('is the value as JSON, without isBinary, in the partition of the trace', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway, { keyPrefix: 'billing' })
    for (const [, value] of SAVED) {
      await state.set('t', 'k', value)
      const { _etag, _ts, ...item } = /** @type {any} */ (gateway.items.find('t', 'billing||k'))
      assert.deepEqual({ isBinary: false, ttl: -1, ...item }, expected(value, -1))
    }
    await state.set('t', 'k', 'x', { ttl: 60 })
    const { _etag, _ts, ...item } = /** @type {any} */ (gateway.items.find('t', 'billing||k'))
    assert.deepEqual(item, { id: 'billing||k', partitionKey: 't', value: 'x', ttl: 60 })
  })

  it('has the ttl that the app gave it, and is no entry when it is over', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway, { keyPrefix: 'billing' })
    gateway.items.put({ id: 'billing||k', partitionKey: 't', value: 'eA==', isBinary: true, ttl: 60 })
    gateway.items.put({ id: 'billing||l', partitionKey: 't', ...asBytes(1), ttl: 60 })
    const left = await state.ttl('t', 'l')
    assert.ok(left !== null && left > 0 && left <= 60, String(left))
    gateway.ahead = 61_000
    assert.equal(await state.get('t', 'l'), null)
    gateway.ahead = 0
    gateway.script = on(['query'], { status: 200, body: documents([]) })
    assert.deepEqual(await state.keys('t'), [])
  })
})

/** @param {unknown} value @param {number} ttl */
function expected(value, ttl) {
  return { id: 'billing||k', partitionKey: 't', value, isBinary: false, ttl }
}
