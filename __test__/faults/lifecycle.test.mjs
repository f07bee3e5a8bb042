// @ts-check
// How adapters are closed, whatever their server is up to, and what is left of them.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { assertAllFail, assertFails } from '../support/assert-fails.mjs'
import { assertTakes } from '../support/assert-takes.mjs'
import { allCalls } from '../support/calls.mjs'
import { next, record } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { lose } from '../support/lose.mjs'
import { nodeOrSkip } from '../support/node-or-skip.mjs'
import { open } from '../support/open.mjs'
import { portOfNobody } from '../support/port-of-nobody.mjs'
import { started } from '../support/redis.mjs'
import { untold } from '../support/resources.mjs'
import { runNode } from '../support/run-node.mjs'
import { scriptedServer } from '../support/scripted-server.mjs'
import { atOnce, commandTimeout, inTime } from '../support/timing.mjs'
import { until } from '../support/until.mjs'
import { warm } from '../support/warm.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter, RedisStateAdapterEvents } from 'redis-state-adapter'
 * @import { RedisServer } from '../support/redis.mjs'
 */

const longDelay = { reconnectStrategy: 60_000 }

describe('cleanup of an idle adapter is done at once', () => {
  /** @type {Record<string, (t: TestContext) => Promise<RedisStateAdapter>>} */
  const SITUATIONS = {
    'that is connected': async (t) => (await warm(t)).state,
    'that has not connected yet': async (t) => open(t, { url: (await started(t)).url }),
    'that reaches nobody': async (t) => {
      const state = open(t, { host: '127.0.0.1', port: await portOfNobody() })
      await next(state, 'reconnecting', 2)
      return state
    },
    'whose server is frozen': async (t) => {
      const { server, state } = await warm(t)
      server.signal('SIGSTOP')
      return state
    },
    'whose server was frozen before it said a word': async (t) => {
      const server = await started(t)
      server.signal('SIGSTOP')
      const state = open(t, { url: server.url })
      await next(state, 'connect')
      return state
    },
    'that waits for long before it connects again': async (t) => {
      const { server, state } = await warm(t, { socket: longDelay })
      await lose(state, server)
      return state
    },
    'that waits for long because its strategy says so': async (t) => {
      const { server, state } = await warm(t, { socket: { reconnectStrategy: () => 60_000 } })
      await lose(state, server)
      return state
    },
  }
  for (const [situation, enter] of Object.entries(SITUATIONS)) {
    it(situation, async (t) => {
      await assertCloses(await enter(t), atOnce)
    })
  }

  it('whose strategy gave up', async (t) => {
    const { server, state } = await warm(t, { socket: { reconnectStrategy: false } })
    const events = record(state)
    await Promise.all([next(state, 'end'), server.kill()])
    await assertTakes(() => state.cleanup(), atOnce)
    await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
    assert.deepEqual(events, ['error', 'end'])
  })
})

describe('cleanup with calls in flight', () => {
  it('lets hundreds of them finish first', async (t) => {
    const { client, state } = await warm(t)
    await fill(state, 'old', 100)
    const large = 'x'.repeat(500_000)
    let settled = 0
    const calls = [
      ...range(500).map((number) => state.set('new', `k${number}`, number)),
      ...range(40).map((number) => state.set('large', `k${number}`, large)),
      ...range(100).map((number) => state.delete('old', `k${number}`)),
      ...range(20).map(() => state.getGroup('trace')),
    ].map((call) => call.finally(() => settled++))
    await assertCloses(state, { within: 5250 })
    assert.equal(settled, calls.length)
    const values = await Promise.all(calls)
    assert.deepEqual(values.slice(540, 640), range(100))
    assert.deepEqual(values.slice(640), Array(20).fill(['value']))
    assert.equal(await client.dbSize(), 541)
  })

  for (const { situation, options, enter, applied } of [
    {
      situation: 'whose server is frozen',
      enter: (/** @type {RedisStateAdapter} */ _, /** @type {RedisServer} */ server) => server.signal('SIGSTOP'),
      applied: /** @type {const} */ ('unknown'),
    },
    {
      situation: 'that waits for long before it connects again',
      options: { socket: longDelay },
      enter: lose,
      applied: /** @type {const} */ ('no'),
    },
  ]) {
    it(`has all of them failed in time: ${situation}`, async (t) => {
      const { server, state } = await warm(t, { commandTimeout, ...options })
      await enter(state, server)
      const reads = range(100).flatMap(() => [state.get('trace', 'key'), state.keys('trace')])
      const writes = range(300).map((number) => state.set('trace', `k${number}`, number))
      const outcomes = Promise.all([...reads, ...writes].map(outcomeOf))
      await assertCloses(state, inTime)
      const code = 'ERR_COMMAND_TIMEOUT'
      assert.deepEqual(await outcomes, [
        ...reads.map(() => ({ code, applied: undefined })),
        ...writes.map(() => ({ code, applied })),
      ])
    })
  }

  it('has all of them failed in time: that reaches nobody', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await portOfNobody(), commandTimeout })
    await Promise.all([assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inTime), assertCloses(state, inTime)])
  })

  it('waits for the time of the last of them, not for that of the first', async (t) => {
    const { server, state } = await warm(t, { commandTimeout })
    server.signal('SIGSTOP')
    const first = assertFails(state.get('trace', 'key'), 'ERR_COMMAND_TIMEOUT', inTime)
    await setTimeout(commandTimeout / 2)
    const last = assertFails(state.get('trace', 'key'), 'ERR_COMMAND_TIMEOUT', inTime)
    await Promise.all([first, last, assertCloses(state, inTime)])
  })

  it('settles them when the server is killed meanwhile', async (t) => {
    const { server, state } = await warm(t, { commandTimeout })
    server.signal('SIGSTOP')
    const calls = [
      assertFails(state.get('trace', 'key'), 'ERR_COMMAND_TIMEOUT', inTime),
      assertFails(state.set('trace', 'key', 1), 'ERR_CONNECTION', { applied: 'unknown', within: inTime.within }),
      assertFails(state.getGroup('trace'), 'ERR_COMMAND_TIMEOUT', inTime),
    ]
    await Promise.all([...calls, assertCloses(state, inTime), server.kill()])
  })

  it('lets them finish when the server comes back in time', async (t) => {
    const { server, state } = await warm(t, { socket: { reconnectStrategy: 20 } })
    await lose(state, server)
    const calls = [state.set('trace', 'key', 1), state.get('trace', 'other'), state.getGroup('other')]
    const closing = state.cleanup()
    await server.start()
    assert.deepEqual(await Promise.all(calls), [1, null, []])
    await closing
  })
})

describe('cleanup may be called', () => {
  /** @type {(keyof RedisStateAdapterEvents)[]} */
  const EVENTS = ['connect', 'ready', 'error', 'reconnecting', 'end']
  for (const event of EVENTS) {
    it(`by a listener of "${event}"`, async (t) => {
      const server = await started(t)
      const state = open(t, { url: server.url, commandTimeout })
      const closed = new Promise((resolve) => state.once(event, () => resolve(state.cleanup())))
      // Nothing else keeps the process alive.
      const alive = state.get('trace', 'key').catch(() => {})
      if (event === 'error' || event === 'reconnecting') await Promise.all([next(state, event), alive, server.kill()])
      if (event === 'end') void state.cleanup()
      assert.equal(await closed, undefined)
      await alive
      await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
    })
  }

  it('by the strategy', async (t) => {
    const server = await started(t)
    /** @type {Promise<void> | undefined} */
    let closing
    let asked = 0
    const reconnectStrategy = () => {
      asked += 1
      closing = state.cleanup()
      return 0
    }
    const state = open(t, { url: server.url, commandTimeout, socket: { reconnectStrategy } })
    await state.set('trace', 'key', 1)
    const end = next(state, 'end')
    await server.kill()
    await end
    await closing
    assert.equal(asked, 1)
    await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
  })

  it('in the reaction to a call', async (t) => {
    const { state } = await warm(t)
    await Promise.all(range(10).map(() => state.get('trace', 'key').then(() => state.cleanup())))
    await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
  })

  it('by a block that is left', async (t) => {
    // Older versions do not know the syntax.
    const node = nodeOrSkip(t, 24)
    if (!node) return
    const { url } = await started(t)
    const { code, stdout, stderr } = await runNode('await-using.mjs', [url], { node })
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'settled end\n', stderr: '' })
  })
})

describe('an adapter that was closed', () => {
  it('has no connection any more', async (t) => {
    const { client, state } = await warm(t)
    const connections = async () => String(await client.sendCommand(['CLIENT', 'LIST'])).match(/ name=redis-state-/g)
    assert.equal((await connections())?.length, 2)
    await state.cleanup()
    await until(async () => (await connections()) === null)
  })

  it('does not try to connect again', async (t) => {
    const server = await scriptedServer(t, () => (socket) => socket.destroy())
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 0 } })
    await next(state, 'reconnecting', 5)
    await state.cleanup()
    // One may be on its way.
    const most = server.connections + 1
    const events = record(state)
    // That something does not happen nobody tells.
    await setTimeout(300)
    assert.ok(server.connections <= most, `${server.connections} connections, ${most} when it was closed`)
    assert.deepEqual(events, [])
  })
})

describe('300 adapters, opened and closed one after the other, leave nothing', { concurrency: 3, skip: untold }, () => {
  const flags = ['--expose-gc', '--max-semi-space-size=1']

  for (const what of ['that reach nobody', 'used', 'never used', 'closed with calls in flight', 'with a strategy']) {
    it(what, async (t) => {
      const url = what === 'that reach nobody' ? `redis://127.0.0.1:${await portOfNobody()}` : (await started(t)).url
      const { code, stdout, stderr } = await runNode('open-and-close.mjs', [url, what], { flags })
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      const { before, after } = JSON.parse(stdout)
      for (const name of ['descriptors', 'threads']) assert.ok(after[name] <= before[name], stdout)
      assert.ok(after.memory - before.memory < 8e6, stdout)
    })
  }
})

describe('50 adapters share the native threads', { skip: untold }, () => {
  // Looking up a name blocks a thread, so there may be some for that; but not one for each adapter.
  for (const { host, most } of [
    { host: '127.0.0.1', most: 2 },
    { host: 'localhost', most: 8 },
  ]) {
    it(`that connect to ${host}`, async (t) => {
      const { port } = await started(t)
      const { code, stdout, stderr } = await runNode('many-adapters.mjs', [host, String(port)])
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      const { ofOne, ofMany } = JSON.parse(stdout)
      assert.ok(ofOne > 0 && ofOne <= most, stdout)
      assert.ok(ofMany <= most, stdout)
    })
  }
})

/**
 * Short, as the time that it takes for many of them counts too.
 *
 * @param {Promise<unknown>} call
 */
function outcomeOf(call) {
  return call.then(
    (value) => ({ value }),
    ({ code, applied }) => ({ code, applied }),
  )
}

/**
 * Closes an adapter, which may be asked for as often as one likes, and takes no call from then on.
 *
 * @param {RedisStateAdapter} state
 * @param {{ from?: number, within: number }} expected milliseconds that it takes
 */
async function assertCloses(state, expected) {
  const events = record(state)
  await assertTakes(async () => {
    const closings = [state.cleanup(), state.cleanup(), state[Symbol.asyncDispose]()]
    await assertAllFail(allCalls(state), 'ERR_CLOSED')
    assert.deepEqual(await Promise.all(closings), [undefined, undefined, undefined])
  }, expected)
  assert.equal(events.filter((event) => event === 'end').length, 1)
  assert.equal(await state.cleanup(), undefined)
  await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
  assert.equal(events.filter((event) => event === 'end').length, 1)
}
