// @ts-check
// `export`: all entries, also after the process was killed in the middle.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { cli, ended, printed, printedJson, startProgram } from '../support/cli.mjs'
import { folderOfFile, serverOfFile } from '../support/servers-of-file.mjs'
import { COUNT, storeMany } from '../support/stored-entries.mjs'
import { until } from '../support/until.mjs'

const { client, env } = await serverOfFile()
const path = folderOfFile()

/** @param {string} text @returns {any[]} */
function parsed(text) {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

describe('export', () => {
  it('writes entries as lines, sorted, with the time to live', async () => {
    await client.set('motia:state:b:1', '{"n":[1,null]}')
    await client.set('motia:state:a:2', '"ž👩‍👩‍👧"')
    await client.set('motia:state:a:1:x', 'null', { PX: 90_500 })
    await client.set('other:a:3', '1')
    const { code, stdout, stderr } = await cli(['export'], { env })
    assert.deepEqual([code, stderr], [0, '3 exported\n'])
    const [first, ...others] = parsed(stdout)
    assert.ok(first.ttl > 80 && first.ttl <= 90.5)
    assert.deepEqual(first, { traceId: 'a', key: '1:x', value: null, ttl: first.ttl })
    assert.deepEqual(others, [
      { traceId: 'a', key: '2', value: 'ž👩‍👩‍👧', ttl: -1 },
      { traceId: 'b', key: '1', value: { n: [1, null] }, ttl: -1 },
    ])
    assert.deepEqual(parsed(await printed(['export', 'b'], { env })), others.slice(1))
  })

  it('replaces no file without --force, and reports as JSON', async () => {
    await client.set('motia:state:a:1', '1')
    writeFileSync(path('there'), 'notes\n')
    const refused = await cli(['export', '--out', path('there')], { env })
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /exists\. Continue it with --resume, or replace it with --force\./)
    assert.match((await cli(['export', '--out', path('there'), '--resume'], { env })).stderr, /is no export/)
    assert.equal(readFileSync(path('there'), 'utf8'), 'notes\n')
    const report = await printed(['export', '--out', path('there'), '--force', '--json'], { env })
    assert.deepEqual(JSON.parse(report), { exported: 1, before: 0, skipped: 0 })
    assert.equal(parsed(readFileSync(path('there'), 'utf8')).length, 1)
    assert.equal((await cli(['export', '--resume'], { env })).code, 2)
    const device = await cli(['export', '--out', '/dev/null', '--force'], { env })
    assert.equal(device.code, 2)
    assert.match(device.stderr, /--out: \/dev\/null is no regular file\. Omit --out/)
  })

  it('skips what is no entry, names it, and exits with 1', async () => {
    await client.mSet({ 'motia:state:a:1': '1', 'motia:state:a:2': 'no json', 'motia:state:a:3': '3' })
    const { code, stdout, stderr } = await cli(['export'], { env })
    assert.deepEqual([code, parsed(stdout).map(({ key }) => key)], [1, ['1', '3']])
    assert.match(stderr, /^skipped: .*"a", "2".*is not JSON/)
    assert.match(stderr, /2 exported, 1 skipped\n$/)
    assert.ok(!stderr.includes('no json'))
  })

  it('names at most ten entries that it skips, and counts the others', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `motia:state:a:${index}`)
    await client.mSet(Object.fromEntries(keys.map((key) => [key, 'no json'])))
    const { stderr } = await cli(['export'], { env })
    assert.equal(stderr.match(/^skipped: /gm)?.length, 10)
    assert.match(stderr, /0 exported, 12 skipped\n$/)
  })

  it('shows on a terminal how far it is', async () => {
    await client.set('motia:state:a:1', '1')
    const { stderr } = await cli(['export', '--out', path('shown')], { env, isTTY: true })
    assert.ok(stderr.includes('export [########################] 100% 1, '), stderr)
    assert.ok(!(await cli(['export'], { env, isTTY: true })).stderr.includes('%'))
  })

  it('continues after it was killed, and is equal to one that was not', async () => {
    await storeMany(client)
    const file = path('killed.ndjson')
    const child = startProgram(['export', '--out', file], env)
    const end = ended(child)
    await until(() => existsSync(file) && statSync(file).size > 50_000)
    child.kill('SIGKILL')
    assert.equal((await end).signal, 'SIGKILL')
    // As if the process had ended within a line.
    writeFileSync(file, readFileSync(file).subarray(0, -7))
    const report = await printedJson(['export', '--out', file, '--resume'], { env })
    assert.ok(report.before > 0 && report.exported > 0, JSON.stringify(report))
    assert.equal(report.before + report.exported, COUNT)
    assert.ok(readFileSync(file, 'utf8') === (await printed(['export'], { env })))
  })

  it('ends quietly when the reader has gone', async () => {
    await storeMany(client)
    const child = startProgram(['export'], env)
    child.stdout.once('data', () => child.stdout.destroy())
    const { code, stderr } = await ended(child)
    assert.deepEqual([code, stderr], [141, ''])
  })
})
