// @ts-check
// Servers that are restarted, or not started yet.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RedisStateError } from 'redis-state-adapter'
import { assertAllFail } from './support/assert-fails.mjs'
import { allCalls } from './support/calls.mjs'
import { CheckedLoad } from './support/checked-load.mjs'
import { next, record } from './support/events.mjs'
import { fill, range } from './support/fill.mjs'
import { killServer } from './support/kill-server.mjs'
import { assertSameMembers } from './support/members.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { commandTimeout, inTime } from './support/timing.mjs'
import { unusedPort } from './support/unused-port.mjs'
import { withDeadline } from './support/watching.mjs'

/**
 * With these a server that is killed restarts with its data. With `everysec`, the default, it may postpone writes to the
 * file while an fsync is in progress, although it has acknowledged them.
 */
const durable = ['--appendonly', 'yes', '--appendfsync', 'no']
/** Long enough for calls to wait until a server is started on a busy machine. */
const patient = { commandTimeout: 60_000 }

describe('a server that is killed and restarted', () => {
  it('is used again by continuing calls, and has the values written before', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 20 }, ...patient })
    const events = record(state)
    await next(state, 'ready')
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

  it('causes the events of a lost and a new connection', async (t) => {
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

  it('announces each reason of an outage once, however many attempts fail', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 20 } })
    await next(state, 'ready')
    for (const outage of [1, 2]) {
      /** @type {string[]} */
      const messages = []
      const onError = (/** @type {Error} */ error) => messages.push(error.message)
      state.on('error', onError)
      const failed = next(state, 'reconnecting', 5)
      await server.kill()
      const causes = (await failed).map(({ cause }) => cause.message)
      assert.deepEqual(messages, [...new Set(causes)], `outage ${outage}`)
      state.off('error', onError)
      const ready = next(state, 'ready')
      await server.start()
      await ready
    }
  })

  it('serves the reads made while it was down', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url, ...patient })
    await state.set('trace', 'key', 'kept')
    await killServer(state, server)
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

  it('executes the writes made while it was down', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url, ...patient })
    await Promise.all(['one', 'two'].map((key) => state.set('trace', key, key)))
    await state.set('old', 'key', 'value')
    await killServer(state, server)
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
    // 10 ms for each of 1,000 keys, until the adapter has noticed it.
    const server = await started(t, ['--key-load-delay', '10000', '--loading-process-events-interval-bytes', '1024'])
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 20 }, ...patient })
    await fill(state, 'trace', 1000)
    await (await server.client()).sendCommand(['SAVE'])
    const noticed = new Promise((resolve) =>
      state.on('reconnecting', ({ cause }) => cause.reply === 'LOADING' && resolve(undefined)),
    )
    await killServer(state, server)
    const answers = Promise.all([state.getGroup('trace'), state.get('trace', 'k7'), state.set('trace', 'k8', 'new')])
    const starting = server.start()
    await withDeadline(noticed, () => 'an attempt while the server loads its data')
    await (await server.client()).sendCommand(['CONFIG', 'SET', 'key-load-delay', '0'])
    await starting
    const [group, ...rest] = await answers
    assert.equal(group.length, 1000)
    assert.deepEqual(rest, [7, 'new'])
    const stored = range(1000).map((number) => (number === 8 ? 'new' : number))
    assertSameMembers(await state.getGroup('trace'), stored)
  })
})

describe('a server that was never started', () => {
  it('makes every call time out', async (t) => {
    const state = open(t, { host: '127.0.0.1', port: await unusedPort(), commandTimeout })
    const errors = await assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inTime)
    for (const { cause } of errors) assert.equal(/** @type {RedisStateError} */ (cause).code, 'ERR_CONNECTION')
  })

  it('is used as soon as it is started', async (t) => {
    const server = await started(t)
    await server.kill()
    const state = open(t, { url: server.url, ...patient })
    const call = state.set('trace', 'key', 1)
    await next(state, 'reconnecting', 2)
    await server.start()
    assert.equal(await call, 1)
    assert.equal(await state.get('trace', 'key'), 1)
  })
})
