// @ts-check
// `reindex` and `bench`, on a real server.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cli, printed, printedJson } from '../support/cli.mjs'
import { serverOfFile } from '../support/servers-of-file.mjs'

const { client, env } = await serverOfFile()

describe('reindex', () => {
  it('adds entries to the indexes, and finds those that are missing', async () => {
    await client.mSet({ 'motia:state:a:1': '1', 'motia:state:a:2': '2', 'motia:state:b:1': '1' })
    assert.equal(await printed(['reindex', 'a'], { env }), '2 indexed\n')
    const missing = await cli(['reindex', '--check'], { env })
    assert.equal(missing.code, 1)
    assert.match(missing.stdout, /^3 entries, 2 members, 1 missing, 0 dead\nLists miss entries/)
    assert.deepEqual(await printedJson(['reindex'], { env }), { scanned: 3, indexed: 3 })
    await client.del('motia:state:a:1')
    const checked = await printedJson(['reindex', '--check'], { env })
    assert.deepEqual(checked, { entries: 2, members: 3, missing: 0, dead: 1 })
  })

  it('need not be repeated after set and import, which keep indexes that there are', async () => {
    await printed(['reindex'], { env })
    await printed(['set', 'a', '1', '1'], { env })
    await printed(['import'], { env, stdin: '{"traceId":"b","key":"1","value":1}\n' })
    const { entries, missing } = await printedJson(['reindex', '--check'], { env })
    assert.deepEqual([entries, missing], [2, 0])
  })

  it('shows on a terminal how far it is', async () => {
    await client.set('motia:state:a:1', '1')
    const { stderr } = await cli(['reindex'], { env, isTTY: true })
    assert.ok(stderr.includes('reindex [########################] 100%'), stderr)
  })

  it('fails if the key of an index is of another program', async () => {
    await printed(['reindex'], { env })
    await client.set('motia:state:a:1', '1')
    const [index] = (await client.keys('__state__:index*')).sort()
    assert.ok(index)
    await printed(['reindex'], { env })
    const ofTrace = (await client.keys('__state__:index*')).find((key) => key !== index) ?? ''
    await client.del(ofTrace)
    await client.set(ofTrace, 'text')
    const { code, stderr } = await cli(['reindex'], { env })
    assert.equal(code, 1)
    assert.match(stderr, /ERR_WRONG_TYPE/)
  })
})

describe('bench', () => {
  it('measures calls, and leaves nothing behind', async () => {
    const argv = ['bench', '--time', '20ms', '--in-flight', '8']
    const figures = await printedJson([...argv], { env })
    assert.deepEqual(
      figures.map((/** @type {any} */ { operation, inFlight }) => [operation, inFlight]),
      ['ping', 'set', 'get'].flatMap((operation) => [1, 8].map((count) => [operation, count])),
    )
    for (const { perSecond, p50, p99 } of figures) assert.ok(perSecond > 0 && p50 > 0 && p99 >= p50)
    assert.match(await printed(argv, { env }), /^CALL +IN FLIGHT +PER SECOND +P50 +P99\nping +1 +[\d,]+ +[\d.]+ ms/)
    assert.equal(await client.dbSize(), 0)
  })

  it('shows on a terminal how far it is, as doctor does', async () => {
    for (const argv of [['bench', '--time', '5ms'], ['doctor']]) {
      const { stderr } = await cli(argv, { env, isTTY: true })
      assert.match(stderr, new RegExp(`${argv[0]} \\[\\.{24}\\] 0% \r`))
      assert.equal((await cli(argv, { env })).stderr, '')
    }
  })

  it('can be interrupted, and removes its entries', async () => {
    const interrupted = new AbortController()
    const running = cli(['bench'], { env, signal: interrupted.signal })
    setTimeout(() => interrupted.abort(), 50)
    assert.equal((await running).code, 130)
    assert.equal(await client.dbSize(), 0)
  })
})
