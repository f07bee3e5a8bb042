// @ts-check
// Commands with a transient refusal: the server did not execute them, so they can be sent again.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from './support/assert-fails.mjs'
import { reads, writes } from './support/calls.mjs'
import { next } from './support/events.mjs'
import { range } from './support/fill.mjs'
import { open } from './support/open.mjs'
import { bulk, scripted } from './support/scripted-server.mjs'
import { allSettled, assertInTime } from './support/settling.mjs'
import { timesCalled } from './support/times-called.mjs'
import { patientTimeout } from './support/timing.mjs'
import { unusedPort } from './support/unused-port.mjs'
import { warm, warmThroughRelay } from './support/warm.mjs'

/** @typedef {import('./support/redis.mjs').Client} Client */

/**
 * @typedef {object} State of a server that refuses
 * @property {string} reply
 * @property {(client: Client) => Promise<unknown>} enter
 * @property {(client: Client) => Promise<unknown>} leave
 */

/** @type {State} */
const replica = { reply: 'READONLY', enter: follow, leave: lead }

/** @type {State} */
const lonelyReplica = {
  reply: 'MASTERDOWN',
  enter: async (client) => {
    await client.configSet('replica-serve-stale-data', 'no')
    await follow(client)
  },
  leave: lead,
}

/** @type {State} */
const withoutReplicas = {
  reply: 'NOREPLICAS',
  enter: (client) => client.configSet('min-replicas-to-write', '1'),
  leave: (client) => client.configSet('min-replicas-to-write', '0'),
}

for (const { reply, enter, leave } of [replica, withoutReplicas]) {
  describe(`writes that the server refuses with ${reply}`, () => {
    for (const { name, command, answer, left } of [
      { name: 'set', command: 'set', answer: 'written', left: 'written' },
      { name: 'delete', command: 'getdel', answer: 'value', left: null },
      { name: 'clear', command: 'unlink', answer: undefined, left: null },
    ]) {
      it(`are retried until they succeed: ${name}`, async (t) => {
        const { client, relay, state } = await warmThroughRelay(t)
        const [{ make }] = writes(state).filter((call) => call.name === name)
        await enter(client)
        const refused = relay.untilReply(`-${reply} `)
        const call = make()
        await refused
        assert.equal(await state.get('trace', 'key'), 'value')
        await leave(client)
        assert.equal(await call, answer)
        assert.equal(await state.get('trace', 'key'), left)
        assert.equal(await timesCalled(client, command), 1)
      })
    }

    it('time out with applied: no', async (t) => {
      const { client, state } = await warm(t, { commandTimeout: patientTimeout })
      await enter(client)
      await assertRefusedInTime(writes(state), reply)
      assert.equal(await state.get('trace', 'key'), 'value')
      await leave(client)
      assert.equal(await state.get('trace', 'key'), 'value')
      assert.equal(await state.set('trace', 'key', 'new'), 'new')
    })
  })
}

describe('reads that the server refuses with MASTERDOWN', () => {
  const { reply, enter, leave } = lonelyReplica

  for (const name of ['get', 'getGroup', 'keys', 'items', 'traceIds', 'items of all']) {
    it(`are retried until they succeed: ${name}`, async (t) => {
      const { client, relay, state } = await warmThroughRelay(t)
      const [{ make }] = reads(state).filter((call) => call.name === name)
      const expected = await make()
      await enter(client)
      const refused = relay.untilReply(`-${reply} `)
      const call = make()
      await refused
      await leave(client)
      assert.deepEqual(await call, expected)
    })
  }

  it('time out', async (t) => {
    const { client, state } = await warm(t, { commandTimeout: patientTimeout })
    await enter(client)
    await assertRefusedInTime(reads(state), reply)
    await leave(client)
    assert.equal(await state.get('trace', 'key'), 'value')
  })
})

describe('a batch in which some calls get a transient refusal', () => {
  it('gives each call its own result', async (t) => {
    /** @type {Map<string, number>} */
    const asked = new Map()
    const url = await scripted(t, ([name, key]) => {
      if (!key?.includes('key-')) return
      const number = Number(key.split('-').at(-1))
      const times = (asked.get(key) ?? 0) + 1
      asked.set(key, times)
      if (number % 3 === 0 && times <= 1 + (number % 2)) return '-LOADING Redis is loading the dataset in memory'
      if (number % 5 === 0) return "-OOM command not allowed when used memory > 'maxmemory'."
      return name === 'SET' ? '+OK' : bulk(JSON.stringify({ number }))
    })
    const state = open(t, { url })
    const numbers = range(60)
    await Promise.all(
      numbers.map(async (number) => {
        const [key, write] = [`key-${number}`, number % 4 > 1]
        const read = () => state.get('trace', key)
        const call = [read, read, () => state.set('trace', key, { number }), () => state.delete('trace', key)][
          number % 4
        ]()
        const applied = write ? /** @type {const} */ ('no') : undefined
        if (number % 5 === 0) await assertFails(call, 'ERR_REPLY', { applied, reply: 'OOM', traceId: 'trace', key })
        else assert.deepEqual(await call, { number })
      }),
    )
    const times = numbers.map((number) => asked.get(`motia:state:trace:key-${number}`))
    assert.deepEqual(
      times,
      numbers.map((number) => (number % 3 === 0 ? 2 + (number % 2) : 1)),
    )
  })
})

/**
 * Makes all calls at once. Each must reject at its deadline with the refusal, unless a retry is in flight at that moment,
 * which takes long on a busy machine: then what the server did with it is not known.
 *
 * @param {import('./support/calls.mjs').Call[]} calls
 * @param {string} reply
 */
async function assertRefusedInTime(calls, reply) {
  const start = performance.now()
  const made = calls.map(({ make }) => make())
  const first = Promise.race(made.map((call) => call.catch(() => {}))).then(() => performance.now() - start)
  const outcomes = await allSettled(made)
  assert.ok((await first) >= patientTimeout - 50, `the first rejects after ${await first} ms`)
  assertInTime(outcomes, patientTimeout)
  for (const [index, { error }] of outcomes.entries()) {
    const { name, writes = false } = calls[index]
    const [refused, inFlight] = writes ? ['no', 'unknown'] : [undefined, undefined]
    const expected = error?.code === 'ERR_COMMAND_TIMEOUT' ? [undefined, inFlight] : [reply, refused]
    assert.ok(['ERR_REPLY', 'ERR_COMMAND_TIMEOUT'].includes(`${error?.code}`), `${name}: ${error}`)
    assert.deepEqual([error?.reply, error?.applied], expected, `${name}: ${error}`)
  }
  assert.ok(outcomes.some(({ error }) => error?.reply === reply))
}

/** @param {Client} client */
async function follow(client) {
  await client.sendCommand(['REPLICAOF', '127.0.0.1', String(await unusedPort())])
}

/** @param {Client} client */
async function lead(client) {
  await client.sendCommand(['REPLICAOF', 'NO', 'ONE'])
}

describe('a server that turns out to be a replica', () => {
  it('is replaced by a new connection, because its name may have another address by now', async (t) => {
    const { server, client, relay, state } = await warmThroughRelay(t)
    const other = await warm(t)
    // A connection that is newer than the refusal is kept, because it uses the current address.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await follow(client)
    relay.routeTo(other.server)
    const back = next(state, 'ready')
    assert.equal(await state.set('trace', 'key', 'there'), 'there')
    await back
    assert.equal(await other.client.get('motia:state:trace:key'), '"there"')
    assert.equal(state.stats().errors.ERR_CONNECTION, undefined)
    assert.ok(server.pid)
  })
})
