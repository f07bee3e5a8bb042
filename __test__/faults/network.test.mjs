// @ts-check
// Networks that drop, delay, refuse and cut.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { RedisStateError } from 'redis-state-adapter'
import { assertAllFail, assertFails } from '../support/assert-fails.mjs'
import { allCalls, reads, writes } from '../support/calls.mjs'
import { CheckedLoad } from '../support/checked-load.mjs'
import { next, readyAgain } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { allSettled, assertInTime, settled, valuesOf } from '../support/settling.mjs'
import { timesCalled } from '../support/times-called.mjs'
import { MAX_LATENESS } from '../support/timing.mjs'
import { warmThroughRelay } from '../support/warm.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 * @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options
 * @typedef {import('../support/relay.mjs').Relay} Relay
 * @typedef {import('../support/settling.mjs').Outcome} Outcome
 */

/** Shorter than `commandTimeout`, so that an attempt after the end of a fault can still serve the call. */
const connectTimeout = 500
/** Long enough for listings after a fault: before that attempt, the scan connection may wait for up to 2 seconds. */
const commandTimeout = 5000
const inTime = { from: commandTimeout - 50, within: commandTimeout + MAX_LATENESS }
/** @type {Options} */
const eager = { commandTimeout, socket: { connectTimeout, reconnectStrategy: 20 } }

describe('a black hole', () => {
  it('makes calls before and during it time out, and is recovered from', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t, eager)
    const lost = next(state, 'reconnecting')
    relay.blackHole()
    await Promise.all([assertSwallowed(state), lost])
    // Now it also drops the first requests of new connections.
    const errors = await assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inTime)
    for (const { cause } of errors) assert.ok(cause instanceof RedisStateError && cause.code === 'ERR_CONNECTION')
    relay.pass()
    await assertWorks(state)
    assert.deepEqual([await timesCalled(client, 'set'), await timesCalled(client, 'getdel')], [1, 1])
  })

  it('between the replies to many calls gives no call a wrong reply', async (t) => {
    const server = await started(t)
    const numbers = range(200)
    await fill(open(t, { url: server.url }), 'many', numbers.length)
    const results = await Promise.all(
      range(8).map(async (lane) => {
        const relay = await relayTo(t, server)
        const state = open(t, { url: relay.url, ...eager })
        await state.get('many', 'k0')
        const lost = next(state, 'reconnecting')
        const opened = relay.after('replies', 1 + 200 * lane, () => relay.blackHole())
        const outcomes = await allSettled(numbers.map((n) => state.get('many', `k${n}`)))
        await Promise.all([opened, lost])
        relay.pass()
        await assertWorks(state)
        return outcomes
      }),
    )
    for (const outcomes of results) {
      assertInTime(outcomes, commandTimeout)
      for (const [n, { value, error }] of outcomes.entries()) {
        if (error) assert.equal(error.code, 'ERR_COMMAND_TIMEOUT')
        else assert.equal(value, n)
      }
    }
    assert.ok(results.flat().some(({ error }) => error))
  })

  it('from the beginning makes calls time out, and is recovered from', async (t) => {
    const relay = await relayTo(t, await started(t))
    relay.blackHole()
    const state = open(t, { url: relay.url, ...eager })
    await assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inTime)
    relay.pass()
    await assertWorks(state)
  })
})

describe('a jammed connection, which stays open,', () => {
  it('makes calls time out, and is replaced', async (t) => {
    const { relay, state } = await warmThroughRelay(t, eager)
    const back = readyAgain(state)
    relay.jam()
    await Promise.all([assertSwallowed(state), back])
    await assertWorks(state)
  })

  it('is also replaced if a call is only partly sent', async (t) => {
    const server = await started(t)
    const relay = await relayTo(t, server)
    const state = open(t, { url: relay.url, ...eager })
    await state.get('trace', 'large')
    const back = readyAgain(state)
    relay.jam()
    // More than all socket buffers hold.
    const outcome = await settled(state.set('trace', 'large', 'x'.repeat(32 * 1024 * 1024)))
    assertInTime([outcome], commandTimeout)
    assert.equal(outcome.error?.code, 'ERR_COMMAND_TIMEOUT')
    await back
    await assertWorks(state)
    assert.equal(await state.get('trace', 'large'), null)
  })
})

describe('a slow network', () => {
  const delay = 100

  it('gives each call its own reply', async (t) => {
    const { relay, state } = await warmThroughRelay(t)
    relay.delay(delay)
    const numbers = range(100)
    assert.deepEqual(await Promise.all(numbers.map((n) => state.set('slow', `k${n}`, n))), numbers)
    const start = performance.now()
    // In batches that are in flight at the same time.
    const outcomes = await Promise.all(
      numbers.map(async (n) => {
        for (let turn = 0; turn < n % 10; turn++) await setImmediate()
        return settled(state.get('slow', `k${n}`))
      }),
    )
    assert.deepEqual(valuesOf(outcomes), numbers)
    const took = performance.now() - start
    assert.ok(took > 2 * delay - 10, `settled after ${took} ms`)
    assertSameMembers(await state.getGroup('slow'), numbers)
    const removed = numbers.map((n) => state.delete('slow', `k${n}`))
    assert.deepEqual(await Promise.all(removed), numbers)
    assert.deepEqual(await state.keys('slow'), [])
  })

  it('that is slower than commandTimeout makes calls time out; late replies are not assigned to other calls', async (t) => {
    const { relay, state } = await warmThroughRelay(t, { commandTimeout })
    const numbers = range(100)
    await fill(state, 'slow', numbers.length)
    relay.holdReplies()
    const calls = allSettled(numbers.map((n) => state.get('slow', `k${n}`)))
    // One reply in between, so that the connection is replaced later than the calls time out.
    await setTimeout(commandTimeout / 2)
    relay.releaseReplies('$1\r\n0\r\n'.length)
    const [, ...outcomes] = await calls
    assertInTime(outcomes, commandTimeout)
    for (const { error } of outcomes) assert.equal(error?.code, 'ERR_COMMAND_TIMEOUT')
    relay.releaseReplies()
    const reversed = numbers.toReversed()
    assert.deepEqual(await Promise.all(reversed.map((n) => state.get('slow', `k${n}`))), reversed)
  })
})

describe('a host that refuses connections', () => {
  it('makes calls time out with the cause, and is used again when it accepts them', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t, eager)
    const refused = next(state, 'reconnecting', 2)
    relay.refuse()
    await refused
    const errors = await assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inTime)
    for (const { cause } of errors) assert.ok(cause instanceof RedisStateError && cause.code === 'ERR_CONNECTION')
    relay.pass()
    await assertWorks(state)
    assert.deepEqual([await timesCalled(client, 'set'), await timesCalled(client, 'getdel')], [1, 1])
  })

  it('rejects writes in flight at once; reads time out', async (t) => {
    const { relay, state } = await warmThroughRelay(t, eager)
    const lost = relay.dropReplies()
    const calls = writes(state).filter(({ name }) => name !== 'clear')
    const failing = assertAllFail(calls, 'ERR_CONNECTION', { applied: 'unknown' })
    const reading = assertFails(state.get('trace', 'key'), 'ERR_COMMAND_TIMEOUT', inTime)
    await lost
    relay.refuse()
    await Promise.all([failing, reading])
    relay.pass()
    await assertWorks(state)
  })
})

describe('connections that are cut repeatedly', () => {
  it('leave no call unsettled and give none a wrong reply', async (t) => {
    const { relay, state } = await warmThroughRelay(t, { socket: { reconnectStrategy: 1 } })
    await fill(state, 'fixed', 50)
    const [calls, listings] = [outcomes(), outcomes()]
    const load = new CheckedLoad(measured(state, calls))
    const lister = listRepeatedly(state, listings)
    try {
      await load.progress()
      const stopCutting = cutRepeatedly(relay)
      await next(state, 'ready', 150).finally(stopCutting)
      relay.pass()
      await load.progress()
    } finally {
      await Promise.all([load.stop(), lister.stop()])
    }
    assert.deepEqual(load.faults, [])
    for (const { code, applied } of load.failedWrites) {
      assert.deepEqual({ code, applied }, { code: 'ERR_CONNECTION', applied: 'unknown' })
    }
    assertInTime([...calls, ...listings], 5000)
    for (const group of valuesOf(listings)) assertSameMembers(group, range(50))
    await assertWorks(state)
  })
})

/**
 * Every kind of call must time out, because the connection drops it.
 *
 * @param {Adapter} state
 */
async function assertSwallowed(state) {
  const unknown = { applied: /** @type {const} */ ('unknown'), ...inTime }
  await Promise.all([
    assertAllFail(reads(state), 'ERR_COMMAND_TIMEOUT', inTime),
    assertFails(state.set('trace', 'lost', 1), 'ERR_COMMAND_TIMEOUT', unknown),
    assertFails(state.delete('trace', 'key'), 'ERR_COMMAND_TIMEOUT', unknown),
    // The clear had not found entries to delete yet.
    assertFails(state.clear('trace'), 'ERR_COMMAND_TIMEOUT', { ...unknown, applied: 'no' }),
  ])
}

/**
 * Every kind of call must get its own result.
 *
 * @param {Adapter} state
 */
async function assertWorks(state) {
  const group = `works-${randomUUID()}`
  const value = { group }
  assert.equal(await state.set(group, 'key', value), value)
  assert.deepEqual(await state.get(group, 'key'), value)
  assert.deepEqual(await Promise.all([state.getGroup(group), state.keys(group)]), [[value], ['key']])
  const item = { groupId: group, key: 'key', type: 'object', value }
  assert.deepEqual(await state.items({ groupId: group }), [item])
  assert.ok((await state.traceIds()).includes(group))
  assert.deepEqual(await state.delete(group, 'key'), value)
  await state.clear(group)
  assert.equal(await state.get(group, 'key'), null)
}

/**
 * Cuts the connections each time a number of bytes was sent to the client. With a fixed time in between, a listing would
 * never be complete on a busy machine.
 *
 * @param {Relay} relay
 * @returns {() => void} stops it
 */
function cutRepeatedly(relay) {
  let isRunning = true
  function cut() {
    if (!isRunning) return
    relay.cut()
    relay.after('replies', Math.floor(6000 * Math.random()), cut)
  }
  cut()
  return () => {
    isRunning = false
  }
}

/** @returns {Outcome[]} */
function outcomes() {
  return []
}

/**
 * An adapter whose calls on single entries are recorded when they settle.
 *
 * @param {Adapter} state
 * @param {Outcome[]} seen
 */
function measured(state, seen) {
  const recorded = (/** @type {Promise<any>} */ call) => {
    settled(call).then((outcome) => seen.push(outcome))
    return call
  }
  const wrapper = {
    get: (/** @type {[string, string]} */ ...args) => recorded(state.get(...args)),
    set: (/** @type {[string, string, unknown]} */ ...args) => recorded(state.set(...args)),
  }
  return /** @type {Adapter} */ (/** @type {unknown} */ (wrapper))
}

/**
 * Lists the group `fixed` repeatedly.
 *
 * @param {Adapter} state
 * @param {Outcome[]} seen
 */
function listRepeatedly(state, seen) {
  let running = true
  async function list() {
    while (running) seen.push(await settled(state.getGroup('fixed')))
  }
  const listing = list()
  return {
    stop() {
      running = false
      return listing
    },
  }
}
