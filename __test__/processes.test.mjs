// @ts-check
// Several processes and threads on one state, and how they end.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { actor } from './support/actor.mjs'
import { portOfNobody } from './support/port-of-nobody.mjs'
import { started, startRedis } from './support/redis.mjs'
import { runFixture } from './support/run-fixture.mjs'

/** @typedef {import('./support/run-fixture.mjs').Ending} Ending */

const rounds = 5
const soon = 2000
const oneWarning = /^\(node:\d+\) RedisStateAdapterWarning: [^\n]*embedded[^\n]*\n\(Use [^\n]*\n$/

/** @type {import('./support/redis.mjs').RedisServer} */
let server
before(async () => {
  server = await startRedis()
})
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

  it('race to delete one key: exactly one call gets the value', async (t) => {
    const actors = [actor(t, server.url), actor(t, server.url)]
    for (let round = 1; round <= 10; round++) {
      // Each round trip also makes sure that both are connected.
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

describe('workers terminated with calls in flight leave the process healthy', () => {
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

  it('process.exit in a worker ends the worker with its code, and the process goes on', async () => {
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

describe('a process ends by itself with an adapter that is', () => {
  for (const what of ['new', 'used', 'watched']) {
    it(`connected: ${what}`, async () => void (await assertIdle(server.url, what)))
    it(`embedded: ${what}`, async () => void (await assertIdle('memory:', what)))
  }

  it('without a server', async () => {
    const url = `redis://127.0.0.1:${await portOfNobody()}`
    await assertIdle(url, 'new')
    const { lines } = await assertIdle(url, 'timed out')
    assert.deepEqual(lines, ['ERR_COMMAND_TIMEOUT', 'idle'])
  })
})

describe('a call in flight keeps the process alive until it is answered', () => {
  const pause = 700

  for (const method of ['get', 'set', 'getGroup']) {
    it(`by a server that is slow: ${method}`, async () => {
      const client = await server.client()
      await client.flushAll()
      await client.sendCommand(['SET', 'motia:state:trace:key', '"value"'])
      const ending = await runFixture('last-call.mjs', [server.url, method, 'connected'], async (line, child) => {
        if (line !== 'connected') return
        await client.sendCommand(['CLIENT', 'PAUSE', String(pause), 'ALL'])
        child.stdin.end('go')
      })
      assertClean(ending, { code: 0 })
      const { value, waited } = JSON.parse(ending.lines[1])
      assert.deepEqual(value, method === 'getGroup' ? ['value'] : 'value')
      assert.ok(waited > pause / 2, `answered after ${waited} ms`)
    })
  }

  it('by a server that is away at first', async (t) => {
    const late = await started(t)
    await late.kill()
    const ending = await runFixture('last-call.mjs', [late.url, 'set'], (line) => {
      if (line === 'reconnecting') void late.start()
    })
    assertClean(ending, { code: 0 })
    assert.equal(JSON.parse(ending.lines[1]).value, 'value')
  })
})

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
 * Ended as expected, without a word of a panic or an unhandled rejection.
 *
 * @param {Ending} ending
 * @param {{ code?: number | null, signal?: NodeJS.Signals | null }} expected
 * @param {RegExp} [stderr]
 */
function assertClean(ending, { code = null, signal = null }, stderr = /^$/) {
  assert.deepEqual({ code: ending.code, signal: ending.signal }, { code, signal }, ending.stderr)
  assert.match(ending.stderr, stderr)
}
