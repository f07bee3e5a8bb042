// @ts-check
// A server freezes with calls in flight, during a scan or a clear, and resumes later.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { assertFails } from '../support/assert-fails.mjs'
import { allCalls, reads } from '../support/calls.mjs'
import { next } from '../support/events.mjs'
import { range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { allSettled, assertInTime, valuesOf } from '../support/settling.mjs'
import { inPatientTime, patientTimeout } from '../support/timing.mjs'
import { warmThroughRelay } from '../support/warm.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 * @typedef {import('../support/redis.mjs').Client} Client
 * @typedef {import('../support/settling.mjs').Outcome} Outcome
 */

/** Number of event loop turns, in each of which every kind of call is made. */
const turns = 30
const prefix = 'motia:state:'

describe('a server that freezes under load', () => {
  for (const { title, until } of [
    { title: 'if it resumes at once', until: async () => {} },
    {
      title: 'if the connection was replaced before',
      until: async (/** @type {Adapter} */ state) => void (await next(state, 'reconnecting')),
    },
  ]) {
    it(`makes calls time out with the right \`applied\`, and is used again: ${title}`, async (t) => {
      const server = await started(t)
      const client = await server.client()
      await store(client)
      const state = open(t, { url: server.url, commandTimeout: patientTimeout })
      valuesOf(await allSettled(reads(state).map(({ make }) => make())))
      const replaced = until(state)
      /** @type {ReturnType<typeof callsOfTurn>[]} */
      const made = []
      for (const turn of range(turns)) {
        if (turn === turns / 2) server.signal('SIGSTOP')
        made.push(callsOfTurn(state, turn))
        await setImmediate()
      }
      const outcomes = await Promise.all(made.map(({ reads, ...writes }) => outcomesOf(reads, writes)))
      await replaced
      server.signal('SIGCONT')
      await assertAnswers(state)
      const all = outcomes.flatMap(({ reads, set, remove, clear }) => [...reads, set, remove, clear])
      assertInTime(all, patientTimeout)
      for (const { reads, set, remove, clear } of outcomes) {
        for (const { error } of reads) assertOverdue(error, [undefined])
        for (const { error } of [set, remove, clear]) assertOverdue(error, ['no', 'unknown'])
      }
      for (const { error } of all.slice(-all.length / 2)) assert.ok(error, 'a call succeeded on the frozen server')
      await assertApplied(client, outcomes)
    })
  }

  it('only for a moment, fails no call', async (t) => {
    const server = await started(t)
    await store(await server.client())
    const state = open(t, { url: server.url })
    valuesOf(await allSettled(reads(state).map(({ make }) => make())))
    server.signal('SIGSTOP')
    const answers = Promise.all(
      range(turns).map((turn) => {
        const { reads, set, remove, clear } = callsOfTurn(state, turn)
        return allSettled([...reads, set, remove, clear])
      }),
    )
    await setTimeout(300)
    server.signal('SIGCONT')
    for (const [turn, outcomes] of (await answers).entries()) {
      const [value, group, keys, traceIds, items, all, set, removed, cleared] = valuesOf(outcomes)
      assert.deepEqual([value, group, keys, items.length], ['kept', ['kept'], ['key'], 1])
      assert.ok(traceIds.includes('kept') && all.length > 0)
      assert.deepEqual([set, removed, cleared], [turn, turn, undefined])
    }
  })
})

describe('a server that freezes in the middle of', () => {
  for (const name of ['getGroup', 'keys', 'items', 'traceIds', 'items of all']) {
    it(`a scan makes it time out; the next call scans from the start: ${name}`, async (t) => {
      const server = await started(t)
      const client = await server.client()
      // More than two SCAN steps return together (about 2,000 and 4,000).
      const numbers = range(9000)
      await client.mSet(Object.fromEntries(numbers.map((n) => [`${prefix}trace:k${n}`, String(n)])))
      const relay = await relayTo(t, server)
      const state = open(t, { url: relay.url, commandTimeout: patientTimeout })
      const [{ make }] = reads(state).filter((call) => call.name === name)
      // The relay has received this request, but the server has not.
      relay.delay(10)
      const third = relay.untilRequest('\r\nSCAN\r\n', 3)
      const call = assertFails(make(), 'ERR_COMMAND_TIMEOUT', inPatientTime)
      await third
      server.signal('SIGSTOP')
      await call
      relay.pass()
      server.signal('SIGCONT')
      assertSameMembers(
        namesIn(/** @type {any[]} */ (await make())),
        name === 'traceIds' ? ['trace'] : namesFor(name, numbers),
      )
    })
  }

  it('a clear makes it time out with applied: unknown, because some entries may be deleted', async (t) => {
    const { server, relay, state } = await warmThroughRelay(t, { commandTimeout: patientTimeout })
    relay.delay(10)
    const removing = relay.untilRequest('\r\nUNLINK\r\n')
    const expected = { applied: /** @type {const} */ ('unknown'), traceId: 'trace', ...inPatientTime }
    const call = assertFails(state.clear('trace'), 'ERR_COMMAND_TIMEOUT', expected)
    await removing
    server.signal('SIGSTOP')
    await call
    relay.pass()
    server.signal('SIGCONT')
    await assertAnswers(state)
  })
})

/**
 * Stores the entries that the calls of all turns use.
 *
 * @param {Client} client
 */
async function store(client) {
  const entries = range(turns).flatMap((turn) => [
    [`${prefix}deleted:${turn}`, String(turn)],
    [`${prefix}cleared-${turn}:key`, String(turn)],
  ])
  await client.mSet(Object.fromEntries([[`${prefix}kept:key`, '"kept"'], ...entries]))
}

/**
 * Every kind of call. Writes use entries of this turn only.
 *
 * @param {Adapter} state
 * @param {number} turn
 */
function callsOfTurn(state, turn) {
  return {
    reads: [
      state.get('kept', 'key'),
      state.getGroup('kept'),
      state.keys('kept'),
      state.traceIds(),
      state.items({ groupId: 'kept' }),
      state.items(),
    ],
    set: state.set('written', `${turn}`, turn),
    remove: state.delete('deleted', `${turn}`),
    clear: state.clear(`cleared-${turn}`),
  }
}

/**
 * @param {Promise<unknown>[]} reads
 * @param {Omit<ReturnType<typeof callsOfTurn>, 'reads'>} writes
 */
async function outcomesOf(reads, writes) {
  const [set, remove, clear, ...others] = await allSettled([writes.set, writes.remove, writes.clear, ...reads])
  return { set, remove, clear, reads: others }
}

/**
 * @param {Outcome['error']} error
 * @param {(string | undefined)[]} applied
 */
function assertOverdue(error, applied) {
  if (!error) return
  // Commands sent on a connection that was replaced.
  assert.ok(['ERR_COMMAND_TIMEOUT', 'ERR_CONNECTION'].includes(error.code), error.code)
  assert.ok(applied.includes(error.applied), `applied: ${error.applied}`)
}

/**
 * The stored entries must agree with the outcomes: an applied write is present, and one with `applied: 'no'` is not.
 *
 * @param {Client} client
 * @param {Awaited<ReturnType<typeof outcomesOf>>[]} outcomes by turn
 */
async function assertApplied(client, outcomes) {
  const stored = new Set(await client.keys('*'))
  for (const [turn, { set, remove, clear }] of outcomes.entries()) {
    for (const { name, outcome, exists } of [
      { name: `written:${turn}`, outcome: set, exists: true },
      { name: `deleted:${turn}`, outcome: remove, exists: false },
      { name: `cleared-${turn}:key`, outcome: clear, exists: false },
    ]) {
      const { error } = outcome
      if (error?.applied === 'unknown') continue
      assert.equal(stored.has(prefix + name), error ? !exists : exists, `${name} after ${error?.applied ?? 'success'}`)
    }
  }
}

/**
 * The first calls after the fault must succeed within `commandTimeout`.
 *
 * @param {Adapter} state
 */
async function assertAnswers(state) {
  valuesOf(await allSettled(allCalls(state).map(({ make }) => make())))
}

/** @param {any[]} listed */
function namesIn(listed) {
  return listed.map((entry) => entry.key ?? entry)
}

/**
 * @param {string} name of the listing
 * @param {number[]} numbers
 */
function namesFor(name, numbers) {
  return name === 'getGroup' ? numbers : numbers.map((n) => `k${n}`)
}
