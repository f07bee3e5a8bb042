// @ts-check
// What the command line says about its arguments, and how it ends.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { cli, ended, printed, startProgram } from '../support/cli.mjs'
import { listening } from '../support/listening.mjs'
import { started } from '../support/redis.mjs'
import { unusedPort } from '../support/unused-port.mjs'

const require = createRequire(import.meta.url)
const { COMMANDS } = require('../../lib/cli/commands.js')
const { version } = require('../../package.json')

const folder = mkdtempSync(join(tmpdir(), 'cli-'))
after(() => rmSync(folder, { recursive: true }))

/** @param {string} name @param {string} text */
function file(name, text) {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('help', () => {
  it('names all commands', async () => {
    const help = await printed(['--help'])
    for (const name of Object.keys(COMMANDS)) assert.match(help, new RegExp(`^  ${name} +[A-Z]`, 'm'))
  })

  for (const [name, { load }] of Object.entries(COMMANDS)) {
    it(`of ${name} has its options, and examples that can be parsed`, async () => {
      const help = await printed([name, '--help'])
      assert.equal(await printed(['help', name]), help)
      const command = load()
      for (const option of Object.keys(command.options)) assert.ok(help.includes(`--${option}`), option)
      for (const example of command.examples) {
        assert.ok(help.includes(`redis-state-adapter ${example}`))
        assert.ok(example.startsWith(name), example)
      }
    })
  }

  it('is as wide as a page at most', async () => {
    for (const name of Object.keys(COMMANDS)) {
      const wide = (await printed([name, '--help'])).split('\n').filter((line) => line.length > 120)
      assert.deepEqual(wide, [])
    }
  })

  it('has the version', async () => {
    assert.equal(await printed(['--version']), `${version}\n`)
    assert.equal(await printed(['ls', '--version']), `${version}\n`)
  })
})

describe('mistakes in the arguments', () => {
  /** @type {[argv: string[], message: RegExp][]} */
  const mistakes = [
    [[], /the command is missing\. There are doctor, ls, get/],
    [['gett'], /unknown command "gett"\. Did you mean get\?/],
    [['destroy'], /unknown command "destroy"\. There are doctor, ls/],
    [['ls', '--limt', '3'], /unknown option --limt\. Did you mean --limit\?/],
    [['ls', '-x'], /unknown option -x\. Add --help/],
    [['ls', '--limit'], /--limit needs a value: --limit <n>/],
    [['ls', '--limit', '--json'], /--limit needs a value/],
    [['ls', '--limit', '1.5'], /--limit: expected a whole number of at least 1, got "1\.5"/],
    [['ls', '--limit=-1'], /--limit: expected a whole number/],
    [['ls', '--json=yes'], /--json takes no value/],
    [['get'], /the trace id is missing/],
    [['get', 'order-1'], /the key is missing/],
    [['get', 'order-1', 'a', 'b'], /unexpected argument "b"/],
    [['ls', '--timeout', '5'], /--timeout: the string "5" has no unit: write '5s' or '5ms'/],
    [['ls', '--store', 'a'], /--store needs --config/],
    [['ls', '--store', 'a', '--config', 'b', '--url', 'memory:'], /--url cannot be combined with --store/],
    [['query', '--filter', '{EQ'], /--filter: expected JSON/],
    [
      ['set', 'a', 'b', 'paid', '--url', 'memory:'],
      /the value is not JSON\. Quote a text twice \('"paid"'\), or add --string/,
    ],
    [['set', 'a', 'b', '1', '--ttl', '1.5'], /--ttl: .*has no unit/],
    [['rm', 'a', '--url', 'memory:'], /the keys are missing\. For all entries of the trace add --all/],
    [['rm', 'a', 'b', '--all', '--url', 'memory:'], /keys cannot be combined with --all/],
  ]

  for (const [argv, message] of mistakes) {
    it(`exits with 2: ${argv.join(' ') || 'none'}`, async () => {
      const { code, stdout, stderr } = await cli(argv)
      assert.match(stderr, message)
      assert.deepEqual([code, stdout], [2, ''])
    })
  }

  it('are JSON with --json', async () => {
    const { code, stderr } = await cli(['ls', '--limt', '--json'])
    assert.equal(code, 2)
    const { error } = JSON.parse(stderr)
    assert.equal(error.code, 'ERR_USAGE')
    assert.match(error.message, /^unknown option --limt/)
  })

  it('never show credentials of a url that is at the wrong place', async () => {
    for (const argv of [['redis://eve:se@cret@host'], ['ls', 'a', 'redis://eve:se@cret@host']]) {
      const { stderr } = await cli(argv)
      assert.ok(!/eve|se@|cret/.test(stderr), stderr)
      assert.match(stderr, /redis:\/\/\*\*\*@host/)
    }
  })

  it('of a file with options never show its text', async () => {
    const path = file('broken.json', '{"password":"hidden"')
    const { code, stderr } = await cli(['ls', '--options', path, '--json'])
    assert.deepEqual([code, stderr.includes('hidden'), stderr.includes('is not JSON')], [2, false, true])
    assert.equal((await cli(['ls', '--options', file('list.json', '[]')])).code, 2)
  })

  it('takes negative numbers and what follows -- as values', async () => {
    const env = { REDIS_URL: `memory:${randomUUID()}` }
    assert.equal(await printed(['set', 'a', 'b', '-5'], { env }), 'written\n')
    assert.equal(await printed(['set', 'a', 'b', '--string', '--', '--json'], { env }), 'written\n')
  })
})

describe('the connection', () => {
  it('is that of --url, of --options, of the environment and of --config', async (t) => {
    const server = await started(t)
    const { url } = server
    await printed(['set', 'a', 'b', '1'], { env: { REDIS_URL: url } })
    const options = file('options.json', JSON.stringify({ url }))
    const config = file('stores.json', JSON.stringify({ stores: { main: { url, keyPrefix: 'motia:state:' } } }))
    for (const from of [
      ['--url', url],
      ['--options', options],
      ['--config', config],
      ['--config', config, '--store', 'main'],
    ]) {
      // A variable names another server.
      assert.equal(await printed([...from, 'get', 'a', 'b'], { env: { REDIS_URL: 'redis://localhost:1' } }), '1\n')
    }
    assert.equal((await cli(['get', 'a', 'b', '--url', url, '--prefix', 'other:'])).code, 3)
    const client = await server.client()
    assert.equal(await client.get('motia:state:a:b'), '1')
  })

  it('to a server that is silent can be interrupted', async (t) => {
    const silent = createServer()
    const port = await listening(t, silent)
    for (const command of ['ls', 'doctor']) {
      const interrupted = new AbortController()
      silent.once('connection', (socket) => {
        t.after(() => socket.destroy())
        interrupted.abort()
      })
      const start = performance.now()
      const { signal } = interrupted
      const { code, stdout, stderr } = await cli([command, '--url', `redis://127.0.0.1:${port}`], { signal })
      assert.deepEqual([code, stdout, stderr], [130, '', ''])
      // It would wait for five seconds.
      assert.ok(performance.now() - start < 4000)
    }
  })

  it('of options that are wrong is a failure that names the option', async () => {
    const config = file('one.json', JSON.stringify({ stores: { a: { url: 'memory:' } } }))
    /** @type {[argv: string[], code: number, message: RegExp][]} */
    const wrong = [
      [['--url', 'http://host'], 1, /url: expected redis:\/\/.*memory:/],
      [
        ['--options', file('unknown.json', '{"keyPrefx":"a"}')],
        1,
        /keyPrefx: unknown option\. Did you mean keyPrefix\?/,
      ],
      [['--options', folder], 2, /--options .*: the file cannot be read \(EISDIR\)\.\n$/],
      [['--config', config, '--store', 'b'], 1, /there is no store or role "b": the stores are a/],
    ]
    for (const [argv, exitCode, message] of wrong) {
      const { code, stderr } = await cli(['ls', ...argv])
      assert.equal(code, exitCode)
      assert.match(stderr, message)
      const doctor = await cli(['doctor', ...argv])
      assert.equal(doctor.code, exitCode)
      assert.match(doctor.stdout + doctor.stderr, message)
      if (exitCode === 1) assert.match(doctor.stdout, /^problem +options .*\n +-> Correct it: docs\/options\.md/)
    }
  })

  it('of several stores needs a name', async () => {
    const config = file('two.json', JSON.stringify({ stores: { a: { url: 'memory:' }, b: { url: 'memory:' } } }))
    const { code, stderr } = await cli(['ls', '--config', config])
    assert.equal(code, 2)
    assert.match(stderr, /has 2 stores\. Name one with --store: a, b\./)
  })

  it('that is refused is a failure at once, with its code and remedy', async () => {
    const port = await unusedPort()
    const { code, stderr } = await cli(['ls', '--url', `redis://ada:secret@localhost:${port}`])
    assert.equal(code, 1)
    assert.match(stderr, /connection refused\. Is the server running\? \(ERR_CONNECTION\)\n$/)
    assert.ok(!stderr.includes('secret'))
  })

  it('that is refused is JSON with --json', async (t) => {
    const { port } = await started(t, ['--requirepass', 'word'])
    const { code, stdout, stderr } = await cli(['ls', '--url', `redis://:wrong@localhost:${port}`, '--json'])
    assert.deepEqual([code, stdout], [1, ''])
    assert.equal(JSON.parse(stderr).error.code, 'ERR_AUTH')
    const env = { REDIS_PASSWORD: 'word' }
    assert.equal(await printed(['ls', '--url', `redis://localhost:${port}`], { env }), '')
  })

  it('to a cluster needs --cluster only', async (t) => {
    const { startedCluster } = await import('../support/cluster.mjs')
    const cluster = await startedCluster(t)
    const url = `redis://127.0.0.1:${cluster.nodes[0].server.port}`
    assert.match((await cli(['ls', '--url', url])).stderr, /cluster/)
    for (const key of ['a', 'b', 'c']) await printed(['set', 't', key, '1', '--url', url, '--cluster'])
    assert.equal(await printed(['ls', 't', '--url', url, '--cluster']), 'a\nb\nc\n')
  })
})

describe('the program', () => {
  it('runs, and loads nothing of the command line with the package', async () => {
    assert.deepEqual(await ended(startProgram(['--version'])), {
      ...{ code: 0, signal: null, stdout: `${version}\n`, stderr: '' },
    })
    const { stdout } = await ended(startProgram(['ls'], { REDIS_URL: 'memory:' }))
    assert.equal(stdout, '')
    const loaded = `require(${JSON.stringify(require.resolve('../../index.js'))})
      console.log(Object.keys(require.cache).filter((file) => file.includes('/lib/cli/')).length)`
    const { spawnSync } = await import('node:child_process')
    assert.equal(String(spawnSync(process.execPath, ['-e', loaded]).stdout), '0\n')
    assert.match(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'), /"redis-state-adapter": "bin\//)
  })

  it('ends quietly, with 141, when the reader has gone', async (t) => {
    const { url, client } = await withEntries(t, 20_000)
    const child = startProgram(['ls', 'many', '--url', url])
    child.stdout.once('data', () => child.stdout.destroy())
    const { code, stderr } = await ended(child)
    assert.deepEqual([code, stderr], [141, ''])
    assert.equal(await client.dbSize(), 20_000)
  })

  it('ends with 0 when a watch is interrupted, and prints a line for each change before', async (t) => {
    const { url, client } = await withEntries(t, 1)
    const child = startProgram(['watch', '--configure', '--values', '--url', url])
    child.stderr.setEncoding('utf8')
    child.stderr.once('data', async () => {
      await client.set('motia:state:order-1:status', '"paid"')
      child.stdout.once('data', () => child.kill('SIGINT'))
    })
    const { code, stdout } = await ended(child)
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(stdout), { type: 'created', traceId: 'order-1', key: 'status', value: 'paid' })
  })
})

/** @param {import('node:test').TestContext} t @param {number} count */
async function withEntries(t, count) {
  const server = await started(t)
  const client = await server.client()
  const pairs = Array.from({ length: count }, (_, index) => [`motia:state:many:a-key-${index}`, '1'])
  await client.mSet(/** @type {[string, string][]} */ (pairs))
  return { url: server.url, client }
}
