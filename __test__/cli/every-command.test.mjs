// @ts-check
// What all commands have in common: the output, --json, errors, a server that is not there, and readers that have gone.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, beforeEach, describe, it } from 'node:test'
import { cli, withoutReader } from '../support/cli.mjs'
import { startRedis } from '../support/redis.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { ROWS } from './every-command.mjs'

/** @import { Row } from './every-command.mjs' */

/** @type {typeof import('../../lib/cli/commands.js')} */
const { COMMANDS } = createRequire(import.meta.url)('../../lib/cli/commands.js')
const DOCUMENT = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
const ESCAPE = '\u001b'
const STACK = /^ +at /m

/** @type {import('../support/redis.mjs').RedisServer} */
let server
/** @type {import('../support/redis.mjs').Client} */
let client
/** @type {string} */
let unreachable

before(async () => {
  server = await startRedis(['--notify-keyspace-events', 'Kg$xe'])
  client = await server.client()
  unreachable = `redis://127.0.0.1:${await unusedPort()}`
})
after(() => server.stop())
beforeEach(async () => {
  await client.flushAll()
  await client.set('motia:state:a:1', '1')
})

/** Runs a command that succeeds. @param {Row} row @param {string[]} [more] @param {import('../support/cli.mjs').Surroundings} [surroundings] */
function succeeding({ argv, stdin, onOutput }, more = [], surroundings = {}) {
  const interrupted = new AbortController()
  const onText = once(() => onOutput?.({ client, interrupt: () => interrupted.abort() }))
  const env = { REDIS_URL: server.url, ...surroundings.env }
  const more_ = { ...surroundings, env, stdin, signal: interrupted.signal, onStdout: onText, onStderr: onText }
  return cli([...argv, ...more], more_)
}

/** @param {() => unknown} run */
function once(run) {
  let isDone = false
  return () => {
    if (!isDone) run()
    isDone = true
  }
}

/** The result with `--json`: an object, an element of an array, or a line. @param {string} stdout @param {Row} row */
function resultOf(stdout, { json }) {
  const lines = stdout.trimEnd().split('\n')
  if (json !== 'lines') assert.equal(lines.length, 1)
  const [first] = lines.map((line) => JSON.parse(line))
  return Array.isArray(first) ? first[0] : first
}

/** The fields that the document names for a command. @param {string} name */
function documented(name) {
  const [, fields = ''] = new RegExp(`^\\| \`${name}\` \\| (\`[^|]*)\\|[^|]*\\|$`, 'm').exec(JSON_TABLE) ?? []
  return [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field)
}
const JSON_TABLE = DOCUMENT.slice(DOCUMENT.indexOf('### Results as JSON'))

it('each command has a row', () => {
  assert.deepEqual(Object.keys(ROWS).sort(), Object.keys(COMMANDS).sort())
})

for (const [name, row] of Object.entries(ROWS)) {
  const { fields, notes = /^$/, wrong, wrongStdin, failure } = row

  describe(name, () => {
    it('prints its result to stdout, and in colours only on a terminal without NO_COLOR', async () => {
      const { code, stdout, stderr } = await succeeding(row)
      assert.deepEqual([code, stderr.replace(notes, '')], [0, ''])
      assert.ok(stdout.endsWith('\n') && !stdout.includes(ESCAPE), stdout)
      await client.set('motia:state:a:1', '1')
      const onTerminal = await succeeding(row, [], { isTTY: row.stdin === undefined, env: { NO_COLOR: '1' } })
      assert.deepEqual([onTerminal.code, onTerminal.stdout.includes(ESCAPE)], [0, false])
    })

    it('has the documented fields with --json', async () => {
      const { code, stdout, stderr } = await succeeding(row, ['--json'])
      assert.deepEqual([code, stderr.replace(notes, '')], [0, ''])
      assert.deepEqual(Object.keys(resultOf(stdout, row)), fields)
      const missing = fields.filter((field) => !documented(name).includes(field))
      assert.deepEqual(missing, [], 'docs/cli.md, Results as JSON')
    })

    it('fails with a message and a code, and with JSON if that is wanted', async () => {
      await client.set('motia:state:a:corrupt', 'no json')
      const surroundings = { env: { REDIS_URL: server.url }, stdin: wrongStdin }
      const [exitCode, errorCode] = failure
      const text = await cli(wrong, surroundings)
      assert.deepEqual([text.code, text.stdout], [exitCode, ''])
      assert.match(text.stderr, /^redis-state-adapter: .+\n$/)
      const json = await cli([...wrong, '--json'], surroundings)
      assert.deepEqual([json.code, json.stdout], [exitCode, ''])
      const { error } = JSON.parse(json.stderr)
      assert.equal(error.code, errorCode)
      assert.ok(text.stderr.startsWith(`redis-state-adapter: ${error.message}`), text.stderr)
    })

    it('rejects an option that is unknown', async () => {
      const { code, stdout, stderr } = await cli([name, '--jsn'])
      assert.deepEqual([code, stdout], [2, ''])
      assert.equal(stderr, 'redis-state-adapter: unknown option --jsn. Did you mean --json?\n')
    })

    it('fails at once if the server is not there', async () => {
      const { argv, stdin, explainsConnections } = row
      const { code, stdout, stderr } = await cli([...argv, '--json', '--url', unreachable], { stdin })
      assert.equal(code, 1)
      if (explainsConnections) return assert.match(stdout, /"check":"connection","level":"problem"/)
      assert.equal(stdout, '')
      assert.equal(JSON.parse(stderr).error.code, 'ERR_CONNECTION')
    })

    it('ends quietly when it is interrupted', async () => {
      const { argv, stdin, interrupted = 130 } = row
      const surroundings = { env: { REDIS_URL: server.url }, stdin, signal: AbortSignal.abort() }
      const { code, stderr } = await cli([...argv, '--json'], surroundings)
      assert.deepEqual([code, stderr.replace(notes, '')], [interrupted, ''])
    })

    it('ends quietly, with 141, when the reader has gone', async () => {
      const { argv, stdin, onOutput } = row
      const surroundings = {
        env: { REDIS_URL: server.url },
        stdin,
        onStderr: once(() => onOutput?.({ client, interrupt() {} })),
      }
      const { code, stderr } = await withoutReader(argv, surroundings)
      assert.deepEqual([code, stderr.replace(notes, '')], [141, ''])
    })

    it('fails with the reason when stdout takes no more', async () => {
      const { argv, stdin, onOutput } = row
      const surroundings = {
        env: { REDIS_URL: server.url },
        stdin,
        onStderr: once(() => onOutput?.({ client, interrupt() {} })),
      }
      const { code, stderr } = await withoutReader(argv, surroundings, 'ENOSPC')
      assert.equal(code, 1)
      assert.match(stderr, /^redis-state-adapter: write ENOSPC \(ENOSPC\)$/m)
      assert.doesNotMatch(stderr, STACK)
    })
  })
}
