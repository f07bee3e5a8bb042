// @ts-check
// Adapters close in time in any state of their server.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { assertAllFail, assertFails } from '../support/assert-fails.mjs'
import { assertTakes } from '../support/assert-takes.mjs'
import { CLOSING_METHODS } from '../support/async-dispose.mjs'
import { allCalls } from '../support/calls.mjs'
import { next, record } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { killServer } from '../support/kill-server.mjs'
import { nodeOrSkip } from '../support/node-or-skip.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'
import { scriptedServer } from '../support/scripted-server.mjs'
import { atOnce, inPatientTime, MAX_LATENESS, patientTimeout, soon } from '../support/timing.mjs'
import { until } from '../support/until.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { warm } from '../support/warm.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter, RedisStateAdapterEvents } from 'redis-state-adapter'
 * @import { RedisServer } from '../support/redis.mjs'
 */

const longDelay = { reconnectStrategy: 60_000 }

describe('cleanup resolves at once for an idle adapter', () => {
  /** @type {Record<string, (t: TestContext) => Promise<RedisStateAdapter>>} */
  const SITUATIONS = {
    'that is connected': async (t) => (await warm(t)).state,
    'that has not connected yet': async (t) => open(t, { url: (await started(t)).url }),
    'that cannot connect': async (t) => {
      const state = open(t, { host: '127.0.0.1', port: await unusedPort() })
      await next(state, 'reconnecting', 2)
      return state
    },
    'whose server is frozen': async (t) => {
      const { server, state } = await warm(t)
      server.signal('SIGSTOP')
      return state
    },
    'whose server was frozen before its first reply': async (t) => {
      const server = await started(t)
      server.signal('SIGSTOP')
      const state = open(t, { url: server.url })
      await next(state, 'connect')
      return state
    },
    'with a long delay before it reconnects': async (t) => {
      const { server, state } = await warm(t, { socket: longDelay })
      await killServer(state, server)
      return state
    },
    'with a long delay from its strategy function': async (t) => {
      const { server, state } = await warm(t, { socket: { reconnectStrategy: () => 60_000 } })
      await killServer(state, server)
      return state
    },
  }
  for (const [situation, enter] of Object.entries(SITUATIONS)) {
    it(situation, async (t) => {
      await assertCloses(await enter(t), soon)
    })
  }

  it('whose strategy stopped reconnecting', async (t) => {
    const { server, state } = await warm(t, { socket: { reconnectStrategy: false } })
    const events = record(state)
    await Promise.all([next(state, 'end'), server.kill()])
    await assertTakes(() => state.cleanup(), soon)
    await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
    assert.deepEqual(events, ['error', 'end'])
  })
})

describe('cleanup with calls in flight', () => {
  it('waits until hundreds of calls are done', async (t) => {
    const { client, state } = await warm(t, { commandTimeout: 20_000 })
    await fill(state, 'old', 100)
    const large = 'x'.repeat(500_000)
    let settled = 0
    const calls = [
      ...range(500).map((number) => state.set('new', `k${number}`, number)),
      ...range(40).map((number) => state.set('large', `k${number}`, large)),
      ...range(100).map((number) => state.delete('old', `k${number}`)),
      ...range(20).map(() => state.getGroup('trace')),
    ].map((call) => call.finally(() => settled++))
    await assertCloses(state, { within: 20_000 + MAX_LATENESS })
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
      situation: 'with a long delay before it reconnects',
      options: { socket: longDelay },
      enter: killServer,
      applied: /** @type {const} */ ('no'),
    },
  ]) {
    it(`rejects all of them in time: ${situation}`, async (t) => {
      const { server, state } = await warm(t, { commandTimeout: patientTimeout, ...options })
      await enter(state, server)
      const reads = range(100).flatMap(() => [state.get('trace', 'key'), state.keys('trace')])
      const writes = range(300).map((number) => state.set('trace', `k${number}`, number))
      const outcomes = Promise.all([...reads, ...writes].map(outcomeOf))
      await assertCloses(state, inPatientTime)
      const code = 'ERR_COMMAND_TIMEOUT'
      assert.deepEqual(await outcomes, [
        ...reads.map(() => ({ code, applied: undefined })),
        ...writes.map(() => ({ code, applied })),
      ])
    })
  }

  it('rejects all of them in time: that cannot connect', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await unusedPort(), commandTimeout: patientTimeout })
    await Promise.all([
      assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inPatientTime),
      assertCloses(state, inPatientTime),
    ])
  })

  it('waits until the last deadline, not the first', async (t) => {
    const { server, state } = await warm(t, { commandTimeout: patientTimeout })
    server.signal('SIGSTOP')
    const first = assertFails(state.get('trace', 'key'), 'ERR_COMMAND_TIMEOUT', inPatientTime)
    await setTimeout(patientTimeout / 2)
    const last = assertFails(state.get('trace', 'key'), 'ERR_COMMAND_TIMEOUT', inPatientTime)
    await Promise.all([first, last, assertCloses(state, inPatientTime)])
  })

  it('settles all calls if the server is killed meanwhile', async (t) => {
    const { server, state } = await warm(t, { commandTimeout: patientTimeout })
    server.signal('SIGSTOP')
    const { bytesSent } = state.stats()
    const lost = { applied: /** @type {const} */ ('unknown'), within: inPatientTime.within }
    const writing = assertFails(state.set('trace', 'key', 1), 'ERR_CONNECTION', lost)
    // If it were killed before, the write would not be sent.
    await until(() => state.stats().bytesSent > bytesSent)
    const calls = [
      writing,
      assertFails(state.get('trace', 'key'), 'ERR_COMMAND_TIMEOUT', inPatientTime),
      assertFails(state.getGroup('trace'), 'ERR_COMMAND_TIMEOUT', inPatientTime),
    ]
    await Promise.all([...calls, assertCloses(state, inPatientTime), server.kill()])
  })

  it('lets calls succeed if the server is restarted in time', async (t) => {
    const { server, state } = await warm(t, { commandTimeout: 60_000, socket: { reconnectStrategy: 20 } })
    await killServer(state, server)
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
      const state = open(t, { url: server.url, commandTimeout: patientTimeout })
      const closed = new Promise((resolve) => state.once(event, () => resolve(state.cleanup())))
      // This call keeps the process alive.
      const alive = state.get('trace', 'key').catch(() => {})
      if (event === 'error' || event === 'reconnecting') await Promise.all([next(state, event), alive, server.kill()])
      if (event === 'end') void state.cleanup()
      assert.equal(await closed, undefined)
      await alive
      await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
    })
  }

  it('by the strategy function', async (t) => {
    const server = await started(t)
    /** @type {Promise<void> | undefined} */
    let closing
    let asked = 0
    const reconnectStrategy = () => {
      asked += 1
      closing = state.cleanup()
      return 0
    }
    const state = open(t, { url: server.url, commandTimeout: patientTimeout, socket: { reconnectStrategy } })
    await state.set('trace', 'key', 1)
    const end = next(state, 'end')
    await server.kill()
    await end
    await closing
    assert.equal(asked, 1)
    await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
  })

  it('in the continuation of a call', async (t) => {
    const { state } = await warm(t)
    await Promise.all(range(10).map(() => state.get('trace', 'key').then(() => state.cleanup())))
    await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
  })

  it('by `await using` at the end of a block', async (t) => {
    // Older versions do not support the syntax.
    const node = nodeOrSkip(t, 24)
    if (!node) return
    const { url } = await started(t)
    const { code, stdout, stderr } = await runNode('await-using.mjs', [url], { node })
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'settled end\n', stderr: '' })
  })
})

describe('an adapter that was closed', () => {
  it('has no connections', async (t) => {
    const { client, state } = await warm(t)
    const connections = async () => String(await client.sendCommand(['CLIENT', 'LIST'])).match(/ name=redis-state-/g)
    assert.equal((await connections())?.length, 2)
    await state.cleanup()
    await until(async () => (await connections()) === null)
  })

  it('does not reconnect', async (t) => {
    const server = await scriptedServer(t, () => (socket) => socket.destroy())
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 0 } })
    await next(state, 'reconnecting', 5)
    await state.cleanup()
    // One attempt may be in progress.
    const most = server.connections + 1
    const events = record(state)
    // There is no event for an attempt that is not made.
    await setTimeout(300)
    assert.ok(server.connections <= most, `${server.connections} connections, at most ${most} expected`)
    assert.deepEqual(events, [])
  })
})

/**
 * The outcome in short form, so that many of them can be compared.
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
 * Closes an adapter several times at once. Later calls must reject.
 *
 * @param {RedisStateAdapter} state
 * @param {{ from?: number, within: number }} expected duration in milliseconds
 */
async function assertCloses(state, expected) {
  const events = record(state)
  await assertTakes(async () => {
    const closings = [state.cleanup(), ...CLOSING_METHODS.map((method) => state[method]())]
    await assertAllFail(allCalls(state), 'ERR_CLOSED')
    for (const closed of await Promise.all(closings)) assert.equal(closed, undefined)
  }, expected)
  assert.equal(events.filter((event) => event === 'end').length, 1)
  assert.equal(await state.cleanup(), undefined)
  await assertAllFail(allCalls(state), 'ERR_CLOSED', atOnce)
  assert.equal(events.filter((event) => event === 'end').length, 1)
}
