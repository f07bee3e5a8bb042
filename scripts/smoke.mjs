// @ts-check
// `smoke.mjs <url>...`: calls every method of the package on each store, on any runtime, with nothing but the package:
// after an installation, and with binaries that were built for another machine. CA: the file of a certificate authority.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { RedisStateAdapter } from 'redis-state-adapter'

const urls = process.argv.slice(2)
const keyPrefix = `smoke-${process.pid}-${Date.now()}:`

/** @typedef {InstanceType<typeof RedisStateAdapter>} Adapter */

/** A schema that every value conforms to. @type {import('redis-state-adapter').StandardSchema<unknown, unknown>} */
const ANY = { '~standard': { version: 1, vendor: 'smoke', validate: (value) => ({ value }) } }

/** @type {Record<string, (state: Adapter, url: string) => Promise<unknown>>} */
const CHECKS = {
  async entries(state) {
    const value = { list: [1, null, 'žluťoučký 👩‍👩‍👧'], nested: { a: {} } }
    assert.equal(await state.set('t', 'k', value), value)
    assert.deepEqual(await state.get('t', 'k'), value)
    assert.equal(await state.has('t', 'k'), true)
    const found = await state.getWithMetadata('t', 'k')
    assert.deepEqual(found?.value, value)
    await assert.rejects(state.set('t', 'k', 1, { ifMatch: '0'.repeat(40) }), { code: 'ERR_CONFLICT', applied: 'no' })
    assert.deepEqual(await state.delete('t', 'k'), value)
    assert.equal(await state.get('t', 'k'), null)
  },
  async expiry(state) {
    await state.set('t', 'k', 1, { ttl: 60 })
    assert.ok(Number(await state.ttl('t', 'k')) > 0)
    await state.touch('t', 'k', 90)
    await state.persist('t', 'k')
    assert.equal((await state.getWithMetadata('t', 'k'))?.ttl, -1)
  },
  async bulk(state) {
    await state.setMany('t', { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } })
    assert.deepEqual(await state.getMany('t', ['a', 'none']), [{ n: 1 }, null])
    assert.deepEqual(await state.hasMany('t', ['a', 'none']), [true, false])
    assert.equal((await state.getManyWithMetadata('t', ['a']))[0]?.ttl, -1)
    await state.deleteMany('t', ['c'])
    assert.equal(await state.count('t'), 2)
  },
  async listings(state) {
    await state.setMany('t', { a: { n: 1 }, b: { n: 2 } })
    assert.deepEqual((await state.keys('t')).sort(), ['a', 'b'])
    assert.deepEqual(await state.traceIds(), ['t'])
    assert.equal((await state.getGroup('t')).length, 2)
    assert.equal((await state.getByPrefix('t', 'a')).length, 1)
    const filter = [{ valueKey: 'n', operation: /** @type {const} */ ('eq'), value: 2 }]
    assert.equal((await state.items({ groupId: 't', filter })).length, 1)
    const { items } = await state.query({ groupId: 't', sort: [{ key: 'n', order: 'DESC' }] })
    assert.deepEqual(
      items.map(({ key }) => key),
      ['b', 'a'],
    )
    const keys = []
    for await (const { key } of state.scan('t')) keys.push(key)
    assert.deepEqual(keys.sort(), ['a', 'b'])
  },
  async atomic(state) {
    const sums = await Promise.all(Array.from({ length: 50 }, () => state.increment('t', 'n', 2)))
    assert.equal(Math.max(...sums.map(Number)), 100)
    await state.set('t', 'cart', { items: [] })
    await state.update('t', 'cart', [{ op: 'append', path: 'items', value: 1 }])
    assert.deepEqual(await state.get('t', 'cart'), { items: [1] })
    await state.transaction('t', (tx) => void tx.set('x', 1).set('y', 2))
    assert.equal(await state.get('t', 'y'), 2)
  },
  async commands(state, url) {
    const key = `${keyPrefix}{raw}`
    const bytes = new Uint8Array([0, 255, 1])
    assert.equal(await state.command(['SET', key, bytes, 'PX', 60_000]), 'OK')
    assert.deepEqual(await state.command(['GET', key], { encoding: 'bytes' }), Buffer.from(bytes))
    const unit = await state.commands([
      ['SET', key, 'é'],
      ['GET', key],
      ['DEL', key],
    ])
    assert.deepEqual(unit, ['OK', 'é', 1])
    const lua = state.script('return { KEYS[1], ARGV[1] }', { keys: [key], args: ['a'] })
    if (url.startsWith('memory:')) await assert.rejects(lua, { code: 'ERR_UNSUPPORTED' })
    else assert.deepEqual(await lua, [key, 'a'])
  },
  async coordination(state) {
    const lock = await state.lock('t', 'lock', { ttl: '10s' })
    assert.ok(lock)
    assert.equal(await state.lock('t', 'lock', { ttl: '10s', timeout: '50ms' }), null)
    await lock.release()
    assert.equal(await state.withLock('t', 'lock', { ttl: '10s' }, async () => 'done'), 'done')
    const { allowed } = await state.rateLimit('t', 'api', { limit: 2, window: '10s' })
    assert.equal(allowed, true)
  },
  async loading(state) {
    assert.equal(await state.getOrSet('t', 'loaded', async () => 1), 1)
    assert.equal(await state.getOrSet('t', 'loaded', async () => 2), 1)
  },
  // The stores have no index.
  async indexes(state) {
    await assert.rejects(state.reindex(), { code: 'ERR_UNSUPPORTED' })
    await assert.rejects(state.checkIndex(), { code: 'ERR_UNSUPPORTED' })
  },
  async watching(state) {
    const watch = state.watch('t', undefined, { configure: true })
    await watch.ready
    await state.set('t', 'seen', 1)
    const { value } = await watch.next()
    assert.equal(value?.type !== 'gap' && value?.key, 'seen')
    await watch.return()
  },
  async views(state) {
    const group = state.group('t', { schema: ANY })
    await group.set('k', 1)
    assert.equal(await group.get('k'), 1)
    assert.equal(state.typed() !== undefined, true)
  },
  async largeAndMany(state) {
    const text = 'x'.repeat(1024 * 1024)
    await state.set('t', 'large', text)
    assert.equal(await state.get('t', 'large'), text)
    const keys = Array.from({ length: 256 }, (_, index) => `k${index}`)
    await Promise.all(keys.map((key, index) => state.set('many', key, { index })))
    const values = await Promise.all(keys.map((key) => state.get('many', key)))
    assert.deepEqual(
      values,
      keys.map((_, index) => ({ index })),
    )
  },
  async figures(state) {
    assert.equal(await state.connect(), state)
    assert.equal(state.isReady, true)
    await state.ping()
    assert.equal((await state.health()).status, 'ok')
    assert.ok(state.stats())
  },
}

let count = 0
for (const url of urls) count += await checkStore(url)
console.log(`smoke: ${count} checks on ${urls.length} stores, ${runtime()}`)

/** @param {string} url */
async function checkStore(url) {
  const tls =
    process.env.CA !== undefined && url.startsWith('rediss:') ? { tls: { ca: readFileSync(process.env.CA) } } : {}
  const state = new RedisStateAdapter({ url, keyPrefix, ...tls })
  for (const [name, check] of Object.entries(CHECKS)) {
    await check(state, url).catch((error) => {
      throw new Error(`${name} on ${url}: ${error.message}`, { cause: error })
    })
    for (const traceId of ['t', 'many']) await state.clear(traceId)
  }
  await state.cleanup()
  await assert.rejects(state.get('t', 'k'), { code: 'ERR_CLOSED' })
  return Object.keys(CHECKS).length
}

function runtime() {
  const { node, bun, deno } = /** @type {Record<string, string | undefined>} */ (process.versions)
  const name = bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node.js ${node}`
  return `${name}, ${process.platform}-${process.arch}`
}
