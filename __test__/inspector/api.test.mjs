// @ts-check
// What the API of the inspector answers, on a server and on the embedded store.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { Packr } from 'msgpackr'
import { RedisStateAdapter, StateStores } from 'redis-state-adapter'
import { open } from '../support/open.mjs'
import { startRedis } from '../support/redis.mjs'
import { until } from '../support/until.mjs'
import { pageOf } from './support/page.mjs'

/** @type {import('../support/redis.mjs').RedisServer} */
let server
/** @type {import('../support/redis.mjs').Client} */
let client
before(async () => {
  server = await startRedis()
  client = await server.client()
})
after(() => server.stop())
beforeEach(async () => {
  await client.flushAll()
})

/** @type {[name: string, url: () => string][]} */
const STORES = [
  ['a server', () => server.url],
  ['the embedded store', () => 'memory:'],
]

for (const [name, url] of STORES) {
  describe(`on ${name}`, () => {
    /** @param {import('node:test').TestContext} t @param {object} [options] */
    async function opened(t, options) {
      const state = open(t, { url: url(), ...options })
      return { state, page: await pageOf(t, state, { writable: true }) }
    }

    it('tells of the store, its health and its figures', async (t) => {
      const { page } = await opened(t)
      const { writable, stores, version } = await page.get('info')
      assert.equal(writable, true)
      assert.match(version, /^\d+\.\d+\.\d+/)
      const engine = name === 'a server' ? 'redis' : 'memory'
      const at = name === 'a server' ? new URL(server.url).host : 'memory:'
      const known = { name: 'default', engine, server: at, keyPrefix: 'motia:state:', watches: true, queries: true }
      assert.deepEqual(stores, [known])
      const health = await page.get('health')
      assert.deepEqual([health.stores[0].name, health.stores[0].status], ['default', 'ok'])
      const { stats, time } = await page.get('stats')
      assert.ok(stats.calls > 0 && stats.latency.p99 > 0 && time > 1.6e12)
    })

    it('lists groups sorted, in pages and by a search', async (t) => {
      const { state, page } = await opened(t)
      for (const id of ['b', 'A', 'ab', 'c', 'é']) await state.set(id, 'k', 1)
      const all = await page.get('groups')
      assert.deepEqual(traceIdsIn(all), ['A', 'ab', 'b', 'c', 'é'])
      assert.deepEqual([all.next, all.total, all.truncated], [null, 5, false])
      const first = await page.get('groups', { limit: '2' })
      assert.deepEqual([traceIdsIn(first), first.next, first.total], [['A', 'ab'], 'ab', 5])
      const second = await page.get('groups', { limit: '3', after: 'ab' })
      assert.deepEqual([traceIdsIn(second), second.next], [['b', 'c', 'é'], null])
      const found = await page.get('groups', { search: 'a' })
      assert.deepEqual([traceIdsIn(found), found.total], [['A', 'ab'], 2])
      assert.deepEqual(traceIdsIn(await page.get('groups', { search: 'É', after: 'b' })), ['é'])
    })

    it('keeps the list for some seconds, unless a fresh one is wanted', async (t) => {
      const { state, page } = await opened(t)
      await state.set('a', 'k', 1)
      const { at } = await page.get('groups')
      await state.set('b', 'k', 1)
      assert.equal((await page.get('groups')).at, at)
      assert.deepEqual(traceIdsIn(await page.get('groups', { fresh: '1' })), ['a', 'b'])
      assert.equal((await page.get('groups')).total, 2)
    })

    it('lists entries with type, size and time to live', async (t) => {
      const { state, page } = await opened(t)
      await state.setMany('t', {
        array: [1],
        false: false,
        null: null,
        number: -1.5,
        object: { a: 'ž' },
        text: 'x'.repeat(500),
      })
      await state.set('t', 'short', 'a', { ttl: '2500ms' })
      await state.command(['SET', 'motia:state:t:other', 'not JSON'])
      const { entries, next, total } = await page.get('entries', { trace: 't' })
      const [short] = entries.filter((/** @type {any} */ { key }) => key === 'short')
      assert.ok(short.ttl > 0 && short.ttl <= 2.5 && !Number.isInteger(short.ttl))
      const expected = ['array array 3', 'false boolean 5', 'null null 4', 'number number 4', 'object object 10']
      const others = ['other not-json 8', 'short string 3', 'text string 502']
      assert.deepEqual(entries.map(described), [...expected, ...others])
      assert.deepEqual([next, total], [null, 8])
      const second = await page.get('entries', { trace: 't', limit: '2', after: 'null', search: 'O' })
      assert.deepEqual(
        [second.entries.map(described), second.next, second.total],
        [['object object 10', 'other not-json 8'], 'other', 3],
      )
      assert.deepEqual((await page.get('entries', { trace: 'none' })).entries, [])
    })

    it('reads an entry with etag and time to live', async (t) => {
      const { state, page } = await opened(t)
      await state.set('t', 'k', JSON.parse('{"__proto__": {"a": 1}, "b": "<img src=x>"}'), { ttl: 100 })
      const found = await state.getWithMetadata('t', 'k')
      const { ttl, ...entry } = await page.get('entry', { trace: 't', key: 'k' })
      assert.ok(ttl > 90 && ttl <= 100)
      const known = { traceId: 't', key: 'k', type: 'object', etag: found?.etag, size: 39, truncated: false }
      assert.deepEqual(entry, { ...known, value: JSON.parse('{"__proto__": {"a": 1}, "b": "<img src=x>"}') })
      const missing = await page.answer('entry', { trace: 't', key: 'none' })
      assert.deepEqual([missing.status, missing.body.error.code], [404, 'ERR_NOT_FOUND'])
    })

    it('shows values that are not JSON, too large, or rounded by JavaScript', async (t) => {
      const { state, page } = await opened(t)
      await state.command(['SET', 'motia:state:t:plain', 'é not JSON'])
      await state.command(['SET', 'motia:state:t:bytes', Buffer.from([0x22, 0xff, 0x22])])
      await state.command(['SET', 'motia:state:t:id', '{"id": 12345678901234567890, "s": "12345678901234567890"}'])
      await state.set('t', 'exact', { id: 1234567890123456, s: '12345678901234567890', f: 0.1 + 0.2, e: 1e300 })
      await state.set('t', 'large', `é${'ž'.repeat(600_000)}`)
      const get = (/** @type {string} */ key) => page.get('entry', { trace: 't', key })
      const { type, text, truncated, value } = await get('plain')
      assert.deepEqual([type, text, truncated, value], ['not-json', 'é not JSON', false, undefined])
      assert.deepEqual([(await get('bytes')).type, (await get('bytes')).text], ['not-json', '"\ufffd"'])
      assert.equal((await get('id')).inexact, true)
      for (const number of ['1e400', '[1E-400]', '{"a": -1.5e999}']) {
        await state.command(['SET', 'motia:state:t:extreme', number])
        assert.equal((await get('extreme')).inexact, true, number)
        // It would be null in JSON.
        if (/e\d/.test(number))
          assert.deepEqual([(await get('extreme')).value, (await get('extreme')).text], [undefined, number])
      }
      assert.equal((await get('exact')).inexact, undefined)
      const large = await get('large')
      assert.deepEqual([large.type, large.size, large.truncated, large.value], ['string', 1_200_004, true, undefined])
      assert.equal(large.text, `"é${'ž'.repeat(32_766)}`)
    })

    it('shows values that are nested too deeply as text, and queries those beside them', async (t) => {
      const { state, page } = await opened(t)
      const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
      await state.command(['SET', 'motia:state:t:deep', deep])
      await state.set('t', 'other', 1)
      const { type, text, value } = await page.get('entry', { trace: 't', key: 'deep' })
      assert.deepEqual([type, text, value], ['array', deep, undefined])
      const { body } = await page.send('POST', 'query', { trace: 't' })
      assert.deepEqual(
        body.items.map((/** @type {any} */ one) => [one.key, one.truncated]),
        [
          ['deep', true],
          ['other', undefined],
        ],
      )
    })

    it('works with any names', async (t) => {
      const { state, page } = await opened(t)
      const names = [
        '',
        ' ',
        '/',
        '..',
        '../x',
        '?a=b&c',
        '#',
        '%',
        '%00',
        '+',
        '\u0000\n',
        '"',
        '\\',
        '👩‍👩‍👧',
        '\u202e',
        '__proto__',
        'constructor',
      ]
      for (const id of names) await state.set(id, id, id)
      assert.deepEqual(traceIdsIn(await page.get('groups')), [...names].sort())
      for (const id of names) {
        assert.deepEqual(
          (await page.get('entries', { trace: id })).entries.map((/** @type {any} */ { key }) => key),
          [id],
        )
        assert.equal((await page.get('entry', { trace: id, key: id })).value, id)
        assert.equal((await page.send('PUT', 'entry', { trace: id, key: id, value: [id] })).status, 200)
        assert.deepEqual(await state.get(id, id), [id])
        assert.deepEqual((await page.send('DELETE', 'entry', { trace: id, key: id })).body, { removed: true })
      }
    })

    it('reads by POST what has a name that is too long for an address', async (t) => {
      const { state, page } = await opened(t)
      const long = 'n'.repeat(1_000_000)
      await state.set(long, long, 1)
      assert.equal((await page.send('POST', 'entry', { trace: long, key: long })).body.value, 1)
      assert.equal((await page.send('POST', 'entries', { trace: long, limit: 5 })).body.total, 1)
    })

    it('finds entries by queries, in pages', async (t) => {
      const { state, page } = await opened(t)
      for (const n of [1, 2, 3]) await state.set(`t${n}`, 'k', { n })
      await state.set('t3', 'large', { n: 3, text: 'x'.repeat(70_000) })
      await state.touch('t2', 'k', 1000)
      const query = { filter: { GTE: { n: 2 } }, sort: [{ key: 'n', order: 'DESC' }], limit: 2 }
      const { body } = await page.send('POST', 'query', query)
      assert.deepEqual(body.items, [
        { traceId: 't3', key: 'k', type: 'object', size: 7, value: { n: 3 }, ttl: -1 },
        { traceId: 't3', key: 'large', type: 'object', size: 70_017, truncated: true, ttl: -1 },
      ])
      const rest = await page.send('POST', 'query', { ...query, token: body.token })
      assert.deepEqual(
        [rest.body.items.map((/** @type {any} */ { traceId }) => traceId), rest.body.token],
        [['t2'], null],
      )
      assert.ok(rest.body.items[0].ttl > 900)
      const ofTrace = await page.send('POST', 'query', { trace: 't1', filter: null, sort: null, token: null })
      assert.equal(ofTrace.body.items.length, 1)
      const wrong = await page.send('POST', 'query', { filter: { LIKE: { n: 2 } } })
      assert.deepEqual([wrong.status, wrong.body.error.code], [400, 'ERR_INVALID_ARGUMENT'])
      assert.match(wrong.body.error.message, /LIKE/)
      const polluting = await page.fetch('api/query', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-redis-state-inspector': '1' },
        body: '{"__proto__": {"limit": 1}, "filter": {"EQ": {"__proto__": 1, "constructor.name": "Object"}}}',
      })
      assert.equal(polluting.status, 400)
    })

    it('keeps an expiry that another client sets during the write', async (t) => {
      const { state, page } = await opened(t)
      await state.set('t', 'k', 1, { ttl: 500 })
      const ttl = state.ttl.bind(state)
      t.mock.method(
        state,
        'ttl',
        async (/** @type {string} */ traceId, /** @type {string} */ key) => {
          const found = await ttl(traceId, key)
          await state.touch(traceId, key, 5000)
          return found
        },
        { times: 1 },
      )
      assert.equal((await page.send('PUT', 'entry', { trace: 't', key: 'k', value: 2 })).status, 200)
      assert.ok(Number(await ttl('t', 'k')) > 4900)
    })

    it('replaces a text that is not JSON, and keeps its expiry', async (t) => {
      const { state, page } = await opened(t)
      await state.command(['SET', 'motia:state:t:k', 'not JSON', 'EX', 500])
      const { body } = await page.send('PUT', 'entry', { trace: 't', key: 'k', value: 2 })
      assert.ok(body.ttl > 490 && body.ttl <= 500, `${body.ttl}`)
      assert.equal(await state.get('t', 'k'), 2)
    })

    it('writes with conditions, and keeps the expiry', async (t) => {
      const { state, page } = await opened(t, { ttl: 1000 })
      const put = (/** @type {object} */ body) => page.send('PUT', 'entry', { trace: 't', key: 'k', ...body })
      const created = await put({ value: { a: 1 }, ifAbsent: true })
      assert.equal(created.body.etag, (await state.getWithMetadata('t', 'k'))?.etag)
      assert.ok(created.body.ttl > 990)
      assert.equal((await put({ value: 2, ifAbsent: true })).status, 409)
      const shorter = await put({ value: 2, ttl: 1.5, ifMatch: created.body.etag })
      assert.ok(shorter.body.ttl > 0 && shorter.body.ttl <= 1.5)
      const conflict = await put({ value: 3, ifMatch: created.body.etag })
      assert.deepEqual([conflict.status, conflict.body.error.code], [409, 'ERR_CONFLICT'])
      await put({ value: 3, ttl: 500 })
      const { ttl } = (await put({ value: 4 })).body
      assert.ok(ttl > 490 && ttl <= 500, `${ttl}`)
      assert.equal((await put({ value: null, ttl: null })).body.ttl, -1)
      assert.deepEqual(await state.getWithMetadata('t', 'k').then((found) => [found?.value, found?.ttl]), [null, -1])
      assert.equal((await put({ value: 5 })).body.ttl, -1)
      for (const wrong of [
        {},
        { value: 1, ttl: 0 },
        { value: 1, ttl: '5' },
        { value: 1, ifMatch: 5 },
        { value: 1, ifMatch: '*' },
      ])
        assert.equal((await put(wrong)).status, 400, JSON.stringify(wrong))
      assert.equal(await state.get('t', 'k'), 5)
    })

    it('removes entries, and changes when they expire', async (t) => {
      const { state, page } = await opened(t)
      await state.set('t', 'k', 1)
      const of = { trace: 't', key: 'k' }
      const { ttl } = (await page.send('PUT', 'ttl', { ...of, ttl: 2.5 })).body
      assert.ok(ttl > 0 && ttl <= 2.5)
      assert.deepEqual((await page.send('PUT', 'ttl', { ...of, ttl: null })).body, { ttl: -1 })
      assert.equal((await page.send('PUT', 'ttl', { trace: 't', key: 'none', ttl: 5 })).status, 404)
      assert.equal((await page.send('PUT', 'ttl', of)).status, 400)
      assert.equal((await page.send('DELETE', 'entry', { ...of, ifMatch: '0'.repeat(40) })).status, 409)
      assert.deepEqual((await page.send('DELETE', 'entry', of)).body, { removed: true })
      assert.deepEqual((await page.send('DELETE', 'entry', of)).body, { removed: false })
    })

    it('shows the values of a codec', async (t) => {
      const packr = new Packr({ useRecords: false, moreTypes: true })
      const codec = {
        encode: (/** @type {any} */ value) => packr.pack(value),
        decode: (/** @type {any} */ bytes) => packr.unpack(bytes),
        encoding: /** @type {const} */ ('bytes'),
      }
      const { state, page } = await opened(t, { codec })
      await state.set('t', 'plain', { a: 1 })
      await state.set('t', 'set', new Set([1]))
      const { entries } = await page.get('entries', { trace: 't' })
      assert.deepEqual(
        entries.map((/** @type {any} */ { key, type }) => [key, type]),
        [
          ['plain', 'object'],
          ['set', 'object'],
        ],
      )
      assert.deepEqual((await page.get('entry', { trace: 't', key: 'plain' })).value, { a: 1 })
      const { text, value, etag } = await page.get('entry', { trace: 't', key: 'set' })
      assert.deepEqual([text, value, etag?.length], ['Set(1) { 1 }', undefined, 40])
    })
  })
}

describe('limits and mistakes', () => {
  it('rejects parameters that are malformed', async (t) => {
    const page = await pageOf(t, open(t, { url: 'memory:' }))
    for (const limit of ['-1', '0', '1001', '1e9', 'NaN', '', ' 5', '0x10', '9'.repeat(400)]) {
      const { status, body } = await page.answer('groups', { limit })
      assert.deepEqual([status, body.error.code], [400, 'ERR_INVALID_ARGUMENT'], limit)
    }
    for (const path of ['entries', 'entry', 'entry?trace=t']) {
      const response = await page.fetch(`api/${path}`)
      assert.equal(response.status, 400, path)
      assert.match(await response.text(), /: is missing/)
    }
    for (const path of ['', 'x', '__proto__', 'constructor', 'info/', '%2e%2e/info', 'entry/x'])
      assert.equal((await page.fetch(`api/${path}`)).status, 404, path)
    assert.equal((await page.answer('stats', { store: 'other' })).status, 404)
  })

  it('reads whole values where the user may not run the commands', async (t) => {
    await client.sendCommand(['ACL', 'SETUSER', 'limited', 'on', '>p', '~*', '+@all', '-strlen', '-getrange', '-multi'])
    const state = open(t, { url: server.url, username: 'limited', password: 'p' })
    await state.set('t', 'k', { a: 1 }, { ttl: 100 })
    const page = await pageOf(t, state)
    assert.deepEqual((await page.get('entries', { trace: 't' })).entries.map(described), ['k object 7'])
    assert.deepEqual((await page.get('entry', { trace: 't', key: 'k' })).value, { a: 1 })
  })

  it('says nothing of passwords and values in errors', async (t) => {
    await client.sendCommand(['ACL', 'SETUSER', 'secretive', 'on', '>hidden-password', '~*', '+@all', '-scan'])
    const state = open(t, { url: server.url, username: 'secretive', password: 'hidden-password' })
    const page = await pageOf(t, state, { writable: true })
    const wrong = await page.send('PUT', 'entry', { trace: 't', key: 'k', value: 'hidden-value', ttl: -5 })
    const info = await page.answer('info')
    for (const { status, body } of [await page.answer('groups'), wrong, info]) {
      assert.ok(status === 502 || status === 400 || body === info.body, `${status}`)
      assert.doesNotMatch(JSON.stringify(body), /hidden/)
    }
  })

  it('answers 503 once the store is closed, also to requests that wait', async (t) => {
    const state = new RedisStateAdapter({ url: 'redis://127.0.0.1:1' })
    const page = await pageOf(t, state, { writable: true })
    const waiting = [
      page.answer('groups'),
      page.answer('entry', { trace: 't', key: 'k' }),
      page.send('PUT', 'entry', { trace: 't', key: 'k', value: 1 }),
    ]
    await Promise.all(
      ['groups', 'entry', 'set'].map(() => new Promise((resolve) => page.server.once('request', resolve))),
    )
    await state.cleanup({ timeout: 0 })
    for (const answer of [...(await Promise.all(waiting)), await page.answer('groups')])
      assert.equal(answer.status, 503)
    assert.equal((await page.get('health')).stores[0].status, 'down')
  })

  it('answers 504 when a request takes too long, and ends what it started', async (t) => {
    const state = new RedisStateAdapter({ url: 'redis://127.0.0.1:1' })
    t.after(() => state.cleanup({ timeout: 0 }))
    const page = await pageOf(t, state, { timeout: '50ms' })
    const { status, body } = await page.answer('groups')
    assert.deepEqual([status, body.error.code], [504, 'ERR_TIMEOUT'])
    await until(() => state.stats().errors.ERR_ABORTED === 1)
  })
})

describe('stores by name', () => {
  it('shows all, by name, and opens only those of the environment', async (t) => {
    const stores = await StateStores.load(
      {
        stores: {
          one: { url: server.url, keyPrefix: 'one:' },
          two: { url: 'memory:' },
          three: { url: 'redis://127.0.0.1:1' },
        },
        environments: { test: { main: 'one', two: 'one' } },
      },
      { environment: 'test' },
    )
    t.after(() => stores.close())
    const page = await pageOf(t, stores)
    const { stores: shown } = await page.get('info')
    assert.deepEqual(
      shown.map((/** @type {any} */ { name, engine, keyPrefix, roles }) => [name, engine, keyPrefix, roles]),
      [
        ['one', 'redis', 'one:', ['main', 'two']],
        ['two', 'memory', '', []],
        ['three', 'redis', '', []],
      ],
    )
    assert.deepEqual(
      stores
        .list()
        .filter((store) => store.open)
        .map(({ name }) => name),
      ['one'],
    )
    await stores.get('one').set('a', 'k', 1)
    assert.equal((await page.answer('groups')).status, 400)
    assert.deepEqual(traceIdsIn(await page.get('groups', { store: 'one' })), ['a'])
    const { stores: health } = await page.get('health')
    assert.deepEqual(
      health.map((/** @type {any} */ { name, status }) => [name, status]),
      [['one', 'ok']],
    )
    // A role of another store has its name.
    const { status, body } = await page.answer('groups', { store: 'two' })
    assert.deepEqual([status, body.error.code], [404, 'ERR_NOT_FOUND'])
  })
})

/** @param {any} answer @returns {string[]} */
function traceIdsIn({ groups }) {
  return groups.map((/** @type {any} */ { traceId }) => traceId)
}

/** @param {any} entry */
function described({ key, type, size }) {
  return `${key} ${type} ${size}`
}
