// @ts-check
// `query`, `watch` and `stats`, on a real server.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cli, printed, printedJson } from '../support/cli.mjs'
import { serverOfFile } from '../support/servers-of-file.mjs'
import { storeEntries } from '../support/stored-entries.mjs'

const { client, env } = await serverOfFile()

const store = (/** @type {Record<string, unknown>} */ entries) => storeEntries(client, entries)

const on = (/** @type {string[]} */ ...argv) => printed(argv, { env })
const json = (/** @type {string[]} */ ...argv) => printedJson(argv, { env })

describe('query', () => {
  it('finds entries by their values, in pages', async () => {
    await store({ 'a:1': { n: 1 }, 'a:2': { n: 2 }, 'b:3': { n: 3 } })
    const sorted = ['query', '--filter', '{"GTE":{"n":2}}', '--sort', '[{"key":"n","order":"DESC"}]']
    assert.match(await on(...sorted), /^TRACE +KEY +VALUE\nb +3 +\{"n":3\}\na +2 +\{"n":2\}\n$/)
    const { items, token } = await json(...sorted, '--limit', '1')
    assert.equal(items[0].key, '3')
    assert.equal((await json(...sorted, '--limit', '1', '--token', token)).items[0].key, '2')
    assert.equal((await json('query', 'a')).items.length, 2)
  })

  it('reports a mistake in the filter with its path', async () => {
    const { code, stderr } = await cli(['query', '--filter', '{"LIKE":{"n":1}}'], { env })
    assert.equal(code, 1)
    assert.match(stderr, /filter.*LIKE.*\(ERR_INVALID_ARGUMENT\)/)
  })

  it('cuts long values on a terminal only', async () => {
    await store({ 'a:1': 'x'.repeat(500) })
    assert.match(await on('query'), /x{500}/)
    const lines = (await printed(['query'], { env: { ...env, NO_COLOR: '1' }, isTTY: true })).split('\n')
    assert.deepEqual([lines[1].length, lines[1].at(-1)], [80, '…'])
  })
})

describe('watch', () => {
  it('prints changes as lines of JSON, and ends after --limit', async () => {
    const { code, stdout, stderr } = await cli(['watch', 'a', '--configure', '--limit', '2'], {
      env,
      onStderr: async () => {
        await client.set('motia:state:a:b', '1')
        await client.set('motia:state:a:c', '1')
      },
    })
    assert.deepEqual([code, stderr], [0, 'watching\n'])
    assert.deepEqual(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        { type: 'created', traceId: 'a', key: 'b' },
        { type: 'created', traceId: 'a', key: 'c' },
      ],
    )
  })

  it('ends with 0 when it is interrupted', async () => {
    const interrupted = new AbortController()
    const onStderr = () => interrupted.abort()
    const { code } = await cli(['watch', '--configure'], { env, signal: interrupted.signal, onStderr })
    assert.equal(code, 0)
  })

  it('fails if the server reports no changes', async () => {
    await client.configSet('notify-keyspace-events', '')
    const { code, stderr } = await cli(['watch'], { env })
    assert.equal(code, 1)
    assert.match(stderr, /notify-keyspace-events.*\(ERR_UNSUPPORTED\)/s)
  })
})

describe('stats', () => {
  it('counts entries and traces, and names the largest', async () => {
    await store({ 'a:1': 1, 'b:1': 1, 'b:2': 1 })
    const { latency, ...counts } = await json('stats', '--top', '1')
    assert.ok(latency > 0)
    assert.deepEqual(counts, { entries: 3, traces: 2, largest: [{ traceId: 'b', entries: 2 }] })
    assert.match(await on('stats'), /^entries +3\ntraces +2\nlatency +[\d.]+ ms\n\nENTRIES +TRACE\n2 +b\n1 +a\n$/)
  })
})
