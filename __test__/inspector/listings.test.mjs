// @ts-check
// Lists of names: how many are kept and for how long, who shares them, and that none holds up the process.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { pageOf } from './support/page.mjs'

const require = createRequire(import.meta.url)
const { Listings } = require('../../lib/inspector/listings.js')
const { InspectedStore } = require('../../lib/inspector/inspected-store.js')
const { keyPages, traceIdPages } = require('../../lib/inspector/name-pages.js')
const { indexAfter, sorted } = require('../../lib/inspector/sorting.js')

/** A list that a test ends, and what became of it. @param {string[]} names */
function held(names) {
  let finish = () => {}
  const done = new Promise((resolve) => {
    finish = () => resolve(undefined)
  })
  const seen = { calls: 0, isAborted: false, finish }
  const list = async function* pages(/** @type {AbortSignal} */ signal) {
    seen.calls += 1
    const aborted = new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        seen.isAborted = true
        reject(signal.reason)
      })
    })
    await Promise.race([done, aborted])
    yield* [names, names]
  }
  return { list, seen }
}

/** @param {string[]} names */
const listOf = (names) =>
  async function* pages() {
    yield names
  }

const request = { search: '', isFresh: false, signal: new AbortController().signal }

describe('a listing', () => {
  it('is shared by requests, and has each name once', async () => {
    const listings = new Listings()
    const { list, seen } = held(['b', 'a', 'c'])
    const [one, other, fresh] = [request, request, { ...request, isFresh: true }].map((wanted) =>
      listings.get('x', list, wanted),
    )
    seen.finish()
    assert.deepEqual((await one).names, ['a', 'b', 'c'])
    assert.equal((await other).names, (await one).names)
    assert.equal((await fresh).names, (await one).names)
    await listings.get('x', list, request)
    assert.equal(seen.calls, 1)
    await listings.get('x', list, { ...request, isFresh: true })
    await listings.get('y', list, request)
    assert.equal(seen.calls, 3)
    listings.clear()
  })

  it('ends when all requests for it have gone, and then fails for none', async () => {
    const listings = new Listings()
    const { list, seen } = held(['a'])
    const [one, other] = [new AbortController(), new AbortController()]
    const waiting = [one, other].map(({ signal }) => listings.get('x', list, { ...request, signal }))
    one.abort(new Error('gone'))
    await assert.rejects(waiting[0], /gone/)
    assert.equal(seen.isAborted, false)
    other.abort(new Error('gone'))
    await assert.rejects(waiting[1], /gone/)
    assert.deepEqual((await listings.get('x', listOf(['b']), request)).names, ['b'])
    assert.equal(seen.isAborted, true)
    listings.clear()
  })

  it('that fails is not kept', async () => {
    const listings = new Listings()
    const failing = async function* pages() {
      yield* []
      throw new Error('refused')
    }
    await assert.rejects(listings.get('x', failing, request), /refused/)
    assert.deepEqual((await listings.get('x', listOf(['a']), request)).names, ['a'])
    listings.clear()
  })

  it('has a limit, at which it ends the scan; a search is in all names', async () => {
    const listings = new Listings(1000)
    let pages = 0
    const list = async function* many() {
      for (let page = 0; page < 20; page += 1) {
        pages += 1
        yield Array.from({ length: 300 }, (_, index) => `${page * 300 + index}`)
      }
    }
    const { names, isTruncated } = await listings.get('x', list, request)
    assert.deepEqual([names.length, isTruncated, pages], [1000, true, 4])
    const found = await listings.get('x', list, { ...request, search: '599' })
    assert.deepEqual(
      [found.names, found.isTruncated],
      [
        [
          '1599',
          '2599',
          '3599',
          '4599',
          '5599',
          '599',
          '5990',
          '5991',
          '5992',
          '5993',
          '5994',
          '5995',
          '5996',
          '5997',
          '5998',
          '5999',
        ],
        false,
      ],
    )
    pages = 0
    await listings.get('x', list, { ...request, search: '599' })
    assert.equal(pages, 0)
    // Together, three such listings have more names than all may.
    await listings.get('y', list, request)
    pages = 0
    await listings.get('y', list, request)
    assert.equal(pages, 0)
    await listings.get('x', list, request)
    assert.equal(pages, 4)
    listings.clear()
  })
})

describe('sorting', () => {
  it('is that of the language, in slices', async () => {
    const names = Array.from(
      { length: 200_000 },
      (_, index) => `${(index * 7919) % 200_003}\ud83d${'é\uffff'[index % 2]}`,
    )
    const { turns, result } = await turnsOf(sorted(names))
    assert.deepEqual(result, [...names].sort())
    // It takes more than 100 ms, in slices of 5 ms.
    assert.ok(turns > 10, `${turns}`)
    for (const count of [0, 1, 2, 2048, 2049, 5000]) {
      const some = names.slice(0, count)
      assert.deepEqual(await sorted(some), [...some].sort())
    }
  })

  it('finds where a page begins', () => {
    const names = ['a', 'b', 'd']
    assert.deepEqual(
      ['', 'a', 'b', 'c', 'd', 'e'].map((name) => indexAfter(names, name)),
      [0, 1, 2, 2, 3, 3],
    )
    assert.equal(indexAfter([], 'a'), 0)
  })
})

describe('the names of a large database', () => {
  it('are scanned in pages', async (t) => {
    const server = await started(t)
    for (const options of [{}, { hashTags: true }, { index: true, strictTraceIds: true }]) {
      const state = open(t, { url: server.url, keyPrefix: `${Object.keys(options)}:`, ...options })
      for (const id of ['a', 'b', '', '{c}']) await state.setMany(id, { 1: 1, 2: 2, '': 3 })
      const store = new InspectedStore('default', state)
      for (const maxAtOnce of [0, 1_000_000]) {
        const ids = await collected(traceIdPages(store, request.signal, maxAtOnce))
        assert.deepEqual(ids, ['', 'a', 'b', '{c}'])
        assert.deepEqual(await collected(keyPages(store, '{c}', request.signal, maxAtOnce)), ['', '1', '2'])
      }
    }
  })
})

describe('a server with 20,000 groups, one with 20,000 entries, and a value of 20 MB', () => {
  it('is listed in pages, without its values', async (t) => {
    const server = await started(t, ['--save', ''])
    const client = await server.client()
    const fill = `
      for i = 1, 20000 do
        redis.call('SET', 'motia:state:group-' .. (i * 7919 % 20011) .. ':k', i)
        redis.call('SET', 'motia:state:big:' .. (i * 7919 % 20011), i)
      end
      redis.call('SET', 'motia:state:big:huge', '"' .. string.rep('x', 20000000) .. '"')`
    await client.eval(fill)
    const page = await pageOf(t, open(t, { url: server.url, commandTimeout: 60_000 }))
    await page.get('info')
    const { groups, total, truncated } = await page.get('groups', { offset: '10000' })
    assert.deepEqual([groups.length, total, truncated], [200, 20_001, false])
    const { entries, total: count } = await page.get('entries', { trace: 'big', search: 'hu' })
    assert.deepEqual([entries, count], [[{ key: 'huge', type: 'string', size: 20_000_002, ttl: -1 }], 1])
    const { text, value, size } = await page.get('entry', { trace: 'big', key: 'huge' })
    assert.deepEqual([text.length, value, size], [65_536, undefined, 20_000_002])
  })
})

/** @param {AsyncIterable<string[]>} pages */
async function collected(pages) {
  const found = new Set()
  for await (const page of pages) for (const name of page) found.add(name)
  return [...found].sort()
}

/** Counts the turns of the event loop until a promise resolves. @template T @param {Promise<T>} promise */
async function turnsOf(promise) {
  const state = { isDone: false, turns: 0 }
  const done = promise.then((result) => {
    state.isDone = true
    return result
  })
  for (; !state.isDone; state.turns += 1) await setImmediate()
  return { turns: state.turns, result: await done }
}
