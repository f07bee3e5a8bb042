// @ts-check
// What the store has beyond the generated calls of models.mjs.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { InMemoryStore } from '@langchain/langgraph-checkpoint'
import { until } from '../../support/until.mjs'

/** @import { Place } from './stores.mjs' */

/** @param {Place} place */
export function items({ store: open }) {
  it('keeps the time of creation, and forgets it with the item', async () => {
    const store = open()
    await store.put(['a'], 'k', { n: 1 })
    const created = (await store.get(['a'], 'k'))?.createdAt ?? new Date(0)
    await until(() => Date.now() > created.getTime())
    await store.put(['a'], 'k', { n: 2 })
    const item = await store.get(['a'], 'k')
    assert.deepEqual([item?.value, item?.createdAt], [{ n: 2 }, created])
    assert.ok(item && item.updatedAt > created)
    await store.delete(['a'], 'k')
    await store.put(['a'], 'k', { n: 3 })
    assert.ok(((await store.get(['a'], 'k'))?.createdAt ?? created) > created)
  })

  it('keeps the last of several writes of an item', async () => {
    const name = { namespace: ['a'], key: 'k' }
    for (const store of [open(), open({ index: { dims: 1, embed: slowAtFirst() } })]) {
      await store.batch([
        { ...name, value: { n: 1 } },
        { ...name, value: { n: 2 } },
      ])
      assert.deepEqual((await store.get(['a'], 'k'))?.value, { n: 2 })
      await store.batch([
        { ...name, value: { n: 3 } },
        { ...name, value: null },
      ])
      assert.equal(await store.get(['a'], 'k'), null)
    }
    const store = open()
    await Promise.all([store.put(['a'], 'k', { n: 4 }), store.delete(['a'], 'k')])
    assert.equal(await store.get(['a'], 'k'), null)
  })

  it('writes an item in the order of the calls, however long its vectors take', async () => {
    const store = open({ index: { embed: slowAtFirst() } })
    const [a, b] = [{ n: 1 }, { n: 2 }]
    await Promise.all([store.put(['a'], 'k', a), store.put(['a'], 'k', b)])
    assert.deepEqual((await store.get(['a'], 'k'))?.value, b)
    const again = open({ index: { embed: slowAtFirst() } })
    await Promise.all([again.put(['a'], 'k', a), again.delete(['a'], 'k')])
    assert.equal(await again.get(['a'], 'k'), null)
    const last = open({ index: { embed: slowAtFirst() } })
    await Promise.all([last.put(['a'], 'k', a), last.put(['a'], 'k', b, false), last.put(['a'], 'other', a)])
    assert.deepEqual((await last.get(['a'], 'k'))?.value, b)
  })

  it('writes an item after vectors that could not be computed', async () => {
    let calls = 0
    const embedDocuments = async (/** @type {string[]} */ texts) => {
      calls += 1
      if (calls === 2) throw new Error('no model')
      return texts.map(() => [1])
    }
    const store = open({ index: { embed: { embedQuery: async () => [1], embedDocuments } } })
    const results = await Promise.allSettled([1, 2, 3].map((n) => store.put(['a'], 'k', { n })))
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual((await store.get(['a'], 'k'))?.value, { n: 3 })
  })

  it('returns pages of a search in a constant order, beyond the size of a reply', async () => {
    const store = open()
    const keys = Array.from({ length: 600 }, (_, at) => `k${String(at).padStart(3, '0')}`)
    await store.batch(keys.map((key, at) => ({ namespace: [`n${at % 3}`, 'x'], key, value: { at } })))
    /** @type {string[]} */
    const found = []
    for (let offset = 0; offset < keys.length; offset += 70) {
      found.push(...(await store.search([], { limit: 70, offset })).map(({ key }) => key))
    }
    const expected = [0, 1, 2].flatMap((root) => keys.filter((_, at) => at % 3 === root))
    assert.deepEqual(found, expected)
    const [item] = await store.search(['n1'], { filter: { at: { $gte: 598 } } })
    assert.equal(item.value.at, 598)
    assert.equal((await store.search(['n1'])).length, 10)
    assert.deepEqual(await store.search(['n']), [])
  })

  it('filters by fields within fields, by lists, and by what exists', async () => {
    const store = open()
    await store.put(['a'], '1', { tags: ['x', 'y'], by: { name: 'Ada' } })
    await store.put(['a'], '2', { tags: [], by: { name: 'Bob' }, done: false })
    const keysFor = async (/** @type {Record<string, unknown>} */ filter) =>
      (await store.search(['a'], { filter })).map(({ key }) => key)
    assert.deepEqual(await keysFor({ 'by.name': 'Bob' }), ['2'])
    assert.deepEqual(await keysFor({ tags: ['x', 'y'] }), ['1'])
    assert.deepEqual(await keysFor({ 'by.name': { $in: ['Ada', 'Eve'] } }), ['1'])
    assert.deepEqual(await keysFor({ 'by.name': { $nin: ['Ada', 'Eve'] } }), ['2'])
    assert.deepEqual(await keysFor({ done: { $exists: true } }), ['2'])
    assert.deepEqual(await keysFor({ done: { $exists: false } }), ['1'])
    assert.deepEqual(await keysFor({ done: { $unknown: 1 } }), [])
  })

  it('reads before it writes in a batch', async () => {
    const store = open()
    await store.put(['a'], 'k', { n: 1 })
    const results = await store.batch([
      { namespace: ['a'], key: 'k', value: { n: 2 } },
      { namespace: ['a'], key: 'k' },
      { namespacePrefix: ['a'] },
      { limit: 10, offset: 0, matchConditions: [{ matchType: 'prefix', path: ['*'] }] },
      { namespace: ['a'], key: 'k', value: { n: 3 } },
    ])
    const [, item, found, namespaces] = /** @type {any} */ (results)
    assert.deepEqual([item.value, found.length, namespaces], [{ n: 1 }, 1, [['a']]])
    assert.deepEqual((await store.get(['a'], 'k'))?.value, { n: 3 })
  })

  it('takes null for no options', async () => {
    const store = open()
    const none = /** @type {any} */ (null)
    await store.put(['a'], 'k', {}, none)
    assert.equal((await store.search(['a'], none)).length, 1)
  })

  it('rejects namespaces that LangGraph does not allow, and values that are no objects', async () => {
    const store = open()
    for (const namespace of [[], ['a.b'], ['a', ''], ['a:b'], ['a\0'], ['a\ud800'], ['langgraph']]) {
      await assert.rejects(store.put(namespace, 'k', {}), { name: 'InvalidNamespaceError' })
    }
    await assert.rejects(store.get(/** @type {any} */ ([1]), 'k'), { name: 'InvalidNamespaceError' })
    const error = (/** @type {RegExp} */ message) => ({ code: 'ERR_INVALID_ARGUMENT', message })
    await assert.rejects(
      store.put(['a'], 'k', /** @type {any} */ ('text')),
      error(/^put\(\): value: expected an object/),
    )
    await assert.rejects(store.put(['a'], /** @type {any} */ (true), {}), error(/^put\(\): key: /))
    await assert.rejects(store.put(['a'], 'k', {}, { ttl: -1 }), error(/^put\(\): ttl: expected minutes/))
  })
}

/** @param {Place} place */
export function itemExpiry({ store: open, state }) {
  const MINUTE = 60_000

  it('gives items the expiry of the store, or their own', async (t) => {
    const store = open({ keyPrefix: t.name, defaultTTL: 1 })
    await store.put(['a'], 'k', {})
    await store.put(['a'], 'own', {}, { ttl: 10 })
    within(await timeLeft(t.name, 'k'), 0, 1)
    within(await timeLeft(t.name, 'own'), 9, 10)
    await open({ keyPrefix: t.name }).put(['a'], 'k', {})
    assert.equal(await timeLeft(t.name, 'k'), -1)
  })

  it('starts it again with reads, if it is to', async (t) => {
    await open({ keyPrefix: t.name, defaultTTL: 1 }).put(['a'], 'k', {})
    await open({ keyPrefix: t.name }).put(['a'], 'own', {}, { ttl: 100 })
    const plain = open({ keyPrefix: t.name, ttl: { defaultTTL: 10 } })
    await plain.get(['a'], 'k')
    await plain.search(['a'])
    within(await timeLeft(t.name, 'k'), 0, 1)
    await plain.get(['a'], 'k', { refreshTTL: true })
    within(await timeLeft(t.name, 'k'), 9, 10)
    await open({ keyPrefix: t.name, defaultTTL: 20, refreshOnRead: true }).search(['a'])
    within(await timeLeft(t.name, 'k'), 19, 20)
    within(await timeLeft(t.name, 'own'), 99, 100)
  })

  it('rejects options of expiry that it does not have', () => {
    const wrong = (/** @type {any} */ ttl, /** @type {RegExp} */ message) =>
      assert.throws(() => open({ ttl }), { code: 'ERR_INVALID_CONFIG', message })
    wrong(60, /^new RedisStore: ttl: expected an object, got a number/)
    wrong({ ttl: 5 }, /^new RedisStore: ttl\.ttl: unknown option\. The options are defaultTTL, refreshOnRead/)
    wrong({ keyPrefix: 'a' }, /ttl\.keyPrefix: unknown option/)
  })

  it('starts it again for what a search returns only', async (t) => {
    const store = open({ keyPrefix: t.name, defaultTTL: 1, index: { embeddings: /** @type {any} */ (embeddings) } })
    for (const [n, key] of ['k0', 'k1', 'k2', 'k3'].entries())
      await store.put(['a'], key, { n, text: 'zebra'.slice(n) })
    const refreshing = open({ keyPrefix: t.name, defaultTTL: 10, refreshOnRead: true })
    await refreshing.search(['a'], { filter: { n: { $gte: 1 } }, offset: 1, limit: 1 })
    const left = await Promise.all(['k0', 'k1', 'k2', 'k3'].map((key) => timeLeft(t.name, key)))
    assert.deepEqual(
      left.map((ms) => ms > MINUTE),
      [false, false, true, false],
    )
    await store.search(['a'], { query: 'z', limit: 1, refreshTTL: true })
    within(await timeLeft(t.name, 'k2'), 9, 10)
  })

  it('lists a root as long as reads let its items live', async (t) => {
    await open({ keyPrefix: t.name, defaultTTL: 1 }).put(['a'], 'k', {})
    const before = await endOfRoot(t.name)
    const refreshing = open({ keyPrefix: t.name, defaultTTL: 10, refreshOnRead: true })
    await refreshing.get(['a'], 'k')
    const afterGet = await endOfRoot(t.name)
    within(afterGet - before, 8, 10)
    await open({ keyPrefix: t.name, defaultTTL: 20, refreshOnRead: true }).search(['a'])
    within((await endOfRoot(t.name)) - afterGet, 9, 11)
    assert.equal(await refreshing.get(['b'], 'k'), null)
    assert.deepEqual(await refreshing.listNamespaces(), [['a']])
  })

  it('finds nothing of items that have expired', async (t) => {
    const store = open({ keyPrefix: t.name })
    await store.put(['a', 'b'], 'k', {}, { ttl: 1 / MINUTE })
    await store.put(['a', 'c'], 'k', {})
    await until(async () => (await store.get(['a', 'b'], 'k')) === null)
    assert.deepEqual(await store.listNamespaces(), [['a', 'c']])
    assert.equal((await store.search(['a'])).length, 1)
    assert.deepEqual(await state().command(['ZRANGE', `${t.name}:store:{a}:index`, 0, -1]), ['a\0c\0\0k'])
  })

  /** @param {number} ms @param {number} least minutes @param {number} most */
  function within(ms, least, most) {
    assert.ok(ms > least * MINUTE && ms <= most * MINUTE, `${ms}`)
  }

  /** When the store forgets the root `a`. @param {string} prefix */
  async function endOfRoot(prefix) {
    const shards = Array.from({ length: 16 }, (_, shard) => `${prefix}:store:roots:{${shard}}`)
    const ends = await Promise.all(shards.map((key) => state().command(['ZSCORE', key, 'a'])))
    return Number(ends.find((end) => end !== null))
  }

  /** @param {string} prefix @param {string} key */
  async function timeLeft(prefix, key) {
    return Number(await state().command(['PTTL', `${prefix}:store:{a}:item:a\0\0${key}`]))
  }
}

/** Embeddings, of which the first take longer than the others. */
function slowAtFirst() {
  let calls = 0
  return {
    embedQuery: async () => [1],
    embedDocuments: async (/** @type {string[]} */ texts) => {
      calls += 1
      for (let turns = 10 / calls; turns > 0; turns -= 1) await new Promise(setImmediate)
      return texts.map(() => [1])
    },
  }
}

/** Embeddings whose vectors are the counts of letters. */
const embeddings = {
  embedQuery: async (/** @type {string} */ text) => vectorOf(text),
  embedDocuments: async (/** @type {string[]} */ texts) => texts.map(vectorOf),
}

/** @param {string} text */
function vectorOf(text) {
  return [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => text.split(letter).length - 1)
}

/** @param {Place} place */
export function similarity({ store: open }) {
  it('ranks by similarity, as the store in memory does', async () => {
    const texts = ['banana bread', 'apple pie', 'a zebra', 'pizza', 'cab']
    const paths = [
      ['$'],
      ['text'],
      ['chapters[*].content'],
      ['chapters[0].content', 'text'],
      ['chapters[-1].content'],
      ['{text,n}'],
    ]
    for (const fields of paths) {
      const index = { dims: 26, embeddings: /** @type {any} */ (embeddings), fields }
      const both = [open({ index }), new InMemoryStore({ index })]
      const results = both.map(async (store) => {
        for (const [n, text] of texts.entries()) {
          await store.put(['a'], `k${n}`, { n, text, chapters: [{ content: text }, { content: `${text} ${n}` }] })
        }
        await store.put(['a'], 'none', { n: 9, text: 'banana' }, false)
        const queries = [
          { query: 'banana' },
          { query: 'pizza', limit: 2, offset: 1 },
          { query: 'zebra', filter: { n: { $gt: 1 } } },
        ]
        const found = await Promise.all(queries.map((query) => store.search(['a'], query)))
        return found.map((one) => one.map(({ key, score }) => [key, score?.toFixed(9)]))
      })
      assert.deepEqual(await results[0], await results[1], fields.join())
    }
  })

  it('gives no score to items whose vectors have another length than the query', async (t) => {
    const texts = ['zebra', 'pizza', 'apple']
    for (const [at, text] of texts.entries()) {
      const index = at === 1 ? { embeddings: /** @type {any} */ (slowAtFirst()) } : { embeddings }
      await open({ keyPrefix: t.name, index: /** @type {any} */ (index) }).put(['a'], text, { text })
    }
    const store = open({ keyPrefix: t.name, index: { embeddings: /** @type {any} */ (embeddings) } })
    const found = await store.search(['a'], { query: 'apple' })
    assert.deepEqual(
      found.map(({ key, score }) => [key, typeof score]),
      [
        ['apple', 'number'],
        ['zebra', 'number'],
        ['pizza', 'undefined'],
      ],
    )
  })

  it('ignores a query without an index', async () => {
    const store = open()
    await store.put(['a'], 'k', { text: 'x' })
    assert.equal((await store.search(['a'], { query: 'y' })).length, 1)
  })
}
