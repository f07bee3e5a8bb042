// @ts-check
// Servers that go away and come back, or were never there.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RedisStateError } from 'redis-state-adapter'
import { assertAllFail } from './support/assert-fails.mjs'
import { allCalls } from './support/calls.mjs'
import { CheckedLoad } from './support/checked-load.mjs'
import { next, record } from './support/events.mjs'
import { fill, range } from './support/fill.mjs'
import { lose } from './support/lose.mjs'
import { assertSameMembers } from './support/members.mjs'
import { open } from './support/open.mjs'
import { portOfNobody } from './support/port-of-nobody.mjs'
import { started } from './support/redis.mjs'
import { commandTimeout, inTime } from './support/timing.mjs'

/** With these a server that is killed comes back with its data. */
const durable = ['--appendonly', 'yes']

describe('a server that is killed and comes back', () => {
  it('is used again by the calls that go on, and what was written is read', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 20 } })
    const events = record(state)
    const load = new CheckedLoad(state)
    await load.progress()
    for (let round = 0; round < 3; round++) {
      const [lost, back] = [next(state, 'reconnecting'), next(state, 'ready')]
      await server.kill()
      await lost
      await server.start()
      await back
      await load.progress()
    }
    await load.stop()
    assert.deepEqual(load.faults, [])
    for (const { code, applied } of load.failedWrites) {
      assert.deepEqual({ code, applied }, { code: 'ERR_CONNECTION', applied: 'unknown' })
    }
    assert.match(events.join(' '), /^connect ready(( (error|reconnecting|connect))+ ready){3}$/)
  })

  it('is announced by events', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url })
    const events = record(state)
    await next(state, 'ready')
    const [error, reconnecting, ready] = [next(state, 'error'), next(state, 'reconnecting', 3), next(state, 'ready')]
    await server.kill()
    const infos = await reconnecting
    await server.start()
    await ready
    const end = next(state, 'end')
    await state.cleanup()
    await end
    assert.match(events.join(' '), /^connect ready( (error|reconnecting|connect))+ connect ready end$/)
    assert.equal((await error)[0].code, 'ERR_CONNECTION')
    assert.deepEqual(
      infos.map(({ retries }) => retries),
      [0, 1, 2],
    )
    for (const { delay, cause } of infos) {
      assert.ok(delay >= 10 && delay <= 2000, `delay ${delay}`)
      assert.ok(cause instanceof RedisStateError)
      assert.equal(cause.code, 'ERR_CONNECTION')
    }
  })

  it('answers the reads made while it was away', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url })
    await state.set('trace', 'key', 'kept')
    await lose(state, server)
    const answers = Promise.all([
      state.get('trace', 'key'),
      state.getGroup('trace'),
      state.keys('trace'),
      state.traceIds(),
      state.items(),
    ])
    await next(state, 'reconnecting')
    await server.start()
    const item = { groupId: 'trace', key: 'key', type: 'string', value: 'kept' }
    assert.deepEqual(await answers, ['kept', ['kept'], ['key'], ['trace'], [item]])
  })

  it('gets the writes made while it was away', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url })
    await Promise.all(['one', 'two'].map((key) => state.set('trace', key, key)))
    await state.set('old', 'key', 'value')
    await lose(state, server)
    const answers = Promise.all([state.set('trace', 'new', 'new'), state.delete('trace', 'one'), state.clear('old')])
    await next(state, 'reconnecting')
    await server.start()
    assert.deepEqual(await answers, ['new', 'one', undefined])
    const client = await server.client()
    assertSameMembers(await client.keys('*'), ['motia:state:trace:new', 'motia:state:trace:two'])
  })
})

describe('a server that still loads its data', () => {
  it('is waited for', async (t) => {
    // Slow enough to be met while it does: 10 ms for each of 100 keys.
    const server = await started(t, ['--key-load-delay', '10000', '--loading-process-events-interval-bytes', '1024'])
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 20 } })
    await fill(state, 'trace', 100)
    await (await server.client()).sendCommand(['SAVE'])
    /** @type {(string | undefined)[]} */
    const replies = []
    state.on('reconnecting', ({ cause }) => replies.push(cause.reply))
    await lose(state, server)
    const answers = Promise.all([state.getGroup('trace'), state.get('trace', 'k7'), state.set('trace', 'k8', 'new')])
    await server.start()
    const [group, ...rest] = await answers
    assert.equal(group.length, 100)
    assert.deepEqual(rest, [7, 'new'])
    assert.ok(replies.includes('LOADING'), `seen: ${replies}`)
    const stored = range(100).map((number) => (number === 8 ? 'new' : number))
    assertSameMembers(await state.getGroup('trace'), stored)
  })
})

describe('a server that was never there', () => {
  it('fails every call in time', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await portOfNobody(), commandTimeout })
    const errors = await assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inTime)
    for (const { cause } of errors) assert.equal(/** @type {RedisStateError} */ (cause).code, 'ERR_CONNECTION')
  })

  it('is used as soon as it is there', async (t) => {
    const server = await started(t)
    await server.kill()
    const state = open(t, { url: server.url })
    const call = state.set('trace', 'key', 1)
    await next(state, 'reconnecting', 2)
    await server.start()
    assert.equal(await call, 1)
    assert.equal(await state.get('trace', 'key'), 1)
  })
})
