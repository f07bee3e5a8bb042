// @ts-check
// Servers that keep their connections open but do not reply.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { assertAllFail, assertFails } from './support/assert-fails.mjs'
import { reads } from './support/calls.mjs'
import { next } from './support/events.mjs'
import { range } from './support/fill.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { timesCalled } from './support/times-called.mjs'
import { within } from './support/timing.mjs'
import { until } from './support/until.mjs'
import { warm, warmThroughRelay } from './support/warm.mjs'

/** Longer than usual, because calls also have to succeed within it, on a busy machine. */
const commandTimeout = 5000
const inTime = within(commandTimeout)

describe('a server that freezes', () => {
  it('makes calls time out, and is used again afterwards', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, commandTimeout })
    const keys = range(50).map((index) => `key-${index}`)
    await Promise.all(keys.map((key) => state.set('trace', key, key)))
    await state.getGroup('trace')
    server.signal('SIGSTOP')
    const code = 'ERR_COMMAND_TIMEOUT'
    await Promise.all([
      assertAllFail(reads(state), code, inTime),
      assertFails(state.set('trace', 'key', 'written'), code, { applied: 'unknown', ...inTime }),
      assertFails(state.delete('trace', 'key'), code, { applied: 'unknown', ...inTime }),
      // The clear had not found entries to delete yet.
      assertFails(state.clear('trace'), code, { applied: 'no', ...inTime }),
    ])
    server.signal('SIGCONT')
    // The replies to the calls that were in flight arrive now: none may be assigned to another call.
    await Promise.all(keys.map((key) => state.set('later', key, key)))
    assert.deepEqual(await Promise.all(keys.map((key) => state.get('later', key))), keys)
  })

  it('makes a ping fail at its own timeout', async (t) => {
    const { server, state } = await warm(t, { commandTimeout })
    server.signal('SIGSTOP')
    await assertFails(state.ping({ timeout: 20 }), 'ERR_COMMAND_TIMEOUT', { from: 15, within: commandTimeout - 1 })
    assert.deepEqual(state.stats().errors, { ERR_COMMAND_TIMEOUT: 1 })
    await until(() => state.stats().inFlight === 0)
    // It is counted once, although it also exceeded commandTimeout.
    assert.deepEqual(state.stats().errors, { ERR_COMMAND_TIMEOUT: 1 })
    server.signal('SIGCONT')
  })

  it('makes calls that were made at different times fail each at its own deadline', async (t) => {
    const { server, state } = await warm(t, { commandTimeout })
    server.signal('SIGSTOP')
    const expected = { applied: /** @type {const} */ ('unknown'), ...inTime }
    const first = assertFails(state.set('trace', 'first', 1), 'ERR_COMMAND_TIMEOUT', expected)
    await setTimeout(30)
    const second = assertFails(state.set('trace', 'second', 2), 'ERR_COMMAND_TIMEOUT', expected)
    await Promise.all([first, second])
  })

  it('before its first reply makes calls time out too', async (t) => {
    const server = await started(t)
    server.signal('SIGSTOP')
    const state = open(t, { url: server.url, commandTimeout })
    const calls = assertAllFail(reads(state), 'ERR_COMMAND_TIMEOUT', inTime)
    await assertFails(state.set('trace', 'key', 1), 'ERR_COMMAND_TIMEOUT', { applied: 'no', ...inTime })
    await calls
    server.signal('SIGCONT')
    assert.equal(await state.get('trace', 'key'), null)
  })
})

describe('a connection whose server is silent', () => {
  it('is replaced after commandTimeout', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t, { commandTimeout })
    const [lost, back] = [next(state, 'reconnecting'), next(state, 'ready')]
    const passing = lost.then(() => relay.passReplies())
    const call = assertFails(state.set('trace', 'key', 1), 'ERR_COMMAND_TIMEOUT', { applied: 'unknown', ...inTime })
    await relay.dropReplies()
    await Promise.all([call, passing, back])
    assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
    assert.equal(await state.get('trace', 'key'), 1)
    assert.equal(await timesCalled(client, 'set'), 1)
  })
})
