// @ts-check
// The names of entries that `export` and `stats` list: sorted, each once, none missed, and not all in memory.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { startedCluster } from '../support/cluster.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { MapEngine } from '../support/map-engine.mjs'
import { open } from '../support/open.mjs'
import { serverOfFile } from '../support/servers-of-file.mjs'

/** @import { RedisStateAdapter } from 'redis-state-adapter' */

const require = createRequire(import.meta.url)
/** @type {typeof import('../../lib/names/sorted-names.js')} */
const { sortedNames } = require('../../lib/names/sorted-names.js')
/** @type {typeof import('../../lib/names/pages.js')} */
const { namePages } = require('../../lib/names/pages.js')

/** @type {typeof import('../../lib/names/merge.js')} */
const { Merge } = require('../../lib/names/merge.js')
/** @type {typeof import('../../lib/names/run.js')} */
const { Run } = require('../../lib/names/run.js')

const { StateAdapter } = require('../../lib/adapter/state-adapter.js')

const { signal } = new AbortController()

const { server, client } = await serverOfFile()

/** @param {RedisStateAdapter} state @param {string} [traceId] @param {number} [maxNames] */
async function listed(state, traceId, maxNames) {
  const names = await sortedNames(state, traceId, signal, { maxNames })
  try {
    const all = await names.take(Infinity)
    return all.map(({ traceId, key }) => `${traceId}|${key}`)
  } finally {
    await names.close()
  }
}

/** @param {string[]} keys Redis keys of strings */
const store = (...keys) => client.mSet(keys.flatMap((key) => [key, '1']))

describe('the names of entries', () => {
  it('have the same order, and each is there once, in memory and in a file', async (t) => {
    const state = open(t, { url: server.url })
    // In UTF-16 a surrogate is before U+FF5E, in UTF-8 it is behind it.
    const odd = ['\uff5e', '\u{1f600}', 'a\nb', '"', '\u001b[31m', '', 'ž', 'x'.repeat(20_000), 'x'.repeat(20_001)]
    const keys = Array.from({ length: 1000 }, (_, index) => `motia:state:t${index % 7}:k${index}`)
    await store(...keys, ...odd.map((name) => `motia:state:${name.replaceAll(':', '')}:${name}`))
    const inMemory = await listed(state)
    assert.equal(inMemory.length, keys.length + odd.length)
    const parts = inMemory.map((name) => name.split('|'))
    assert.deepEqual(
      parts,
      parts.toSorted(([a, b], [c, d]) => (a === c ? (b < d ? -1 : 1) : a < c ? -1 : 1)),
    )
    for (const maxNames of [7, 500]) assert.deepEqual(await listed(state, undefined, maxNames), inMemory)
    const ofTrace = inMemory.filter((name) => name.startsWith('t3|'))
    assert.deepEqual(await listed(state, 't3'), ofTrace)
    assert.deepEqual(await listed(state, 't3', 10), ofTrace)
  })

  it('are in a file without a name, of this user only, and only if there are many', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'names-'))
    const { TMPDIR } = process.env
    process.env.TMPDIR = folder
    t.after(() => {
      if (TMPDIR === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = TMPDIR
      rmSync(folder, { recursive: true, force: true })
    })
    const state = open(t, { url: server.url })
    await store('motia:state:a:1', 'motia:state:a:2', 'motia:state:a:3')
    const names = await sortedNames(state, undefined, signal, { maxNames: 2 })
    assert.deepEqual(readdirSync(folder), [])
    assert.equal((await names.take(10)).length, 3)
    await names.close()
    rmSync(folder, { recursive: true })
    assert.equal((await listed(state)).length, 3)
    const what =
      /could not be written to the folder for temporary files .*ENOENT.*\. Set TMPDIR to a folder that has room/
    await assert.rejects(listed(state, undefined, 2), what)
  })

  it('are those of entries with this prefix and layout only', async (t) => {
    const notUtf8 = Buffer.concat([Buffer.from('motia:state:b:'), Buffer.from([0xff])])
    await store(
      'motia:state:a:1',
      'motia:state:b:2:3',
      'motia:state:lonely',
      'motia:stat:a:4',
      '{a}:5',
      '__state__:lock:{a:1}',
    )
    await client.set(notUtf8, '1')
    await client.hSet('motia:state:a:hash', 'field', '1')
    assert.deepEqual(await listed(open(t, { url: server.url })), ['a|1', 'b|2:3'])
    const tagged = open(t, { url: server.url, keyPrefix: false, hashTags: true })
    assert.deepEqual(await listed(tagged), ['a|5'])
    const all = await listed(open(t, { url: server.url, keyPrefix: false }))
    assert.deepEqual(all, ['motia|stat:a:4', 'motia|state:a:1', 'motia|state:b:2:3', 'motia|state:lonely', '{a}|5'])
    const odd = open(t, { url: server.url, keyPrefix: 'p*[' })
    await store('p*[t:1', 'pp[t:2')
    assert.deepEqual(await listed(odd), ['t|1'])
    await assert.rejects(
      listed(open(t, { url: server.url, strictTraceIds: true }), 'a:b'),
      /^RedisStateError: keys\("a:b"\)/,
    )
  })

  it('are those of an index, and of the embedded store', async (t) => {
    const indexed = open(t, { url: server.url, index: true, strictTraceIds: true })
    const embedded = open(t, { url: 'memory:' })
    for (const state of [indexed, embedded]) {
      await Promise.all(['2', '1', '3'].map((key) => state.set('a', key, key)))
      await state.set('b', '4', 4)
      assert.deepEqual(await listed(state), ['a|1', 'a|2', 'a|3', 'b|4'])
      assert.deepEqual(await listed(state, 'a', 2), ['a|1', 'a|2', 'a|3'])
    }
  })

  it('are those of an engine without SCAN', async (t) => {
    const state = new StateAdapter((/** @type {any} */ host) => new MapEngine(new Map(), host))
    t.after(() => state.cleanup())
    await state.set('a', '2', 1)
    await state.set('a', '1', 1)
    await state.set('b', '3', 1)
    assert.deepEqual(await listed(state, undefined, 2), ['a|1', 'a|2', 'b|3'])
    assert.deepEqual(await listed(state, 'b'), ['b|3'])
  })

  it('are complete although the connection was lost between two pages', async (t) => {
    const state = open(t, { url: server.url })
    const keys = Array.from({ length: 5000 }, (_, index) => `motia:state:a:${index}`)
    await store(...keys)
    const found = new Set()
    let count = 0
    for await (const page of namePages(state, { traceId: undefined, signal })) {
      for (let at = 1; at < page.length; at += 2) found.add(page[at])
      const isFirst = count === 0
      count += page.length / 2
      if (!isFirst) continue
      // A cursor of a server that was started again is of no use.
      await killOtherClients(client)
      await state.get('a', '0')
    }
    assert.equal(found.size, keys.length)
    assert.ok(count > keys.length, 'the scan did not start again')
  })
})

describe('a merge', () => {
  it('passes a name once that is several times in a run, or in several', async () => {
    const merge = new Merge([new Run(['a', '1', 'a', '1', 'b', '1']), new Run([]), new Run(['a', '1', 'c', ''])])
    await merge.start()
    const passed = []
    for (; merge.next !== undefined; await merge.advance()) passed.push(merge.next.traceId + merge.next.key)
    assert.deepEqual(passed, ['a1', 'b1', 'c'])
  })
})

describe('the names of a cluster', () => {
  it('are complete, also if a slot moves between the scans of its nodes', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, cluster.options)
    const keys = Array.from({ length: 300 }, (_, index) => `k${index}`)
    await Promise.all(keys.map((key) => state.set('a', key, 1)))
    const all = keys.map((key) => `a|${key}`).sort()
    assert.deepEqual(await listed(state), all)
    const found = new Set()
    let isMoved = false
    for await (const page of namePages(state, { traceId: 'a', signal })) {
      for (let at = 1; at < page.length; at += 2) found.add(`a|${page[at]}`)
      if (isMoved) continue
      isMoved = true
      const scanned = await cluster.ownerOfKey(`motia:state:a:${page[1]}`)
      const missing = keys.find((key) => !found.has(`a|${key}`))
      await cluster.moveKey(`motia:state:a:${missing}`, scanned)
    }
    assert.deepEqual([...found].sort(), all)
  })
})
