// @ts-check
// Several processes and threads share state and end under load.

import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { actor } from './support/actor.mjs'
import { started, startRedis } from './support/redis.mjs'
import { runFixture } from './support/run-fixture.mjs'
import { UNSETTLED_TOP_LEVEL_AWAIT } from './support/runtime.mjs'
import { unusedPort } from './support/unused-port.mjs'

/** @typedef {import('./support/run-fixture.mjs').Ending} Ending */

const rounds = 5
/** Much longer than a process needs to end on a busy machine, and less than the 10 seconds of `connectTimeout`. */
const soon = 8000
/** Deno does not add the second line. */
const oneWarning = /^\(node:\d+\) RedisStateAdapterWarning: [^\n]*embedded[^\n]*\n(\(Use [^\n]*\n)?$/

// Not in `before`: Node.js 20.3 does not call the hooks of a file.
const server = await startRedis()
after(() => server.stop())

describe('two processes', () => {
  it('share state', async (t) => {
    const [one, two] = [actor(t, server.url), actor(t, server.url)]
    const value = { by: 'one', list: [1, null, 'ü'] }
    await one.ask('set', ['shared', 'key', value])
    assert.deepEqual(await two.ask('get', ['shared', 'key']), [value])
    await two.ask('set', ['shared', 'other', 2])
    assert.deepEqual((await one.ask('keys', ['shared']))[0].sort(), ['key', 'other'])
    await two.ask('clear', ['shared'])
    assert.deepEqual(await one.ask('getGroup', ['shared']), [[]])
  })

  it('race to delete one entry: exactly one call gets the value', async (t) => {
    const actors = [actor(t, server.url), actor(t, server.url)]
    for (let round = 1; round <= 10; round++) {
      // The round trip also ensures that both are connected.
      await actors[round % 2].ask('set', ['race', 'key', { round }])
      assert.deepEqual(await actors[(round + 1) % 2].ask('get', ['race', 'key']), [{ round }])
      const answers = (await Promise.all(actors.map((actor) => actor.ask('delete', ['race', 'key'], 500)))).flat()
      assert.equal(answers.length, 1000)
      assert.deepEqual(
        answers.filter((answer) => answer !== null),
        [{ round }],
      )
    }
  })
})

describe('workers terminated with calls in flight do not harm the process', () => {
  for (const mode of ['with-main', 'without-main']) {
    it(
      mode === 'with-main' ? 'and the adapter of the main thread working' : 'that never loaded the addon itself',
      async () => {
        const ending = await runFixture('terminate-workers.mjs', [server.url, String(server.pid), mode])
        assertClean(ending, { code: 0 })
        assert.equal(ending.lines.length, 20)
      },
    )
  }
})

describe('under load', () => {
  it('process.exit ends the process with its code', async () => {
    for (let round = 0; round < rounds; round++) {
      assertClean(await runFixture('exit-under-load.mjs', [server.url, 'main']), { code: 7 })
    }
  })

  it('process.exit in a worker ends only the worker, with its code', async () => {
    for (let round = 0; round < rounds; round++) {
      const ending = await runFixture('exit-under-load.mjs', [server.url, 'worker'])
      assertClean(ending, { code: 0 })
      assert.deepEqual(ending.lines, ['worker ended with 7'])
    }
  })

  it('SIGTERM ends the process with that signal', async () => {
    for (let round = 0; round < rounds; round++) {
      const ending = await runFixture('load.mjs', [server.url], (_, child) => child.kill('SIGTERM'))
      assertClean(ending, { signal: 'SIGTERM' })
      assert.deepEqual(ending.lines, ['busy'])
      assert.ok(ending.sinceLastLine < soon, `ended after ${ending.sinceLastLine} ms`)
    }
  })
})

describe('a process ends by itself with an idle adapter', () => {
  for (const what of ['new', 'used', 'watched']) {
    it(`connected: ${what}`, async () => void (await assertIdle(server.url, what)))
    it(`embedded: ${what}`, async () => void (await assertIdle('memory:', what)))
  }

  it('without a server', async () => {
    const url = `redis://127.0.0.1:${await unusedPort()}`
    await assertIdle(url, 'new')
    const { lines } = await assertIdle(url, 'timed out')
    assert.deepEqual(lines, ['ERR_COMMAND_TIMEOUT', 'idle'])
  })
})

describe('a call in flight keeps the process alive until its reply', () => {
  /** How long the server is stopped at least. */
  const pause = 300

  for (const method of ['get', 'set', 'getGroup']) {
    it(`from a slow server: ${method}`, async (t) => {
      const client = await clientFor(t)
      await client.flushAll()
      await client.sendCommand(['SET', 'motia:state:trace:key', '"value"'])
      t.after(() => server.signal('SIGCONT'))
      const ending = await runFixture('last-call.mjs', [server.url, method, 'connected'], async (line, child) => {
        if (line === 'connected') {
          server.signal('SIGSTOP')
          child.stdin.end('go')
        }
        if (line === 'called') {
          await setTimeout(pause)
          server.signal('SIGCONT')
        }
      })
      assertClean(ending, { code: 0 })
      assert.deepEqual(ending.lines.slice(0, 2), ['connected', 'called'])
      const { value, waited } = JSON.parse(ending.lines[2])
      assert.deepEqual(value, method === 'getGroup' ? ['value'] : 'value')
      assert.ok(waited > pause / 2, `answered after ${waited} ms`)
    })
  }

  it('from a server that starts later', async (t) => {
    const late = await started(t)
    await late.kill()
    const ending = await withLateServer(late, 'reconnecting', 'last-call.mjs', [late.url, 'set'])
    assertClean(ending, { code: 0 })
    assert.equal(JSON.parse(ending.lines[1]).value, 'value')
  })
})

describe('a process that waits for nothing but', () => {
  it('its first connection stays alive until that is ready', async () => {
    const ending = await runFixture('waiting.mjs', [server.url, 'ready'])
    assertClean(ending, { code: 0 })
    assert.deepEqual(ending.lines, ['done'])
  })

  it('its first connection, to a server that is away at first, stays alive until that is ready', async (t) => {
    const late = await started(t)
    await late.kill()
    const ending = await withLateServer(late, 'reconnecting', 'waiting.mjs', [late.url, 'ready'])
    assertClean(ending, { code: 0 })
    assert.deepEqual(ending.lines, ['reconnecting', 'done'])
  })

  it('the embedded store stays alive until that is ready', async () => {
    const ending = await runFixture('waiting.mjs', ['memory:', 'ready'])
    assertClean(ending, { code: 0 }, oneWarning)
    assert.deepEqual(ending.lines, ['done'])
  })

  it('connect stays alive until it resolves or rejects', async () => {
    const connected = await runFixture('waiting.mjs', [server.url, 'connected'])
    assertClean(connected, { code: 0 })
    assert.deepEqual(connected.lines, ['done'])
    const rejected = await runFixture('waiting.mjs', [
      `redis://127.0.0.1:${await unusedPort()}`,
      'not connected',
      '1000',
    ])
    assertClean(rejected, { code: 0 })
    assert.deepEqual(rejected.lines.slice(-2), ['ERR_COMMAND_TIMEOUT', 'done'])
  })

  it('a watch whose server is away for longer than commandTimeout stays alive until it is ready', async (t) => {
    const late = await started(t)
    await late.kill()
    const ending = await withLateServer(late, 'waiting', 'waiting.mjs', [late.url, 'ready watch', '100'])
    assertClean(ending, { code: 0 })
    const lines = ending.lines.filter((line) => line !== 'reconnecting')
    assert.deepEqual(lines, ['waiting', 'done'])
  })

  it('connect does not stay alive once its signal is aborted', async () => {
    const url = `redis://127.0.0.1:${await unusedPort()}`
    const ending = await runFixture('waiting.mjs', [url, 'aborted connect', '100'])
    assertClean(ending, { code: 0 })
    const lines = ending.lines.filter((line) => line !== 'reconnecting')
    assert.deepEqual(lines, ['ERR_ABORTED', 'done'])
  })

  it('a change stays alive until it comes', async (t) => {
    const client = await clientFor(t)
    const ending = await runFixture('waiting.mjs', [server.url, 'change'], (line) => {
      if (line === 'watching') void client.set('motia:state:t:k', '1')
    })
    assertClean(ending, { code: 0 })
    assert.deepEqual(ending.lines, ['watching', 'created', 'done'])
  })

  it('a change ends, where keepAlive is false', async () => {
    const ending = await runFixture('waiting.mjs', [server.url, 'change, without keepAlive, in a function'])
    assertClean(ending, { code: 0 })
    assert.deepEqual(ending.lines, ['watching'])
  })

  // Bun does not end a module that awaits at top level what never settles.
  const skip = UNSETTLED_TOP_LEVEL_AWAIT === undefined
  it('a change ends, where keepAlive is false, at top level', { skip }, async () => {
    const ending = await runFixture('waiting.mjs', [server.url, 'change, without keepAlive'])
    assert.deepEqual([ending.code, ending.lines], [UNSETTLED_TOP_LEVEL_AWAIT, ['watching']])
  })
})

/** @param {import('node:test').TestContext} t */
async function clientFor(t) {
  const client = await server.client()
  t.after(() => client.destroy())
  return client
}

/**
 * @param {string} url
 * @param {string} what
 */
async function assertIdle(url, what) {
  const ending = await runFixture('idle.mjs', [url, what])
  assertClean(ending, { code: 0 }, url.startsWith('memory:') ? oneWarning : /^$/)
  assert.equal(ending.lines.at(-1), 'idle')
  assert.ok(ending.sinceLastLine < soon, `ended ${ending.sinceLastLine} ms after it was idle`)
  return ending
}

/**
 * Starts a server once the fixture prints a line, and waits for both.
 *
 * @param {import('./support/redis.mjs').RedisServer} server
 * @param {string} sign the line
 * @param {string} fixture
 * @param {string[]} args
 */
async function withLateServer(server, sign, fixture, args) {
  /** @type {Promise<void> | undefined} */
  let starting
  const ending = await runFixture(fixture, args, (line) => {
    if (line === sign) starting ??= server.start()
  })
  await starting
  return ending
}

/**
 * The process ended as expected, without output about a panic or an unhandled rejection.
 *
 * @param {Ending} ending
 * @param {{ code?: number | null, signal?: NodeJS.Signals | null }} expected
 * @param {RegExp} [stderr]
 */
function assertClean(ending, { code = null, signal = null }, stderr = /^$/) {
  assert.deepEqual({ code: ending.code, signal: ending.signal }, { code, signal }, ending.stderr)
  assert.match(ending.stderr, stderr)
}
