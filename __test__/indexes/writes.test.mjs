// @ts-check
// What the methods write to the index of a trace.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { INDEXED, indexKey, members, openIndexed, PREFIX } from '../support/index-members.mjs'
import { open } from '../support/open.mjs'
import { startRedis } from '../support/redis.mjs'
import { VERSIONS } from '../support/versions.mjs'

/** @import { Client, RedisServer } from '../support/redis.mjs' */

const ANYTHING = {
  '~standard': {
    version: /** @type {const} */ (1),
    vendor: 'test',
    validate: (/** @type {unknown} */ value) => ({ value }),
  },
}
const PROGRAMS = [/** @type {const} */ (['the default server', undefined]), ...VERSIONS]

for (const [name, program] of PROGRAMS) describe(`the index, on ${name}`, () => methods(program))

/** @param {string | undefined} program */
function methods(program) {
  /** @type {RedisServer} */
  let server
  /** @type {Client} */
  let client
  before(async () => {
    server = await startRedis([], program)
    client = await server.client()
  })
  after(() => server.stop())

  let count = 0
  const newTrace = () => `t${++count}`

  it('has the key of an entry that is set, and loses that of one that is deleted', async (t) => {
    const [state, traceId] = [openIndexed(t, server), newTrace()]
    assert.deepEqual(await state.set(traceId, 'a:b', { n: 1 }), { n: 1 })
    await state.set(traceId, '', 2)
    assert.deepEqual(await members(client, traceId), ['', 'a:b'])
    assert.equal(await client.zScore(indexKey(traceId), 'a:b'), 0)
    assert.equal(await client.get(`${PREFIX}${traceId}:a:b`), '{"n":1}')
    assert.deepEqual(await state.delete(traceId, 'a:b'), { n: 1 })
    assert.equal(await state.delete(traceId, 'none'), null)
    assert.deepEqual(await members(client, traceId), [''])
    assert.equal(await state.delete(traceId, ''), 2)
    assert.equal(await client.exists(indexKey(traceId)), 0)
  })

  it('has the keys of entries that conditional writes create', async (t) => {
    const [state, traceId] = [openIndexed(t, server), newTrace()]
    await state.set(traceId, 'absent', 1, { ifAbsent: true })
    await assertFails(state.set(traceId, 'absent', 2, { ifAbsent: true }), 'ERR_CONFLICT', { applied: 'no' })
    await state.set(traceId, 'ttl', 1, { ttl: 60 })
    assert.equal(await client.ttl(`${PREFIX}${traceId}:ttl`), 60)
    await state.increment(traceId, 'count', 5)
    await state.update(traceId, 'parts', [{ op: 'set', path: 'a.b', value: 1 }])
    await state.transaction(traceId, [
      { op: 'set', key: 'one', value: 1 },
      { op: 'set', key: 'two', value: 2, ttl: 60 },
      { op: 'delete', key: 'ttl' },
    ])
    assert.deepEqual(await members(client, traceId), ['absent', 'count', 'one', 'parts', 'two'])
  })

  it('does not keep entries from being removed on a server without free memory', async (t) => {
    const [state, traceId] = [openIndexed(t, server), newTrace()]
    await state.setMany(traceId, { a: 1, b: 2, c: 3, d: 4, 'd:1': 5 })
    const { etag } = (await state.getWithMetadata(traceId, 'b')) ?? assert.fail()
    const limit = (/** @type {string} */ bytes) => client.sendCommand(['CONFIG', 'SET', 'maxmemory', bytes])
    await limit('1')
    try {
      await assertFails(state.set(traceId, 'a', 2), 'ERR_REPLY', { applied: 'no' })
      await assertFails(state.set(traceId, 'new', 2), 'ERR_REPLY', { applied: 'no' })
      assert.equal(await state.delete(traceId, 'a'), 1)
      assert.equal(await state.delete(traceId, 'a'), null)
      assert.equal(await state.delete(traceId, 'b', { ifMatch: etag }), 2)
      await state.update(traceId, 'c', [{ op: 'remove', path: [] }])
      await state.clear(traceId, 'd')
      assert.deepEqual(await state.keys(traceId), [])
    } finally {
      await limit('0')
    }
    await state.set(traceId, 'a', 2)
    assert.deepEqual([await state.keys(traceId), (await members(client, traceId)).includes('a')], [['a'], true])
  })

  it('keeps what an etag protects', async (t) => {
    const [state, traceId] = [openIndexed(t, server), newTrace()]
    await state.set(traceId, 'k', 1)
    const { etag } = (await state.getWithMetadata(traceId, 'k')) ?? assert.fail()
    await client.del(indexKey(traceId))
    await state.set(traceId, 'k', 2, { ifMatch: etag })
    assert.deepEqual(await members(client, traceId), ['k'])
    await assertFails(state.delete(traceId, 'k', { ifMatch: etag }), 'ERR_CONFLICT', { applied: 'no' })
    assert.deepEqual(await members(client, traceId), ['k'])
    const changed = (await state.getWithMetadata(traceId, 'k')) ?? assert.fail()
    assert.equal(await state.delete(traceId, 'k', { ifMatch: changed.etag }), 2)
    assert.deepEqual(await members(client, traceId), [])
  })

  it('loses the key of an entry that an update removes', async (t) => {
    const [state, traceId] = [openIndexed(t, server), newTrace()]
    await state.set(traceId, 'k', 1)
    await state.update(traceId, 'k', [{ op: 'remove' }])
    assert.deepEqual([await state.get(traceId, 'k'), await members(client, traceId)], [null, []])
  })

  it('is kept by bulk methods and groups', async (t) => {
    const [state, traceId] = [openIndexed(t, server), newTrace()]
    await state.setMany(traceId, { a: 1, b: 2, c: 3 })
    assert.equal(await state.deleteMany(traceId, ['a', 'none']), 1)
    const group = state.group(traceId, { schema: ANYTHING })
    await group.set('d', 4)
    await group.delete('b')
    assert.deepEqual(await members(client, traceId), ['c', 'd'])
  })

  it('takes the place of nothing in what calls resolve to', async (t) => {
    const [state, traceId] = [openIndexed(t, server, { ttl: 60 }), newTrace()]
    const calls = [
      state.set(traceId, 'k', 'first'),
      state.get(traceId, 'k'),
      state.set(traceId, 'k', 'second', { ifAbsent: true }).catch(({ code }) => code),
      state.has(traceId, 'k'),
      state.delete(traceId, 'k'),
      state.get(traceId, 'k'),
      state.increment(traceId, 'k', 2),
    ]
    assert.deepEqual(await Promise.all(calls), ['first', 'first', 'ERR_CONFLICT', true, 'first', null, 2])
    assert.equal(await client.ttl(`${PREFIX}${traceId}:k`), 60)
  })

  it('of another type rejects writes: transactions of the server after, scripts before they write', async (t) => {
    const [state, traceId] = [openIndexed(t, server), newTrace()]
    await state.set(traceId, 'k', { n: 1 })
    await client.del(indexKey(traceId))
    await client.set(indexKey(traceId), 'no index')
    const set = await assertFails(state.set(traceId, 'k', { n: 2 }), 'ERR_WRONG_TYPE', { applied: 'yes' })
    for (const part of [indexKey(traceId), 'delete it', 'reindex()']) assert.ok(set.message.includes(part), set.message)
    assert.deepEqual(await state.get(traceId, 'k'), { n: 2 })
    const refused = { applied: /** @type {const} */ ('no') }
    const calls = [
      state.update(traceId, 'k', [{ op: 'set', path: 'n', value: 3 }]),
      state.increment(traceId, 'count'),
      state.transaction(traceId, [{ op: 'delete', key: 'k' }]),
    ]
    const failures = await Promise.all(calls.map((call) => assertFails(call, 'ERR_WRONG_TYPE', refused)))
    for (const { message } of failures) assert.ok(message.includes(indexKey(traceId)), message)
    await assertFails(state.set(traceId, 'k', 4, { ifAbsent: true }), 'ERR_CONFLICT', refused)
    assert.deepEqual([await state.get(traceId, 'k'), await state.get(traceId, 'count')], [{ n: 2 }, null])
    assert.equal(await state.delete(traceId, 'none'), null)
    await assertFails(state.delete(traceId, 'k'), 'ERR_WRONG_TYPE', { applied: 'yes' })
    assert.equal(await state.get(traceId, 'k'), null)
  })

  it('is not written without the option', async (t) => {
    const [state, traceId] = [openIndexed(t, server, { index: false }), newTrace()]
    await state.set(traceId, 'k', 1)
    await state.increment(traceId, 'count')
    assert.equal(await client.exists(indexKey(traceId)), 0)
  })

  it('has the trace id in braces with hashTags', async (t) => {
    const [state, traceId] = [openIndexed(t, server, { hashTags: true }), newTrace()]
    await state.set(traceId, '}:k', 1)
    await state.increment('', 'n')
    assert.deepEqual(await members(client, `{${traceId}}`), ['}:k'])
    assert.deepEqual(await members(client, '{}'), ['n'])
  })
}

describe('the embedded store', () => {
  it('ignores the option', async (t) => {
    const state = open(t, { ...INDEXED, url: 'memory:' })
    await state.set('t', 'k', 1)
    assert.deepEqual(await state.getGroup('t'), [1])
    await state.clear('t')
    assert.deepEqual(await state.keys('t'), [])
  })
})
