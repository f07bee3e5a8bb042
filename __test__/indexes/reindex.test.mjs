// @ts-check
// `reindex` and `checkIndex`.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { commandCalls, INDEX, MARKER, membersOf, openIndexed, put } from '../support/indexed.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { open } from '../support/open.mjs'
import { started, startRedis } from '../support/redis.mjs'
import { VERSIONS } from '../support/versions.mjs'

/** @import { Client } from '../support/redis.mjs' */

/** Writes entries without an index. @param {Client} client @param {number} traces @param {number} keys of each trace */
async function fillPlain(client, traces, keys) {
  for (const trace of range(traces)) {
    await client.mSet(Object.fromEntries(range(keys).map((key) => [`motia:state:t${trace}:k${key}`, `${key}`])))
  }
}

/** @type {(readonly [version: string, program: string | undefined])[]} */
const SERVERS = [['the installed server', undefined], ...VERSIONS]

for (const [version, program] of SERVERS) {
  describe(`reindex, ${version}`, () => {
    it('indexes all entries, after which listings rely on the indexes', async (t) => {
      const server = await startRedis([], program)
      t.after(() => server.stop())
      const client = await server.client()
      await fillPlain(client, 30, 100)
      await client.set('motia:state:lonely', '1')
      await client.lPush('motia:state:t0:list', '1')
      await client.set('other:t:k', '1')
      const state = openIndexed(t, { url: server.url })
      assert.deepEqual(await state.checkIndex(), { entries: 3000, members: 0, missing: 3000, dead: 0 })
      /** @type {object[]} */
      const reports = []
      const result = await state.reindex({ onProgress: (progress) => reports.push(progress) })
      assert.deepEqual(result, { scanned: 3001, indexed: 3000 })
      assert.deepEqual(reports.at(-1), result)
      assert.equal(await client.get(MARKER), 'ready')
      assert.deepEqual(await state.checkIndex(), { entries: 3000, members: 3000, missing: 0, dead: 0 })
      const before = await commandCalls(client)
      assert.equal(await state.count('t7'), 100)
      assert.equal((await commandCalls(client)).scan, before.scan)
    })
  })
}

describe('reindex', () => {
  it('of one trace indexes only its entries, and does not change how listings are made', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await fillPlain(client, 3, 10)
    const state = openIndexed(t, { url: server.url })
    assert.deepEqual(await state.reindex({ traceId: 't1' }), { scanned: 10, indexed: 10 })
    assert.equal((await membersOf(client, 't1')).length, 10)
    assert.equal(await client.exists([`${INDEX}t0`, `${INDEX}t2`, MARKER]), 0)
    assert.deepEqual(await state.checkIndex(), { entries: 30, members: 10, missing: 20, dead: 0 })
  })

  it('that is stopped has not set the marker, and can be repeated', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await fillPlain(client, 30, 200)
    const state = openIndexed(t, { url: server.url })
    await state.reindex({ traceId: 't0' })
    await client.sendCommand(['CLIENT', 'PAUSE', '60000', 'WRITE'])
    const stop = new AbortController()
    const stopped = state.reindex({ signal: stop.signal })
    await state.ping()
    stop.abort()
    await assertFails(stopped, 'ERR_ABORTED')
    await client.sendCommand(['CLIENT', 'UNPAUSE'])
    assert.equal(await client.exists(MARKER), 0)
    assert.equal(await state.count('t29'), 200)
    assert.deepEqual(await state.reindex(), { scanned: 6000, indexed: 6000 })
    assert.equal((await state.checkIndex()).missing, 0)
  })

  it('whose server is killed is not complete, and can be repeated', async (t) => {
    const server = await started(t, ['--appendonly', 'yes', '--appendfsync', 'always'])
    const client = await server.client()
    await fillPlain(client, 30, 200)
    const state = openIndexed(t, { url: server.url, commandTimeout: 1000, socket: { reconnectStrategy: 20 } })
    await state.reindex({ traceId: 't0' })
    await client.sendCommand(['CLIENT', 'PAUSE', '60000', 'WRITE'])
    const failed = assertFails(state.reindex(), 'ERR_COMMAND_TIMEOUT')
    await state.ping()
    await server.kill()
    await failed
    await server.start()
    const again = await server.client()
    assert.equal(await again.exists(MARKER), 0)
    assert.equal(await state.count('t29'), 200)
    await state.reindex()
    assert.equal((await state.checkIndex()).missing, 0)
    assert.equal(await again.exists(MARKER), 1)
  })

  it('survives a lost connection', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await fillPlain(client, 200, 200)
    const state = openIndexed(t, { url: server.url, socket: { reconnectStrategy: 5 } })
    const rebuild = state.reindex()
    for (const _ of range(3)) {
      await state.ping()
      await killOtherClients(client)
    }
    await rebuild
    assert.deepEqual(await state.checkIndex(), { entries: 40_000, members: 40_000, missing: 0, dead: 0 })
  })

  it('rejects with the error of onProgress', async (t) => {
    const server = await started(t)
    await fillPlain(await server.client(), 2, 2)
    const state = openIndexed(t, { url: server.url })
    const wrong = new Error('of the caller')
    const onProgress = () => {
      throw wrong
    }
    await assert.rejects(state.reindex({ onProgress }), (error) => error === wrong)
  })

  it('counts members without an entry as dead', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await put(client, 't', 'a', 1)
    await put(client, 't', 'b', 1)
    await put(client, 'u', 'c', 1)
    await client.set('motia:state:u:missing', '1')
    await client.unlink(['motia:state:t:a', 'motia:state:u:c'])
    const state = openIndexed(t, { url: server.url })
    assert.deepEqual(await state.checkIndex(), { entries: 2, members: 3, missing: 1, dead: 2 })
  })

  it('needs an index', async (t) => {
    const server = await started(t)
    for (const state of [open(t, { url: server.url }), open(t, { url: 'memory:' })]) {
      const error = await assertFails(state.reindex(), 'ERR_UNSUPPORTED')
      assert.match(error.message, /reindex.*index: true/)
      await assertFails(state.checkIndex(), 'ERR_UNSUPPORTED')
    }
  })

  it('has nothing to do on the embedded store', async (t) => {
    const state = openIndexed(t, { url: 'memory:' })
    await state.set('t', 'a', 1)
    assert.deepEqual(await state.reindex(), { scanned: 0, indexed: 0 })
    assert.deepEqual(await state.checkIndex(), { entries: 1, members: 1, missing: 0, dead: 0 })
    assert.deepEqual(await state.keys('t'), ['a'])
  })
})
