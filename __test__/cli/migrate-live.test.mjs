// @ts-check
// `migrate` while the source is written, after the process was killed, and when it is interrupted.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { beforeEach, describe, it } from 'node:test'
import { cli, ended, printed, printedJson, startProgram } from '../support/cli.mjs'
import { folderOfFile, serversOfFile } from '../support/servers-of-file.mjs'
import { storeMany } from '../support/stored-entries.mjs'
import { until } from '../support/until.mjs'

const COUNT = 6000

const { servers, clients, env } = await serversOfFile(2)
const path = folderOfFile()

beforeEach(async () => {
  await clients[0].configSet('notify-keyspace-events', '')
})

/** @param {import('../support/redis.mjs').Client} client */
async function stored(client) {
  const keys = (await client.keys('*')).sort()
  return keys.length === 0 ? [] : [keys, await client.mGet(keys)]
}

/**
 * Runs a migration in this process, and something else when it first writes to the target.
 *
 * @param {string[]} argv
 * @param {() => Promise<unknown>} act
 * @param {AbortSignal} [signal]
 */
async function during(argv, act, signal) {
  const before = await clients[1].dbSize()
  const running = cli(['migrate', '--to-url', servers[1].url, ...argv], { env, signal })
  await until(async () => (await clients[1].dbSize()) > before)
  await act()
  return running
}

describe('migrate', () => {
  it('continues after it was killed, and the target is equal to the source', async () => {
    await storeMany(clients[0], COUNT)
    const argv = ['migrate', '--to-url', servers[1].url, '--checkpoint', path('killed')]
    for (let kill = 0; kill < 2; kill += 1) {
      const child = startProgram([...argv, ...(kill > 0 ? ['--resume'] : [])], env)
      const end = ended(child)
      const before = await clients[1].dbSize()
      const wanted = before + 1 + Math.random() * 1500
      await until(async () => (await clients[1].dbSize()) >= wanted)
      child.kill('SIGKILL')
      assert.equal((await end).signal, 'SIGKILL')
      // Copied before, and deleted while nothing runs: the target must not keep it.
      await clients[0].del(`motia:state:t${kill}:k${kill}`)
    }
    const report = await printedJson([...argv, '--resume'], { env })
    assert.ok(report.before + report.equal > 0 && report.copied > 0, JSON.stringify(report))
    assert.deepEqual(await stored(clients[1]), await stored(clients[0]))
    assert.deepEqual([report.compared, report.different, report.extra], [COUNT - 2, 0, 0])
    assert.ok(!existsSync(path('killed')) && !existsSync(path('killed.journal')))
  })

  it('leaves no temporary file when it is killed', { skip: process.platform === 'win32' }, async () => {
    await storeMany(clients[0], COUNT)
    const temporary = mkdtempSync(path('tmp-'))
    const child = startProgram(['migrate', '--to-url', servers[1].url], { ...env, TMPDIR: temporary })
    const end = ended(child)
    await until(async () => (await clients[1].dbSize()) > 0)
    child.kill('SIGKILL')
    assert.equal((await end).signal, 'SIGKILL')
    assert.deepEqual(readdirSync(temporary), [])
  })

  for (const flags of ['', 'KA']) {
    it(`copies again what is written meanwhile, with notifications "${flags}"`, async () => {
      await storeMany(clients[0], COUNT)
      await clients[0].configSet('notify-keyspace-events', flags)
      // It was there before, so that it stays although the source deletes it.
      await clients[1].set('motia:state:t1:k1', '"mine"')
      const argv = ['--json', '--checkpoint', path('live')]
      const { code, stdout, stderr } = await during(argv, async () => {
        await clients[0].mSet({ 'motia:state:t0:k0': '"changed"', 'motia:state:a:new': '1' })
        await clients[0].del(['motia:state:t2:k2', 'motia:state:t1:k1'])
        await clients[0].expire('motia:state:t3:k3', 1000)
      })
      const report = JSON.parse(stdout)
      assert.deepEqual([code, report.different, report.differences], [0, 0, []], stderr)
      if (flags) assert.ok(report.changes >= 4, stdout)
      else
        assert.match(stderr, /^Changes of the source are found by the comparison only: the server does not announce/m)
      const [keys, texts] = await stored(clients[1])
      const [sourceKeys, sourceTexts] = await stored(clients[0])
      const mine = keys.indexOf('motia:state:t1:k1')
      const isKept = mine !== -1
      assert.equal(report.extra, isKept ? 1 : 0)
      if (isKept) for (const list of [keys, texts]) list.splice(mine, 1)
      assert.deepEqual([keys, texts], [sourceKeys, sourceTexts])
      assert.ok((await clients[1].ttl('motia:state:t3:k3')) > 900)
    })
  }

  it('names what differs still when the passes are used up, and exits with 1', async () => {
    await storeMany(clients[0], COUNT)
    const { code, stdout, stderr } = await during(['--passes', '1', '--checkpoint', path('left')], () =>
      clients[0].mSet({ 'motia:state:t0:k0': '"changed"', 'motia:state:zz:new': '1' }),
    )
    assert.equal(code, 1, stdout)
    assert.match(stderr, /differs: "t0", "k0": changed at the source since it was copied/)
    assert.match(stderr, /differs: "zz", "new": missing at the target/)
    assert.match(stderr, /Stop what writes to the source, and repeat the command with --resume/)
    assert.ok(existsSync(path('left')))
    const argv = ['migrate', '--to-url', servers[1].url, '--checkpoint', path('left'), '--resume', '--json']
    const again = JSON.parse(await printed(argv, { env }))
    assert.equal(again.copied + again.overwritten + again.recopied, 2)
    assert.deepEqual(await stored(clients[1]), await stored(clients[0]))
  })

  it('does not advise a repetition with --if-absent if it would keep what differs', async () => {
    await storeMany(clients[0], COUNT)
    const { code, stderr } = await during(['--passes', '1', '--if-absent'], () =>
      clients[0].set('motia:state:zz:new', '1'),
    )
    assert.equal(code, 1)
    assert.match(stderr, /differs: "zz", "new": missing.*\nStop what writes .* repeat the command without --if-absent/)
  })

  it('removes what the source deleted, but not what another client wrote at the target since', async () => {
    await storeMany(clients[0], COUNT)
    const stop = new AbortController()
    await during(['--checkpoint', path('deleted')], async () => stop.abort(), stop.signal)
    const [gone, theirs, used] = await clients[1].keys('*')
    await clients[0].del([gone, theirs, used])
    await clients[1].set(theirs, '"theirs"')
    await clients[1].expire(used, 1000)
    const argv = ['migrate', '--to-url', servers[1].url, '--checkpoint', path('deleted'), '--resume', '--json']
    const report = JSON.parse(await printed(argv, { env }))
    assert.deepEqual([report.removed, report.extra, report.different], [1, 2, 0])
    assert.deepEqual([await clients[1].exists(gone), await clients[1].get(theirs)], [0, '"theirs"'])
    assert.equal(await clients[1].exists(used), 1)
  })

  it('replaces with --if-absent what the source changed, but not what another client wrote at the target', async () => {
    await storeMany(clients[0], COUNT)
    const stop = new AbortController()
    const argv = ['--if-absent', '--checkpoint', path('absent'), '--json']
    await during(argv, async () => stop.abort(), stop.signal)
    const [mine, theirs, both, used] = await clients[1].keys('*')
    await clients[0].mSet({ [mine]: '"changed"', [both]: '"changed"' })
    await clients[1].mSet({ [theirs]: '"theirs"', [both]: '"theirs"' })
    await clients[1].expire(used, 1000)
    const text = await printed(['migrate', '--to-url', servers[1].url, ...argv, '--resume'], { env })
    const values = await clients[1].mGet([mine, theirs, both])
    assert.deepEqual([JSON.parse(text).different, values], [0, ['"changed"', '"theirs"', '"theirs"']])
    assert.ok((await clients[1].ttl(used)) > 900)
  })

  it('tells an entry that the target lost from one that the source changed', async () => {
    await storeMany(clients[0], COUNT)
    const { code, stderr } = await during(['--passes', '1'], async () => {
      await until(async () => (await clients[1].exists('motia:state:t0:k0')) === 1)
      await clients[1].del('motia:state:t0:k0')
    })
    assert.equal(code, 1)
    assert.match(stderr, /differs: "t0", "k0": copied, and missing at the target/)
  })

  it('leaves a checkpoint that can be continued when it is interrupted', async () => {
    await storeMany(clients[0], COUNT)
    const stop = new AbortController()
    const { code, stdout } = await during(['--checkpoint', path('stopped')], async () => stop.abort(), stop.signal)
    assert.deepEqual([code, stdout], [130, ''])
    const { last } = JSON.parse(readFileSync(path('stopped'), 'utf8'))
    assert.equal(typeof last.key, 'string')
    const argv = ['migrate', '--to-url', servers[1].url, '--checkpoint', path('stopped'), '--resume', '--json']
    const report = JSON.parse(await printed(argv, { env }))
    assert.ok(report.before > 0)
    assert.deepEqual(await stored(clients[1]), await stored(clients[0]))
  })

  it('says with --no-verify that changes may have been missed, and exits with 1', async () => {
    await storeMany(clients[0], COUNT)
    await clients[0].configSet('notify-keyspace-events', 'KA')
    // No entry is copied before the connection is lost.
    await clients[1].sendCommand(['CLIENT', 'PAUSE', '30000', 'WRITE'])
    const argv = ['migrate', '--to-url', servers[1].url, '--no-verify', '--checkpoint', path('missed')]
    const running = cli(argv, { env })
    const subscriber = async () => String(await clients[0].sendCommand(['CLIENT', 'LIST', 'TYPE', 'pubsub']))
    await until(async () => (await subscriber()) !== '')
    const first = await subscriber()
    await clients[0].sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await until(async () => !['', first].includes(await subscriber()))
    await clients[1].sendCommand(['CLIENT', 'UNPAUSE'])
    const { code, stderr } = await running
    assert.equal(code, 1, stderr)
    assert.match(stderr, /^Changes of the source may have been missed, .* without --no-verify\.$/m)
    assert.ok(existsSync(path('missed')))
    await printed(argv.filter((option) => option !== '--no-verify').concat('--resume'), { env })
  })

  it('counts with --no-verify what was skipped before it was continued, and exits with 1', async () => {
    await storeMany(clients[0], COUNT)
    await clients[0].set('motia:state:a:1', 'no json')
    const stop = new AbortController()
    const argv = ['--no-verify', '--checkpoint', path('skipping'), '--json']
    await during(argv, async () => stop.abort(), stop.signal)
    const { code, stdout } = await cli(['migrate', '--to-url', servers[1].url, ...argv, '--resume'], { env })
    const { before, skipped } = JSON.parse(stdout)
    assert.deepEqual([code, before > 0, skipped], [1, true, 1])
  })

  it('says with --no-verify that changes before it was continued may have been missed, and exits with 1', async () => {
    await storeMany(clients[0], COUNT)
    const stop = new AbortController()
    const argv = ['--no-verify', '--checkpoint', path('changed')]
    await during(argv, async () => stop.abort(), stop.signal)
    const [copied] = await clients[1].keys('*')
    await clients[0].set(copied, '"changed"')
    const again = ['migrate', '--to-url', servers[1].url, ...argv, '--resume']
    const { code, stderr } = await cli(again, { env })
    assert.equal(code, 1, stderr)
    assert.match(stderr, /^Changes of the source may have been missed, .* without --no-verify\.$/m)
    await printed(
      again.filter((option) => option !== '--no-verify'),
      { env },
    )
    assert.equal(await clients[1].get(copied), '"changed"')
  })

  it('names what helps if the source reports no changes', async () => {
    const { stderr } = await cli(['migrate', '--to-url', servers[1].url, '--no-verify'], { env })
    const note = stderr.split('\n').find((line) => line.startsWith('Changes')) ?? ''
    assert.match(
      note,
      /^Changes of the source are not found: .* CONFIG SET notify-keyspace-events "Kg\$xe" at the source\./,
    )
    assert.match(note, /\. Without --no-verify, the comparison finds them\.$/)
    assert.ok(!note.includes('configure'), note)
  })

  it('shows on a terminal how far it is', async () => {
    await clients[0].set('motia:state:a:1', '1')
    const { stderr } = await cli(['migrate', '--to-url', servers[1].url], { env, isTTY: true })
    assert.match(stderr, /migrate \[#{24}\] 100% 1, /)
    assert.match(stderr, /compare \[#{24}\] 100% 1, /)
  })
})
