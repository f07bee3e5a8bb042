// @ts-check
// What the cache answers, and what it keeps.

import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import { fromMemory, opened, through, writeElsewhere } from './opened.mjs'

const DEEPEST = 500
const BRACKETS = 100_000
const DEEPEST_TEXT = `${'['.repeat(BRACKETS)}1${']'.repeat(BRACKETS)}`

/** @param {any} state @returns {import('redis-state-adapter').CacheStats} */
function cacheOf(state) {
  return state.stats().cache
}

/** @param {number} depth */
function nested(depth) {
  let value = /** @type {unknown} */ (1)
  for (let level = 0; level < depth; level += 1) value = [value]
  return value
}

describe('an entry that was read', () => {
  it('is read from memory by get, getMany and has', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', { a: [1] })
    assert.deepEqual(await through(engine, () => state.get('t', 'k')), { a: [1] })
    assert.deepEqual(await fromMemory(engine, () => state.get('t', 'k')), { a: [1] })
    assert.deepEqual(await fromMemory(engine, () => state.getMany('t', ['k', 'k'])), [{ a: [1] }, { a: [1] }])
    assert.equal(await fromMemory(engine, () => state.has('t', 'k')), true)
  })

  it('is read from the server with cache: false', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    await through(engine, () => state.get('t', 'k'))
    await through(engine, () => state.get('t', 'k', { cache: false }))
    await through(engine, () => state.getMany('t', ['k'], { cache: false }))
    await through(engine, () => state.has('t', 'k', { cache: false }))
    await fromMemory(engine, () => state.get('t', 'k', { cache: true }))
    assert.deepEqual(engine.sent, ['getTracked', 'get', 'get', 'has'])
  })

  it('is not read by the other methods', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    await through(engine, () => state.get('t', 'k'))
    await through(engine, () => state.ttl('t', 'k'))
    assert.deepEqual(engine.sent, ['getTracked', 'ttl'])
  })

  it('belongs to each caller, who may change it', async () => {
    const { state, server, engine } = opened()
    const value = { list: [{ n: 1 }], deep: { er: [[2]] } }
    writeElsewhere(server, 't:k', value)
    const both = Promise.all([state.get('t', 'k'), state.get('t', 'k')])
    await engine.settle()
    for (const one of await both) {
      assert.deepEqual(one, value)
      one.list[0].n = 0
      one.deep.er[0].push(0)
    }
    const hit = await fromMemory(engine, () => state.get('t', 'k'))
    assert.deepEqual(hit, value)
    hit.list.pop()
    assert.deepEqual(await fromMemory(engine, () => state.get('t', 'k')), value)
  })

  it('keeps a member named __proto__, and gets none of those that a program adds to all objects', async (t) => {
    const { state, server, engine } = opened()
    server.write('t:k', { json: '{"__proto__":{"x":1},"a":{"__proto__":2}}', expiresAt: Number.POSITIVE_INFINITY })
    await through(engine, () => state.get('t', 'k'))
    Object.assign(Object.prototype, { added: {} })
    t.after(() => Reflect.deleteProperty(Object.prototype, 'added'))
    const hit = await fromMemory(engine, () => state.get('t', 'k'))
    assert.equal(JSON.stringify(hit), '{"__proto__":{"x":1},"a":{"__proto__":2}}')
    assert.equal(Object.getPrototypeOf(hit), Object.prototype)
  })

  it('is not kept if it is too deep to be copied', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:deep', nested(DEEPEST))
    writeElsewhere(server, 't:deeper', nested(DEEPEST + 1))
    server.write('t:deepest', { json: DEEPEST_TEXT, expiresAt: Number.POSITIVE_INFINITY })
    for (const key of ['deep', 'deeper', 'deepest']) await through(engine, () => state.get('t', key))
    assert.equal(cacheOf(state).entries, 1)
    assert.deepEqual(await fromMemory(engine, () => state.get('t', 'deep')), nested(DEEPEST))
    const both = Promise.all([state.get('t', 'deepest'), state.get('t', 'deepest')])
    await engine.settle()
    await engine.settle()
    const [first, second] = await both
    assert.notEqual(first, second)
  })

  it('is one entry, wherever trace id and key are divided at a colon', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 'a:b:c', 1)
    await through(engine, () => state.get('a:b', 'c'))
    await fromMemory(engine, () => state.get('a:b', 'c'))
    const writing = state.set('a', 'b:c', 2)
    assert.equal(await through(engine, () => state.get('a:b', 'c')), 2)
    await writing
    assert.equal(await through(engine, () => state.get('a', 'b:c')), 2)
    writeElsewhere(server, 'a:b:c', 3)
    await engine.deliver()
    assert.equal(await through(engine, () => state.get('a', 'b:c')), 3)
  })

  it('is not taken for that of another trace id, which it would be with hashTags', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 'a:b:c', 1)
    await through(engine, () => state.get('a:b', 'c'))
    await through(engine, () => state.get('a', 'b:c'))
    assert.deepEqual(engine.sent, ['getTracked', 'getTracked'])
  })

  it('may have the value null, which is not that there is none', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:null', null)
    for (const key of ['null', 'none']) await through(engine, () => state.get('t', key))
    for (const key of ['null', 'none']) assert.equal(await fromMemory(engine, () => state.get('t', key)), null)
    assert.equal(await fromMemory(engine, () => state.has('t', 'null')), true)
    assert.equal(await fromMemory(engine, () => state.has('t', 'none')), false)
  })

  it('that is not there, is not kept in a cluster', async () => {
    const { state, server, engine } = opened({}, { isCluster: true })
    await through(engine, () => state.get('t', 'k'))
    assert.equal(cacheOf(state).entries, 0)
    writeElsewhere(server, 't:k', 1)
    assert.equal(await through(engine, () => state.get('t', 'k')), 1)
  })

  it('fills nothing if it was read by has', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    await through(engine, () => state.has('t', 'k'))
    await through(engine, () => state.has('t', 'k'))
    assert.deepEqual(engine.sent, ['has', 'has'])
  })

  it('is frozen and the same for all callers with frozen: true', async () => {
    const { state, server, engine } = opened({ frozen: true })
    writeElsewhere(server, 't:k', { a: [{ b: 1 }] })
    const read = await through(engine, () => state.get('t', 'k'))
    const hit = await fromMemory(engine, () => state.get('t', 'k'))
    assert.equal(hit, read)
    assert.ok(Object.isFrozen(hit) && Object.isFrozen(hit.a) && Object.isFrozen(hit.a[0]))
  })
})

describe('what is kept', () => {
  it('is limited by entries: the least recently used one is dropped', async () => {
    const { state, engine } = opened({ maxEntries: 2 })
    for (const key of ['a', 'b', 'a', 'c']) await through(engine, () => state.get('t', key))
    assert.equal(cacheOf(state).entries, 2)
    await fromMemory(engine, () => state.getMany('t', ['a', 'c']))
    await through(engine, () => state.get('t', 'b'))
    assert.equal(engine.sent.length, 4)
  })

  it('is limited by bytes, and a value that exceeds them alone drops no other', async () => {
    const { state, server, engine } = opened({ maxBytes: 10_000 })
    writeElsewhere(server, 't:large', 'x'.repeat(10_000))
    for (let key = 0; key < 10; key += 1) writeElsewhere(server, `t:${key}`, 'x'.repeat(3000))
    for (let key = 0; key < 10; key += 1) await through(engine, () => state.get('t', String(key)))
    await through(engine, () => state.get('t', 'large'))
    const { entries, bytes } = cacheOf(state)
    assert.equal(entries, 3)
    assert.ok(bytes > 9000 && bytes <= 10_000)
    await fromMemory(engine, () => state.getMany('t', ['7', '8', '9']))
  })

  it('counts the names of properties as well as their values', async () => {
    const { state, server, engine } = opened({ maxBytes: 10_000 })
    for (let key = 0; key < 10; key += 1) writeElsewhere(server, `t:${key}`, { ['x'.repeat(3000)]: 1 })
    for (let key = 0; key < 10; key += 1) await through(engine, () => state.get('t', String(key)))
    assert.equal(cacheOf(state).entries, 3)
  })

  it('is nothing after all was dropped', async () => {
    const { state, server, engine } = opened()
    for (const name of ['a:1', 'a:2', 'b:1']) writeElsewhere(server, name, 1)
    for (const [trace, key] of ['a1', 'a2', 'b1']) await through(engine, () => state.get(trace, key))
    server.flush([engine.connection])
    await engine.deliver()
    const { entries, bytes, invalidations } = cacheOf(state)
    assert.deepEqual({ entries, bytes, invalidations }, { entries: 0, bytes: 0, invalidations: 3 })
  })
})

describe('the cache', () => {
  it('is not used while servers report no changes', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    engine.tracks = false
    await through(engine, () => state.get('t', 'k'))
    await through(engine, () => state.get('t', 'k'))
    assert.deepEqual(engine.sent, ['get', 'get'])
  })

  it('is not used after cleanup()', async () => {
    const { state, engine } = opened()
    await through(engine, () => state.get('t', 'k'))
    await state.cleanup()
    await through(engine, () => state.get('t', 'k'))
    assert.deepEqual(engine.sent, ['getTracked', 'get'])
  })

  it('counts hits, misses and calls', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    await through(engine, () => state.get('t', 'k'))
    await state.getMany('t', ['k', 'k'])
    await state.has('t', 'k')
    await through(engine, () => Promise.all([state.get('t', 'x'), state.get('t', 'x')]))
    writeElsewhere(server, 't:k', 2)
    await engine.deliver()
    const { hits, misses, invalidations, entries } = cacheOf(state)
    assert.deepEqual({ hits, misses, invalidations, entries }, { hits: 3, misses: 3, invalidations: 1, entries: 1 })
    assert.equal(state.stats().calls, 6)
  })

  it('marks the messages of calls that it answers', async (t) => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    const channel = tracingChannel('redis-state-adapter:command')
    /** @type {unknown[]} */
    const seen = []
    const asyncEnd = (/** @type {any} */ { operation, cached }) => void seen.push([operation, cached])
    const listeners = /** @type {any} */ ({ asyncEnd })
    channel.subscribe(listeners)
    t.after(() => channel.unsubscribe(listeners))
    await through(engine, () => state.get('t', 'k'))
    await state.get('t', 'k')
    await state.getMany('t', ['k'])
    await state.has('t', 'k')
    await through(engine, () => state.getMany('t', ['k', 'x']))
    await through(engine, () => state.set('t', 'k', 1))
    assert.deepEqual(seen, [
      ['get', undefined],
      ['get', true],
      ['getMany', true],
      ['has', true],
      ['getMany', undefined],
      ['set', undefined],
    ])
  })

  it('passes on the error of a read to each caller that joined it, as an error of its own', async () => {
    const { state, engine } = opened()
    const calls = [state.get('t', 'k'), state.get('t', 'k'), state.getMany('t', ['k'])]
    const settled = Promise.allSettled(calls)
    engine.failReads()
    const [first, second, third] = (await settled).map((one) => (one.status === 'rejected' ? one.reason : undefined))
    assert.match(first.message, /^get\(/)
    assert.equal(second.message, first.message)
    assert.match(third.message, /^getMany\(/)
    assert.notEqual(first, second)
    assert.equal(state.stats().errors.ERR_REPLY, 2)
    assert.equal(await through(engine, () => state.get('t', 'k')), null)
  })
})
