// @ts-check
// Servers that keep their connections and answer nothing.

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
import { commandTimeout, inTime } from './support/timing.mjs'
import { warm, warmThroughRelay } from './support/warm.mjs'

describe('a server that freezes', () => {
  it('fails calls in time and is used again afterwards', async (t) => {
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
      // It had only begun to look for what there is to remove.
      assertFails(state.clear('trace'), code, { applied: 'no', ...inTime }),
    ])
    server.signal('SIGCONT')
    // What was in flight is answered now: no answer may be taken for another call's.
    await Promise.all(keys.map((key) => state.set('later', key, key)))
    assert.deepEqual(await Promise.all(keys.map((key) => state.get('later', key))), keys)
  })

  it('fails calls that were made one after the other each at its own time', async (t) => {
    const { server, state } = await warm(t, { commandTimeout })
    server.signal('SIGSTOP')
    const expected = { applied: /** @type {const} */ ('unknown'), ...inTime }
    const first = assertFails(state.set('trace', 'first', 1), 'ERR_COMMAND_TIMEOUT', expected)
    await setTimeout(30)
    const second = assertFails(state.set('trace', 'second', 2), 'ERR_COMMAND_TIMEOUT', expected)
    await Promise.all([first, second])
  })

  it('before it says a word fails calls in time too', async (t) => {
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

describe('a connection whose other end is silent', () => {
  it('is given up after commandTimeout, for a new one', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t, { commandTimeout })
    const [lost, back] = [next(state, 'reconnecting'), next(state, 'ready')]
    const passing = lost.then(() => relay.passAnswers())
    const call = assertFails(state.set('trace', 'key', 1), 'ERR_COMMAND_TIMEOUT', { applied: 'unknown', ...inTime })
    await relay.loseAnswers()
    await Promise.all([call, passing, back])
    assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
    assert.equal(await state.get('trace', 'key'), 1)
    assert.equal(await timesCalled(client, 'set'), 1)
  })
})
