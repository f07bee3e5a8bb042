// @ts-check
// `migrate` between the layouts of this package, of the iii engine (Motia 1.x) and of Dapr.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cli, printedJson } from '../support/cli.mjs'
import { serverOfFile } from '../support/servers-of-file.mjs'

const { client, env } = await serverOfFile()

const migrated = (/** @type {string[]} */ ...argv) => printedJson(['migrate', ...argv], { env })

/** @param {string[]} argv */
const attempted = (...argv) => cli(['migrate', ...argv], { env })

/** As the engine writes a value: its set is this script, with the compact JSON of serde_json. */
const SET_OF_III = `
local old = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return old`

/** @param {string} scope @param {string} key @param {string} json */
const setInIii = (scope, key, json) => client.eval(SET_OF_III, { keys: [`state:${scope}`], arguments: [key, json] })

/** As Dapr writes a value. */
const SET_OF_DAPR = `
redis.call('HSET', KEYS[1], 'data', ARGV[1])
return redis.call('HINCRBY', KEYS[1], 'version', 1)`

/** @param {string} key @param {string | Buffer} data */
const setInDapr = (key, data) => client.sendCommand(['EVAL', SET_OF_DAPR, '1', key, data])

/** @param {string} pattern @returns {Promise<Record<string, string | null>>} */
async function textsOf(pattern) {
  const keys = (await client.keys(pattern)).sort()
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await client.get(key)])))
}

describe('migrate --from iii', () => {
  it('reads the hashes of the engine, byte for byte, and writes them back', async () => {
    await setInIii('order-1', 'status', '"paid"')
    await setInIii('order-1', 'a:b {c}', '{"n":18446744073709551615,"f":1.0}')
    await setInIii('', 'of the empty scope', 'null')
    await setInIii('user:7', 'name', '"Ž"')
    await client.set('state:of another program', 'x')
    const there = await migrated('--from', 'iii')
    assert.deepEqual([there.copied, there.compared, there.different, there.extra], [4, 4, 0, 0])
    assert.deepEqual(await textsOf('motia:*'), {
      'motia:state::of the empty scope': 'null',
      'motia:state:order-1:a:b {c}': '{"n":18446744073709551615,"f":1.0}',
      'motia:state:order-1:status': '"paid"',
      'motia:state:user:7:name': '"Ž"',
    })
    assert.equal((await migrated('--from', 'iii')).equal, 4)
    const back = await migrated('--to', 'iii', '--to-prefix', 'again:')
    assert.equal(back.copied, 4)
    assert.deepEqual({ ...(await client.hGetAll('again:order-1')) }, { ...(await client.hGetAll('state:order-1')) })
    // Without hash tags, a trace id ends at the first colon.
    assert.deepEqual({ ...(await client.hGetAll('again:user')) }, { '7:name': '"Ž"' })
  })

  it('keeps scopes with colons by hash tags, there and back', async () => {
    await setInIii('user:7', 'name', '"a"')
    await setInIii('user', '7:name', '"b"')
    const { code, stderr } = await attempted('--from', 'iii')
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^skipped: "user:7", "name": another entry of the source has the same key at the target, without hash tags$/m,
    )
    assert.equal(await client.get('motia:state:user:7:name'), '"b"')
    await migrated('--from', 'iii', '--to-prefix', 'tagged:', '--to-hash-tags')
    await migrated('--prefix', 'tagged:', '--hash-tags', '--to', 'iii', '--to-prefix', 'back:')
    assert.equal(await client.hGet('back:user:7', 'name'), '"a"')
    assert.equal(await client.hGet('back:user', '7:name'), '"b"')
  })

  it('reads a hash of 10,000 fields in steps, and a large value', async () => {
    const fields = Array.from({ length: 10_000 }, (_, index) => [`key-${index}`, JSON.stringify({ index })])
    await client.hSet('state:many', Object.fromEntries(fields))
    const large = JSON.stringify('x'.repeat(9_000_000))
    for (const key of ['one', 'two']) await setInIii('large', key, large)
    await client.configResetStat()
    const result = await migrated('--from', 'iii')
    assert.deepEqual([result.copied, result.compared], [10_002, 10_002])
    assert.equal(await client.get('motia:state:many:key-9999'), '{"index":9999}')
    assert.equal(await client.get('motia:state:large:two'), large)
    const stats = await client.info('commandstats')
    assert.ok(!/cmdstat_(hgetall|hkeys|keys):/.test(stats), stats)
    assert.match(stats, /cmdstat_hscan:calls=\d\d/)
  })

  it('names fields and values that are no text or no JSON, and scopes one trace', async () => {
    await client.hSet('state:a', Buffer.from([0xff]), '1')
    await setInIii('a', 'no json', '{')
    await setInIii('b', 'k', '1')
    const { code, stdout, stderr } = await attempted('--from', 'iii')
    assert.deepEqual([code, stdout], [1, '1 copied, 2 skipped, 1 compared\n'])
    assert.match(stderr, /^skipped: a "ÿ": the name of the field is no text in UTF-8$/m)
    assert.match(stderr, /^skipped: "a", "no json": the value is not JSON$/m)
    assert.equal((await migrated('b', '--from', 'iii', '--to-prefix', 'b:')).copied, 1)
  })
})

describe('migrate --to iii', () => {
  it('writes no entry that expires, unless --drop-ttl', async () => {
    await client.set('motia:state:a:1', '1')
    await client.set('motia:state:a:2', '2', { EX: 100 })
    const { code, stdout, stderr } = await attempted('--to', 'iii')
    assert.deepEqual([code, stdout], [1, '1 copied, 1 skipped, 1 compared\n'])
    assert.match(stderr, /"a", "2": it has a ttl, which hashes cannot have; use --drop-ttl/)
    const result = await migrated('--to', 'iii', '--drop-ttl')
    assert.deepEqual([result.copied, result.equal, result.different], [1, 1, 0])
    assert.deepEqual({ ...(await client.hGetAll('state:a')) }, { 1: '1', 2: '2' })
  })

  it('keeps fields with --if-absent, and names a key of another type', async () => {
    await client.mSet({ 'motia:state:a:1': '1', 'motia:state:a:2': '2', 'motia:state:b:1': '1', 'state:b': 'text' })
    await setInIii('a', '1', '"old"')
    const { code, stdout, stderr } = await attempted('--to', 'iii', '--if-absent')
    assert.deepEqual([code, stdout], [1, '1 copied, 1 kept, 1 skipped, 2 compared\n'], stderr)
    assert.match(stderr, /skipped: "b", "1": .*WRONGTYPE/)
    assert.equal(await client.hGet('state:a', '1'), '"old"')
  })
})

describe('migrate --from dapr', () => {
  it('divides keys at the first colon, keeps the ttl, and names what is none of Dapr', async () => {
    await setInDapr('app||order-1:status', '{"a":1.50}')
    await setInDapr('app||order-1:x:y', '2')
    await client.expire('app||order-1:x:y', 300)
    await setInDapr('app||no-colon', '3')
    await setInDapr('app||a:bytes', Buffer.from([0xff, 1]))
    await setInDapr('app||a:text', 'plain')
    await client.set('app||a:string', '1')
    await client.hSet('app||a:hash', { other: '1' })
    await setInDapr('other||a:1', '1')
    const { code, stdout, stderr } = await attempted('--from', 'dapr', '--prefix', 'app||')
    assert.deepEqual([code, stdout], [1, '2 copied, 5 skipped, 2 compared\n'], stderr)
    assert.match(stderr, /skipped: "no-colon": the key has no :; use --trace-id or --separator/)
    assert.match(stderr, /skipped: "a", "hash": the key is no hash of Dapr/)
    assert.deepEqual(await textsOf('motia:*'), {
      'motia:state:order-1:status': '{"a":1.50}',
      'motia:state:order-1:x:y': '2',
    })
    const ttl = await client.ttl('motia:state:order-1:x:y')
    assert.ok(ttl > 290 && ttl <= 300, `${ttl}`)
    await attempted('--from', 'dapr', '--prefix', 'app||', '--to-prefix', 'tagged:', '--to-hash-tags')
    assert.equal(await client.get('tagged:{order-1}:x:y'), '2')
    const text = await attempted('--from', 'dapr', '--prefix', 'app||', '--not-json', 'text')
    assert.match(text.stdout, /^1 copied, 2 equal, 4 skipped/)
    assert.equal(await client.get('motia:state:a:text'), '"plain"')
  })

  it('takes all keys as those of one trace, or another separator, as of actors', async () => {
    await setInDapr('app||plain', '1')
    await setInDapr('app||Cart||7||items', '[]')
    await migrated('--from', 'dapr', '--prefix', 'app||', '--trace-id', 'app')
    assert.deepEqual(await textsOf('motia:*'), { 'motia:state:app:Cart||7||items': '[]', 'motia:state:app:plain': '1' })
    await migrated('--from', 'dapr', '--prefix', 'app||Cart||', '--separator', '||', '--to-prefix', 'cart:')
    assert.deepEqual(await textsOf('cart:*'), { 'cart:7:items': '[]' })
  })
})
