// @ts-check
// `import`: all entries, also after the process was killed in the middle.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { cli, ended, printed, printedJson, startProgram } from '../support/cli.mjs'
import { folderOfFile, serverOfFile } from '../support/servers-of-file.mjs'
import { COUNT, storeMany } from '../support/stored-entries.mjs'
import { until } from '../support/until.mjs'

const { client, env } = await serverOfFile()
const path = folderOfFile()

/** All keys with their texts. */
async function stored() {
  const keys = (await client.keys('*')).sort()
  const texts = await client.mGet(keys)
  return keys.map((key, index) => [key, texts[index]])
}

describe('import', () => {
  it('writes what export has written', async () => {
    await storeMany(client)
    await client.pExpire('motia:state:t1:k1', 90_500)
    const before = await stored()
    const text = await printed(['export'], { env })
    await client.flushAll()
    assert.equal(await printed(['import'], { env, stdin: text }), `${COUNT} imported\n`)
    assert.deepEqual(await stored(), before)
    const left = await client.pTTL('motia:state:t1:k1')
    assert.ok(left > 80_000 && left <= 91_000, String(left))
    assert.equal(await client.pTTL('motia:state:t2:k2'), -1)
  })

  it('replaces entries and their expiry, unless --if-absent', async () => {
    await client.set('motia:state:a:1', '"old"', { EX: 100 })
    const stdin = '{"traceId":"a","key":"1","value":"new"}\n\n{"traceId":"a","key":"2","value":2,"ttl":-1}'
    const kept = await printed(['import', '--if-absent', '--json'], { env, stdin })
    assert.deepEqual(JSON.parse(kept), { imported: 1, kept: 1, before: 0 })
    assert.equal(await client.get('motia:state:a:1'), '"old"')
    // The ttl of the environment is for entries that a program writes.
    assert.equal(await printed(['import'], { env: { ...env, STATE_TTL: '60' }, stdin }), '2 imported\n')
    assert.equal(await client.get('motia:state:a:1'), '"new"')
    assert.equal(await client.ttl('motia:state:a:1'), -1)
  })

  it('names a malformed line, after it has imported those before', async () => {
    /** @type {[line: string, why: RegExp][]} */
    const malformed = [
      ['{"traceId"', /line 2: it is not JSON/],
      ['[]', /line 2: expected an object, got an array/],
      ['{"traceId":"a","key":"2"}', /line 2: value is missing/],
      ['{"traceId":1,"key":"2","value":1}', /line 2: traceId: expected a string, got/],
      ['{"traceId":"a","value":1}', /line 2: key: expected a string, got undefined/],
      ['{"traceId":"a","key":"2","value":1,"ttl":0}', /line 2: ttl: expected seconds, or -1 for none/],
      ['{"traceId":"a","key":"2","value":1,"expires":0}', /line 2: "expires" is unknown/],
      ['{"traceId":"a","key":"2","value":1,"ttl":1e300}', /line 2: ttl: expected at most 4294967295 seconds/],
      [
        '{"traceId":"a\\ud800","key":"2","value":1}',
        /line 2: traceId: contains a lone surrogate\. The lines before it/,
      ],
      ['{"traceId":"a","key":"\\ud800","value":1}', /line 2: key: contains a lone surrogate/],
      [
        '{"traceId":"__state__","key":"2","value":1}',
        /line 2: without a keyPrefix, the trace id __state__ is reserved/,
      ],
    ]
    for (const [line, why] of malformed) {
      await client.flushAll()
      const stdin = `{"traceId":"a","key":"1","value":1}\n${line}\n{"traceId":"a","key":"3","value":1}\n`
      const argv = ['import', '--prefix', '']
      const checked = await cli([...argv, '--dry-run'], { env, stdin })
      const { code, stderr } = await cli(argv, { env, stdin })
      assert.deepEqual([checked.code, code], [1, 1])
      assert.match(stderr, why)
      assert.match(stderr, /\. The lines before it are imported\. Correct it, and import the input again\. \(/)
      assert.equal(checked.stderr, stderr.replace(/The lines.*again\./, 'Correct it. Nothing was written.'))
      assert.deepEqual(await client.keys('*'), ['a:1'])
    }
  })

  it('continues behind a line that was corrected', async () => {
    const file = path('corrected.ndjson')
    const lines = ['{"traceId":"a","key":"1","value":1}', 'wrong', '{"traceId":"a","key":"3","value":3}']
    writeFileSync(file, lines.join('\n'))
    const failed = await cli(['import', file], { env })
    assert.equal(failed.code, 1)
    assert.match(failed.stderr, /Correct it, and continue with --resume\./)
    await client.set('motia:state:a:1', '"written since"')
    writeFileSync(file, lines.join('\n').replace('wrong', '{"traceId":"a","key":"2","value":2}'))
    const report = await printed(['import', file, '--resume', '--json'], { env })
    assert.deepEqual(JSON.parse(report), { imported: 2, kept: 0, before: 1 })
    assert.equal(await client.get('motia:state:a:1'), '"written since"')
    assert.equal(existsSync(`${file}.checkpoint`), false)
  })

  it('checks all lines, and writes nothing, with --dry-run', async () => {
    const stdin = '{"traceId":"a","key":"1","value":1}\n'
    assert.equal(await printed(['import', '--dry-run'], { env, stdin }), '1 checked\n')
    const { code, stderr } = await cli(['import', '--dry-run'], { env, stdin: `${stdin}x` })
    assert.equal(code, 1)
    assert.match(stderr, /line 2: it is not JSON\. Correct it\. Nothing was written\. \(/)
    assert.equal(await client.dbSize(), 0)
  })

  it('continues after it was killed, and has all entries at the end', async () => {
    await storeMany(client)
    const before = await stored()
    const file = path('import.ndjson')
    await printed(['export', '--out', file], { env })
    await client.flushAll()
    const child = startProgram(['import', file], env)
    const end = ended(child)
    await until(() => existsSync(`${file}.checkpoint`))
    child.kill('SIGKILL')
    assert.equal((await end).signal, 'SIGKILL')
    assert.notEqual(await client.dbSize(), COUNT)
    const report = await printedJson(['import', file, '--resume'], { env })
    assert.ok(report.before > 0)
    assert.equal(report.before + report.imported, COUNT)
    assert.deepEqual(await stored(), before)
  })

  it('can be interrupted, with 130, and continued', async () => {
    const file = path('interrupted.ndjson')
    const lines = Array.from({ length: COUNT }, (_, index) => `{"traceId":"a","key":"${index}","value":${index}}\n`)
    writeFileSync(file, lines.join(''))
    const child = startProgram(['import', file], env)
    const end = ended(child)
    await until(() => existsSync(`${file}.checkpoint`))
    child.kill('SIGINT')
    const { code, stderr } = await end
    assert.deepEqual([code, stderr], [130, ''])
    assert.notEqual(await client.dbSize(), COUNT)
    await printed(['import', file, '--resume'], { env })
    assert.equal(await client.dbSize(), COUNT)
  })

  it('reads a pipe that has the name of a file', async () => {
    const pipe = path('pipe')
    execFileSync('mkfifo', [pipe])
    const writing = writeFile(pipe, '{"traceId":"a","key":"1","value":1}\n')
    assert.equal(await printed(['import', pipe], { env }), '1 imported\n')
    await writing
    const { code, stderr } = await cli(['import', pipe, '--resume'], { env })
    assert.deepEqual([code, stderr], [2, 'redis-state-adapter: --resume of stdin or a pipe needs --checkpoint.\n'])
    assert.match((await cli(['import', path('.')], { env })).stderr, /is a folder\. Name a file\.\n$/)
  })

  it('refuses a checkpoint of another file', async () => {
    const file = path('short.ndjson')
    writeFileSync(file, '{"traceId":"a","key":"1","value":1}\n')
    writeFileSync(`${file}.checkpoint`, '{"bytes":9999,"lines":9}')
    assert.match((await cli(['import', file, '--resume'], { env })).stderr, /is shorter than its checkpoint says/)
    writeFileSync(`${file}.checkpoint`, 'x')
    assert.match((await cli(['import', file, '--resume'], { env })).stderr, /is no checkpoint of an import/)
    assert.equal((await cli(['import', '--resume'], { env })).code, 2)
    assert.equal((await cli(['import', path('none.ndjson')], { env })).code, 1)
  })
})
