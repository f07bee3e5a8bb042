// @ts-check
// `migrate`: entries are copied between prefixes, databases and servers, and both sides compared.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { cli, printed, printedJson } from '../support/cli.mjs'
import { folderOfFile, serversOfFile } from '../support/servers-of-file.mjs'

const { servers, clients, env } = await serversOfFile(2)
const path = folderOfFile()

const migrated = (/** @type {string[]} */ ...argv) => printedJson(['migrate', ...argv], { env })

/** @param {string[]} argv */
const attempted = (...argv) => cli(['migrate', ...argv], { env })

/** All strings of a server, by their keys. @param {import('../support/redis.mjs').Client} client */
async function textsOf(client) {
  const keys = (await client.keys('*')).sort()
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await client.get(key)])))
}

describe('migrate', () => {
  it('copies to another server, byte for byte, with the time to live, and changes nothing at the source', async () => {
    const texts = {
      'motia:state:a:1': '{"b":12345678901234567890,"a":1.0}',
      'motia:state:a:x:y': '"ž👩‍👩‍👧\\u0000"',
      'motia:state::empty': 'null',
      'other:a:1': '1',
    }
    await clients[0].mSet(texts)
    await clients[0].set('motia:state:a:ttl', ' [1]', { PX: 500_000 })
    const result = await migrated('--to-url', servers[1].url)
    assert.deepEqual(result, {
      ...{ copied: 4, overwritten: 0, equal: 0, kept: 0, recopied: 0, removed: 0, before: 0, skipped: 0 },
      ...{ changes: 0, compared: 4, different: 0, extra: 0, differences: [] },
    })
    const { 'other:a:1': _, ...expected } = texts
    assert.deepEqual(await textsOf(clients[1]), { ...expected, 'motia:state:a:ttl': ' [1]' })
    const ttl = await clients[1].pTTL('motia:state:a:ttl')
    assert.ok(ttl > 490_000 && ttl <= 500_000, `${ttl}`)
    assert.deepEqual(await textsOf(clients[0]), { ...texts, 'motia:state:a:ttl': ' [1]' })
    const again = await migrated('--to-url', servers[1].url)
    assert.deepEqual([again.copied, again.equal], [0, 4])
  })

  it('copies to another prefix, another database, and one trace only', async () => {
    await clients[0].mSet({ 'motia:state:a:1': '1', 'motia:state:b:1': '2' })
    await migrated('--to-prefix', 'app:')
    assert.equal(await clients[0].get('app:b:1'), '2')
    await migrated('a', '--to-database', '3')
    const third = await servers[0].client({ database: 3 })
    assert.deepEqual(await third.keys('*'), ['motia:state:a:1'])
    await migrated('a', '--to-prefix', 'one:')
    assert.deepEqual(await clients[0].keys('one:*'), ['one:a:1'])
  })

  it('keeps the prefix and the hash tags of the source, unless the target has others', async () => {
    await clients[0].set('p:{a}:1', '1')
    await migrated('--prefix', 'p:', '--hash-tags', '--to-url', servers[1].url)
    await migrated(
      '--prefix',
      'p:',
      '--hash-tags',
      '--to-url',
      servers[1].url,
      '--to-no-hash-tags',
      '--to-prefix',
      'q:',
    )
    assert.deepEqual(await textsOf(clients[1]), { 'p:{a}:1': '1', 'q:a:1': '1' })
  })

  it('keeps the prefix and the hash tags of the options of the source, whatever its variables and its file have', async () => {
    writeFileSync(path('names.json'), JSON.stringify({ url: servers[0].url, keyPrefix: 'file:', hashTags: false }))
    await clients[0].mSet({ 'legacy:a:1': '1', 'tagged:{a}:1': '2' })
    const third = await servers[0].client({ database: 3 })
    const variables = { ...env, STATE_KEY_PREFIX: 'app:' }
    const argv = ['migrate', '--to-database', '3', '--prefix']
    await printed([...argv, 'legacy:'], { env: variables })
    await printed([...argv, 'tagged:', '--hash-tags', '--options', path('names.json')], { env: variables })
    assert.deepEqual(await textsOf(third), { 'legacy:a:1': '1', 'tagged:{a}:1': '2' })
    const own = { ...variables, TO_STATE_KEY_PREFIX: 'own:' }
    await printed([...argv, 'legacy:', '--options', path('names.json')], { env: own })
    assert.deepEqual((await third.keys('*')).sort(), ['legacy:a:1', 'own:a:1', 'tagged:{a}:1'])
    await printed(['migrate', '--prefix', 'legacy:', '--to-hash-tags'], { env: variables })
    assert.deepEqual((await clients[0].keys('*')).sort(), ['legacy:a:1', 'legacy:{a}:1', 'tagged:{a}:1'])
  })

  it('adds hash tags below the same prefix, and removes them', async () => {
    await clients[0].mSet({ 'motia:state:a:1': '1', 'motia:state:b:c:2': '2' })
    const result = await migrated('--to-hash-tags')
    assert.deepEqual([result.copied, result.compared, result.extra, result.changes], [2, 2, 0, 0])
    const tagged = { 'motia:state:{a}:1': '1', 'motia:state:{b}:c:2': '2' }
    assert.deepEqual(await textsOf(clients[0]), { 'motia:state:a:1': '1', 'motia:state:b:c:2': '2', ...tagged })
    assert.equal((await migrated('--to-hash-tags')).equal, 2)
    await clients[0].del(['motia:state:a:1', 'motia:state:b:c:2'])
    const back = await migrated('--hash-tags', '--to-no-hash-tags')
    assert.deepEqual([back.copied, back.extra], [2, 0])
    assert.equal(await clients[0].get('motia:state:b:c:2'), '2')
  })

  it('writes no key of the source when it removes hash tags below the same prefix', async () => {
    const texts = { 'motia:state:{b}:c': '1', 'motia:state:{{b}}:c': '2' }
    await clients[0].mSet(texts)
    const { code, stderr } = await attempted('--hash-tags', '--to-no-hash-tags')
    assert.match(stderr, /skipped: "\{b\}", "c": without hash tags, its key is that of another entry of the source/)
    assert.equal(code, 1)
    assert.deepEqual(await textsOf(clients[0]), { ...texts, 'motia:state:b:c': '1' })
  })

  it('names entries that have one key without hash tags, and copies the first', async () => {
    const texts = { 'motia:state:{a:b}:c': '1', 'motia:state:{a}:b:c': '2', 'motia:state:{x:y}:z': '3' }
    await clients[0].mSet(texts)
    const argv = ['--hash-tags', '--to-no-hash-tags', '--to-url', servers[1].url, '--json']
    const { code, stdout, stderr } = await attempted(...argv)
    assert.match(stderr, /skipped: "a:b", "c": another entry of the source has the same key at the target/)
    const { copied, skipped, different, extra } = JSON.parse(stdout)
    assert.deepEqual([code, copied, skipped, different, extra], [1, 2, 1, 0, 0])
    assert.deepEqual(await textsOf(clients[1]), { 'motia:state:a:b:c': '2', 'motia:state:x:y:z': '3' })
    assert.equal((await attempted(...argv, '--verify-only')).code, 1)
  })

  it('replaces no key of another type at the target', async () => {
    await clients[0].set('motia:state:a:1', '1')
    await clients[1].rPush('motia:state:a:1', 'mine')
    for (const option of [[], ['--if-absent'], ['--dry-run']]) {
      const { code, stderr } = await attempted('--to-url', servers[1].url, ...option)
      assert.match(stderr, /skipped: "a", "1": at the target, the key is no string/)
      assert.equal(code, 1)
    }
    assert.deepEqual(await clients[1].lRange('motia:state:a:1', 0, -1), ['mine'])
  })

  it('keeps what the target has with --if-absent, otherwise replaces it', async () => {
    await clients[0].mSet({ 'motia:state:a:1': '1', 'motia:state:a:2': '2', 'motia:state:a:3': '3' })
    await clients[1].mSet({ 'motia:state:a:1': '"old"', 'motia:state:a:2': '2', 'motia:state:z:9': '9' })
    const kept = await migrated('--to-url', servers[1].url, '--if-absent')
    assert.deepEqual([kept.copied, kept.equal, kept.kept, kept.different, kept.extra], [1, 1, 1, 0, 1])
    assert.equal(await clients[1].get('motia:state:a:1'), '"old"')
    const replaced = await migrated('--to-url', servers[1].url)
    assert.deepEqual([replaced.overwritten, replaced.equal], [1, 2])
    assert.equal(await clients[1].get('motia:state:a:1'), '1')
    assert.equal(await clients[1].get('motia:state:z:9'), '9')
  })

  it('says with --dry-run what it would do, and writes nothing', async () => {
    await clients[0].mSet({ 'motia:state:a:1': '1', 'motia:state:a:2': '2', 'motia:state:a:3': 'no json' })
    await clients[1].set('motia:state:a:1', '"old"')
    const { code, stdout, stderr } = await attempted('--to-url', servers[1].url, '--dry-run', '--json')
    assert.deepEqual([code, JSON.parse(stdout)], [1, { copy: 1, overwrite: 1, equal: 0, kept: 0, skipped: 1 }])
    assert.match(stderr, /^would overwrite: "a", "1"$/m)
    assert.match(stderr, /^skipped: "a", "3": the value is not JSON$/m)
    assert.deepEqual(await textsOf(clients[1]), { 'motia:state:a:1': '"old"' })
  })

  it('compares with --verify-only, and names what differs', async () => {
    await clients[0].mSet({ 'motia:state:a:1': '1', 'motia:state:a:2': '2', 'motia:state:a:3': '3' })
    await clients[1].mSet({ 'motia:state:a:1': '1', 'motia:state:a:2': '-2', 'motia:state:z:1': '1' })
    await clients[0].set('motia:state:a:4', '4', { EX: 100 })
    await clients[1].set('motia:state:a:4', '4', { EX: 200 })
    const { code, stdout } = await attempted('--to-url', servers[1].url, '--verify-only', '--json')
    assert.equal(code, 1)
    assert.deepEqual(JSON.parse(stdout), {
      ...{ compared: 4, different: 3, extra: 1, skipped: 0 },
      differences: [
        { traceId: 'a', key: '2', why: 'different' },
        { traceId: 'a', key: '3', why: 'missing' },
        { traceId: 'a', key: '4', why: 'ttl' },
        { traceId: 'z', key: '1', why: 'extra' },
      ],
    })
    await migrated('--to-url', servers[1].url)
    await clients[1].del('motia:state:z:1')
    const equal = await attempted('--to-url', servers[1].url, '--verify-only')
    assert.deepEqual([equal.code, equal.stdout], [0, '4 compared\n'])
  })

  it('copies values that are not JSON as strings, if that is asked for', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x41])
    await clients[0].mSet({ 'motia:state:a:text': 'no json', 'motia:state:a:1': '1' })
    await clients[0].set('motia:state:a:bytes', bytes)
    const skipped = await attempted('--to-url', servers[1].url)
    assert.deepEqual([skipped.code, skipped.stdout], [1, '1 copied, 2 skipped, 1 compared\n'])
    assert.ok(!skipped.stderr.includes('no json'))
    const text = await attempted('--to-url', servers[1].url, '--not-json', 'text')
    assert.match(text.stderr, /"a", "bytes": the value is not JSON, and no text in UTF-8/)
    assert.equal((await migrated('--to-url', servers[1].url, '--not-json', 'base64')).skipped, 0)
    assert.equal(await clients[1].get('motia:state:a:bytes'), JSON.stringify(bytes.toString('base64')))
  })

  it('copies a value beyond the limit of pending bytes', async () => {
    const text = JSON.stringify('x'.repeat(68_000_000))
    await clients[0].set('motia:state:a:large', text)
    await migrated('--to-url', servers[1].url)
    assert.equal(await clients[1].strLen('motia:state:a:large'), text.length)
  })

  it('updates the indexes that the target has', async () => {
    await clients[0].mSet({ 'motia:state:a:1': '1', 'motia:state:b:1': '1' })
    await printed(['reindex'], { env: { REDIS_URL: servers[1].url } })
    await migrated('--to-url', servers[1].url)
    await printed(['reindex', '--check'], { env: { REDIS_URL: servers[1].url } })
    assert.equal(await printed(['ls', '--index'], { env: { REDIS_URL: servers[1].url } }), 'a\nb\n')
  })

  it('takes stores of a configuration as places', async () => {
    const stores = {
      old: { url: servers[0].url, keyPrefix: 'old:' },
      new: { url: servers[1].url, keyPrefix: 'new:', hashTags: true },
    }
    writeFileSync(path('stores.json'), JSON.stringify({ stores }))
    await clients[0].set('old:a:1', '1')
    await migrated('--config', path('stores.json'), '--store', 'old', '--to-store', 'new')
    await migrated('--config', path('stores.json'), '--store', 'old', '--to-prefix', 'third:')
    assert.deepEqual([await textsOf(clients[1]), await clients[0].get('third:a:1')], [{ 'new:{a}:1': '1' }, '1'])
  })

  it('gives a store as target the variables that its configuration names', async () => {
    const stores = {
      old: { url: servers[0].url, keyPrefix: 'old:' },
      new: { url: '{env:REDIS_URL}', keyPrefix: 'new:' },
    }
    writeFileSync(path('named.json'), JSON.stringify({ stores }))
    await clients[0].set('old:a:1', '1')
    const argv = ['migrate', '--config', path('named.json'), '--store', 'old', '--to-store', 'new']
    await printed(argv, { env: { REDIS_URL: servers[1].url } })
    assert.equal(await clients[1].get('new:a:1'), '1')
  })

  it('takes the target from variables, and gives it no credentials of the source', async () => {
    await clients[0].set('motia:state:a:1', '1')
    const variables = { ...env, REDIS_URL: servers[0].url, TO_REDIS_URL: servers[1].url, TO_STATE_KEY_PREFIX: 'v:' }
    await printed(['migrate'], { env: variables })
    assert.equal(await clients[1].get('v:a:1'), '1')
    await clients[0].configSet('requirepass', 'secret')
    try {
      await printed(['migrate', '--to-url', servers[1].url], { env: { ...env, REDIS_PASSWORD: 'secret' } })
    } finally {
      await clients[0].sendCommand(['AUTH', 'secret'])
      await clients[0].configSet('requirepass', '')
    }
  })
})

describe('migrate refuses', () => {
  /** @type {[what: string, argv: string[], message: RegExp][]} */
  const refused = [
    ['no target', [], /the target is missing\. Name it with --to-url/],
    ['the source as target', ['--to-prefix', 'motia:state:'], /the source is the target: .*motia:state:/],
    ['a prefix within that of the source', ['--to-prefix', 'motia:state:v2:'], /the keys of source and target overlap/],
    ['no prefix at all', ['--to-prefix', ''], /the keys of source and target overlap/],
    ['iii on iii', ['--from', 'iii', '--to', 'iii', '--to-database', '0'], /the source is the target/],
    [
      'an unknown layout',
      ['--from', 'motia', '--to-database', '1'],
      /--from: expected entries or iii or dapr, got motia/,
    ],
    ['dapr as target', ['--to', 'dapr'], /--to: expected entries or iii/],
    ['dapr without a prefix', ['--from', 'dapr'], /--from dapr needs --prefix/],
    ['options of another layout', ['--to-database', '1', '--trace-id', 'a'], /--trace-id needs --from dapr/],
    ['two contrary options', ['--to-database', '1', '--dry-run', '--verify-only'], /cannot be combined/],
    ['a layout of hashes in memory', ['--from', 'iii', '--to-url', 'memory:', '--to', 'iii'], /needs a Redis server/],
    ['--resume without a checkpoint', ['--to-database', '1', '--resume'], /--resume needs --checkpoint/],
  ]
  for (const [what, argv, message] of refused) {
    it(what, async () => {
      await clients[0].set('motia:state:a:1', '1')
      const { code, stdout, stderr } = await attempted(...argv)
      assert.deepEqual([code, stdout], [2, ''], stderr)
      assert.match(stderr, message)
      assert.deepEqual(await clients[0].keys('*'), ['motia:state:a:1'])
    })
  }

  it('the source by another address of its server, and a server that does not exist', async () => {
    await clients[0].set('motia:state:a:1', '1')
    const other = servers[0].url.replace('127.0.0.1', 'localhost')
    assert.notEqual(other, servers[0].url)
    assert.match((await attempted('--to-url', other)).stderr, /the source is the target/)
    const { code, stderr } = await attempted('--to-url', 'redis://u:secret@127.0.0.1:1', '--json')
    assert.deepEqual([code, JSON.parse(stderr).error.code], [1, 'ERR_CONNECTION'])
    assert.ok(!stderr.includes('secret'))
  })

  it('a file in the place of the journal, without a checkpoint, and leaves it as it is', async () => {
    await clients[0].set('motia:state:a:1', '1')
    writeFileSync(path('mine.journal'), 'text')
    const { code, stderr } = await attempted('--to-database', '1', '--checkpoint', path('mine'))
    assert.equal(code, 2)
    assert.match(
      stderr,
      /mine\.journal exists, without a checkpoint\. Name another file with --checkpoint, or remove it/,
    )
    assert.equal(readFileSync(path('mine.journal'), 'utf8'), 'text')
    assert.ok(!existsSync(path('mine')))
  })

  it('a checkpoint that exists, without --resume, and one of another migration', async () => {
    writeFileSync(path('other'), '{"bytes":1}')
    const argv = ['--to-database', '1', '--checkpoint', path('other')]
    assert.match((await attempted(...argv)).stderr, /is no checkpoint of a migration/)
    await clients[0].set('motia:state:a:1', 'no json')
    const position = { source: 'x', target: 'y', traceId: null, last: null }
    writeFileSync(path('other'), JSON.stringify(position))
    assert.match((await attempted(...argv)).stderr, /exists\. Continue it with --resume/)
    assert.match((await attempted(...argv, '--resume')).stderr, /is the checkpoint of another migration/)
    assert.ok(existsSync(path('other')))
  })

  it('a checkpoint of a migration to another database', async () => {
    await clients[0].set('motia:state:a:1', 'no json')
    const argv = ['--checkpoint', path('databases'), '--no-verify', '--to-database']
    const first = await attempted(...argv, '1')
    assert.match(first.stderr, /to {3}\S+:\d+\/1, entries/)
    const position = { ...placesOf(first.stderr), traceId: null, last: null }
    writeFileSync(path('databases'), JSON.stringify(position))
    assert.match((await attempted(...argv, '2', '--resume')).stderr, /is the checkpoint of another migration/)
  })
})

/** The places that a migration has printed. @param {string} stderr */
function placesOf(stderr) {
  const [, source, target] = /^from (.*)\nto {3}(.*)$/m.exec(stderr) ?? []
  return { source, target }
}
