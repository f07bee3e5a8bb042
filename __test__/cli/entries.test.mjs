// @ts-check
// `ls`, `get`, `set`, `rm` and `ttl`, on a real server.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cli, printed, printedJson } from '../support/cli.mjs'
import { serverOfFile } from '../support/servers-of-file.mjs'
import { storeEntries } from '../support/stored-entries.mjs'

const { client, env } = await serverOfFile()

const store = (/** @type {Record<string, unknown>} */ entries) => storeEntries(client, entries)

const on = (/** @type {string[]} */ ...argv) => printed(argv, { env })
const json = (/** @type {string[]} */ ...argv) => printedJson(argv, { env })

describe('ls', () => {
  it('lists trace ids and keys, sorted', async () => {
    await store({ 'b:1': 1, 'a:2': 1, 'a:1': 1 })
    assert.equal(await on('ls'), 'a\nb\n')
    assert.equal(await on('ls', 'a'), '1\n2\n')
    assert.equal(await on('ls', 'none'), '')
    assert.deepEqual(await json('ls'), { traceIds: ['a', 'b'], more: 0 })
    assert.deepEqual(await json('ls', 'a'), { traceId: 'a', keys: ['1', '2'], more: 0 })
  })

  it('continues behind a name', async () => {
    await store({ 'a:1': 1, 'b:1': 1, 'c:1': 1 })
    const { stdout, stderr } = await cli(['ls', '--limit', '2'], { env })
    assert.deepEqual([stdout, stderr], ['a\nb\n', '2 more: --after "b"\n'.replace('2', '1')])
    assert.equal(await on('ls', '--limit', '2', '--after', 'b'), 'c\n')
    assert.deepEqual(await json('ls', '--limit', '1'), { traceIds: ['a'], more: 2, after: 'a' })
  })

  it('shows types, sizes and times to live', async () => {
    await store({ 'a:list': [1], 'a:none': null, 'a:text': 'ž' })
    await client.expire('motia:state:a:text', 100)
    const { keys } = await json('ls', 'a', '--long')
    const [, , text] = keys
    assert.ok(text.ttl > 90 && text.ttl <= 100)
    assert.deepEqual(keys, [
      { key: 'list', type: 'array', ttl: -1, bytes: 3 },
      { key: 'none', type: 'null', ttl: -1, bytes: 4 },
      { key: 'text', type: 'string', ttl: text.ttl, bytes: 4 },
    ])
    assert.match(await on('ls', 'a', '-l'), /^KEY +TYPE +TTL +BYTES\nlist +array +- +3\n/)
  })

  it('prints no control characters of names', async () => {
    await store({ 'a\u001b]0;title\u0007:k': 1 })
    assert.equal(await on('ls'), '"a\\u001b]0;title\\u0007"\n')
    assert.deepEqual((await json('ls')).traceIds, ['a\u001b]0;title\u0007'])
  })

  it('prints JSON without characters that a terminal obeys', async () => {
    // CSI in one character, and a mark that reverses the direction of text.
    const name = 'a\u009b31m\u202e'
    await store({ [`${name}:k`]: name })
    for (const argv of [
      ['ls', '--json'],
      ['get', name, 'k'],
      ['get', name, 'k', '--json'],
      ['query', '--json'],
      ['export'],
    ]) {
      const stdout = await on(...argv)
      assert.ok(stdout.includes('a\\u009b31m\\u202e'), stdout)
      assert.ok(!stdout.includes('\u009b') && !stdout.includes('\u202e'), stdout)
    }
    assert.deepEqual((await json('get', name, 'k')).value, name)
  })

  it('has colours only on a terminal, and not with NO_COLOR', async () => {
    await store({ 'a:1': 1 })
    const argv = ['ls', 'a', '-l']
    assert.ok((await printed(argv, { env, isTTY: true })).startsWith('\u001b[1mKEY'))
    assert.match(await printed(argv, { env: { ...env, NO_COLOR: '1' }, isTTY: true }), /^KEY/)
    assert.match(await printed(argv, { env }), /^KEY/)
  })
})

describe('get', () => {
  it('prints the value', async () => {
    await store({ 'a:text': 'one', 'a:object': { n: [1] }, 'a:none': null })
    assert.equal(await on('get', 'a', 'text'), '"one"\n')
    assert.equal(await on('get', 'a', 'text', '--raw'), 'one\n')
    assert.equal(await on('get', 'a', 'object'), '{"n":[1]}\n')
    assert.equal(await printed(['get', 'a', 'object'], { env, isTTY: true }), '{\n  "n": [\n    1\n  ]\n}\n')
    assert.equal(await on('get', 'a', 'none'), 'null\n')
    assert.deepEqual(await json('get', 'a', 'object'), { traceId: 'a', key: 'object', value: { n: [1] } })
    const { etag, ...others } = await json('get', 'a', 'object', '--metadata')
    assert.match(etag, /^[\da-f]{40}$/)
    assert.deepEqual(others, { traceId: 'a', key: 'object', value: { n: [1] }, ttl: -1 })
  })

  it('exits with 3 if there is no entry', async () => {
    for (const argv of [
      ['get', 'a', 'b'],
      ['get', 'a', 'b', '--metadata'],
    ]) {
      const { code, stdout, stderr } = await cli(argv, { env })
      assert.deepEqual([code, stdout, stderr], [3, '', 'get: there is no entry "b" of "a"\n'])
      const json = await cli([...argv, '--json'], { env })
      assert.deepEqual([json.code, JSON.parse(json.stderr).error.code], [3, 'ERR_NOT_FOUND'])
    }
  })

  it('exits with 1 and the code if the value is not JSON, and does not print it', async () => {
    await client.set('motia:state:a:b', 'secret text')
    const { code, stdout, stderr } = await cli(['get', 'a', 'b', '--json'], { env })
    assert.deepEqual([code, stdout, stderr.includes('secret')], [1, '', false])
    assert.equal(JSON.parse(stderr).error.code, 'ERR_CORRUPT_VALUE')
  })
})

describe('set', () => {
  it('writes JSON, a text, and what stdin has', async () => {
    assert.equal(await on('set', 'a', 'b', '{"n":1}'), 'written\n')
    assert.equal(await client.get('motia:state:a:b'), '{"n":1}')
    await on('set', 'a', 'b', '-s', 'plain')
    assert.equal(await client.get('motia:state:a:b'), '"plain"')
    await printed(['set', 'a', 'b', '-'], { env, stdin: '[1]\n' })
    assert.equal(await client.get('motia:state:a:b'), '[1]')
    await printed(['set', 'a', 'b', '--string'], { env, stdin: 'two\nlines' })
    assert.equal(await client.get('motia:state:a:b'), '"two\\nlines"')
    assert.deepEqual(await json('set', 'a', 'b', '1'), { traceId: 'a', key: 'b', written: true })
  })

  it('sets an expiry, in seconds or with a unit', async () => {
    await on('set', 'a', 'b', '1', '--ttl', '100')
    assert.ok((await client.ttl('motia:state:a:b')) > 90)
    await on('set', 'a', 'b', '1', '--ttl', '2h')
    assert.ok((await client.ttl('motia:state:a:b')) > 7000)
  })

  it('writes only if the condition is met', async () => {
    await on('set', 'a', 'b', '1', '--if-absent')
    const again = await cli(['set', 'a', 'b', '2', '--if-absent'], { env })
    assert.equal(again.code, 1)
    assert.match(again.stderr, /\(ERR_CONFLICT\)$/m)
    const { etag } = await json('get', 'a', 'b', '--metadata')
    await on('set', 'a', 'b', '3', '--if-match', etag)
    assert.equal((await cli(['set', 'a', 'b', '4', '--if-match', etag], { env })).code, 1)
    assert.equal(await client.get('motia:state:a:b'), '3')
  })

  it('does not wait for a value on a terminal', async () => {
    const { code, stderr } = await cli(['set', 'a', 'b'], { env, isTTY: true })
    assert.equal(code, 2)
    assert.match(stderr, /the value is missing/)
  })
})

describe('rm', () => {
  it('removes keys, and says how many', async () => {
    await store({ 'a:1': 1, 'a:2': 1, 'a:3': 1 })
    assert.equal(await on('rm', 'a', '1', '2', '9'), '2 removed\n')
    assert.deepEqual(await json('rm', 'a', '3'), { traceId: 'a', removed: 1 })
    assert.equal((await cli(['rm', 'a', '3'], { env })).code, 3)
  })

  it('removes a trace only if that is confirmed', async () => {
    await store({ 'a:1': 1, 'a:2': 1, 'b:1': 1 })
    const refused = await cli(['rm', 'a', '--all'], { env })
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /2 entries would be removed\. Add --yes\./)
    const declined = await cli(['rm', 'a', '--all'], { env, stdin: 'n\n', isTTY: true })
    assert.equal(declined.code, 1)
    assert.match(declined.stderr, /not confirmed: nothing was removed\.\n$/)
    assert.equal(await client.dbSize(), 3)
    assert.match(await printed(['rm', 'a', '--all'], { env, stdin: 'y\n', isTTY: true }), /2 removed\n/)
    assert.equal(await on('rm', 'b', '--all', '--yes'), '1 removed\n')
    assert.equal(await client.dbSize(), 0)
  })

  it('removes keys by their start', async () => {
    await store({ 'a:line:1': 1, 'a:line:2': 1, 'a:note': 1 })
    assert.equal(await on('rm', 'a', '--starts-with', 'line:', '-y'), '2 removed\n')
    assert.deepEqual(await client.keys('*'), ['motia:state:a:note'])
  })

  it('takes neither an empty start, nor --all together with a start, for all entries', async () => {
    await store({ 'a:1': 1 })
    const empty = await cli(['rm', 'a', '--starts-with', '', '--yes'], { env })
    assert.equal(empty.code, 2)
    assert.match(empty.stderr, /--starts-with: the text is empty\. For all entries of the trace use --all\./)
    assert.equal((await cli(['rm', 'a', '--all', '--starts-with', 'x', '--yes'], { env })).code, 2)
    assert.equal(await client.dbSize(), 1)
  })
})

describe('ttl', () => {
  it('prints, sets and removes the expiry', async () => {
    await store({ 'a:b': 1 })
    assert.equal(await on('ttl', 'a', 'b'), '-1\n')
    assert.match(await on('ttl', 'a', 'b', '100'), /^(99\.\d+|100)\n$/)
    assert.match(await on('ttl', 'a', 'b', '1h'), /^3(599\.\d+|600)\n$/)
    assert.deepEqual(await json('ttl', 'a', 'b', '--persist'), { traceId: 'a', key: 'b', ttl: -1 })
    assert.equal((await cli(['ttl', 'a', 'none'], { env })).code, 3)
    assert.equal((await cli(['ttl', 'a', 'b', '5', '--persist'], { env })).code, 2)
  })
})
