// @ts-check
// Writes whose replies are lost are executed at most once.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { assertFails } from '../support/assert-fails.mjs'
import { next } from '../support/events.mjs'
import { range } from '../support/fill.mjs'
import { journalOf } from '../support/journal.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { allSettled } from '../support/settling.mjs'
import { timesCalled } from '../support/times-called.mjs'
import { soon } from '../support/timing.mjs'
import { warmThroughRelay } from '../support/warm.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { Client, RedisServer } from '../support/redis.mjs'
 * @import { Outcome } from '../support/settling.mjs'
 *
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 * @typedef {import('../support/relay.mjs').Direction} Direction
 * @typedef {(key: string, value: string) => Promise<unknown>} Write
 * @typedef {(state: Adapter, group: string) => Record<string, Promise<unknown>>} Calls by name
 *
 * @typedef {object} Stream
 * @property {string} title
 * @property {Calls} calls
 * @property {(state: Adapter) => Promise<unknown>} connect a read that needs the connection of the calls
 * @property {Direction} direction
 * @property {number[]} points
 */

const unknown = { applied: /** @type {const} */ ('unknown'), ...soon }

/**
 * The other writers, which write to the group `trace` meanwhile.
 *
 * @type {{ who: string, writing: (t: TestContext, server: RedisServer) => Promise<Write> }[]}
 */
const others = [
  {
    who: 'another adapter',
    writing: async (t, server) => {
      const state = open(t, { url: server.url })
      return (key, value) => state.set('trace', key, value)
    },
  },
  {
    who: 'another client',
    writing: async (_, server) => {
      const client = await server.client()
      return (key, value) => client.set(`motia:state:trace:${key}`, JSON.stringify(value))
    },
  },
]

for (const { who, writing } of others) {
  describe(`a newer write of ${who} after a write whose reply was lost`, () => {
    it('is not overwritten by the set', async (t) => {
      const { server, client, relay, state } = await warmThroughRelay(t)
      const write = await writing(t, server)
      const lost = relay.dropRepliesTo('\r\nSET\r\n')
      const call = assertFails(state.set('trace', 'key', 'old'), 'ERR_CONNECTION', unknown)
      await lost
      await write('key', 'newer')
      await loseConnection(state, relay)
      await call
      assert.equal(await state.get('trace', 'key'), 'newer')
      assert.equal(await client.get('motia:state:trace:key'), '"newer"')
      assert.equal(await timesCalled(client, 'set'), 2)
    })

    it('is not removed by the delete', async (t) => {
      const { server, client, relay, state } = await warmThroughRelay(t)
      const write = await writing(t, server)
      const lost = relay.dropRepliesTo('\r\nGETDEL\r\n')
      const call = assertFails(state.delete('trace', 'key'), 'ERR_CONNECTION', unknown)
      await lost
      await write('key', 'newer')
      await loseConnection(state, relay)
      await call
      assert.equal(await state.get('trace', 'key'), 'newer')
      assert.equal(await timesCalled(client, 'getdel'), 1)
    })

    it('is not removed by the clear', async (t) => {
      const { server, client, relay, state } = await warmThroughRelay(t)
      const write = await writing(t, server)
      const lost = relay.dropRepliesTo('\r\nUNLINK\r\n')
      const call = assertFails(state.clear('trace'), 'ERR_CONNECTION', unknown)
      await lost
      await write('key', 'newer')
      await write('another', 'new')
      relay.cut()
      await call
      assertSameMembers(await state.keys('trace'), ['key', 'another'])
      assert.equal(await state.get('trace', 'key'), 'newer')
      assert.equal(await timesCalled(client, 'unlink'), 1)
    })

    it('is not overwritten by many sets of one tick or of several', async (t) => {
      const { server, client, relay, state } = await warmThroughRelay(t)
      const write = await writing(t, server)
      const keys = range(300).map((index) => `key-${index}`)
      const lost = relay.dropReplies(keys.length)
      const set = (/** @type {string} */ key) => assertFails(state.set('trace', key, 'old'), 'ERR_CONNECTION', unknown)
      const calls = keys.slice(0, 200).map(set)
      await setImmediate()
      calls.push(...keys.slice(200).map(set))
      await lost
      await Promise.all(keys.map((key) => write(key, 'newer')))
      await loseConnection(state, relay)
      await Promise.all(calls)
      assert.deepEqual(await Promise.all(keys.map((key) => state.get('trace', key))), Array(keys.length).fill('newer'))
      assert.equal(await timesCalled(client, 'set'), 2 * keys.length)
    })
  })
}

describe('writes that were lost on the way to the server', () => {
  it('are not sent again', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t)
    const lost = relay.dropRequests('\r\nSET\r\n', 1)
    const set = assertFails(state.set('trace', 'new', 1), 'ERR_CONNECTION', unknown)
    const remove = assertFails(state.delete('trace', 'key'), 'ERR_CONNECTION', unknown)
    await lost
    await loseConnection(state, relay)
    await Promise.all([set, remove])
    assert.deepEqual(await state.keys('trace'), ['key'])
    assert.deepEqual([await timesCalled(client, 'set'), await timesCalled(client, 'getdel')], [0, 0])
  })
})

describe('a stream of calls that is cut at any byte', () => {
  /** @type {Calls} */
  const pointCalls = (state, group) => ({
    set: state.set(group, 'set', group),
    get: state.get(group, 'kept'),
    delete: state.delete(group, 'deleted'),
    setAgain: state.set(group, 'again', group),
    getAgain: state.get(group, 'kept'),
  })
  /** @type {Calls} */
  const clear = (state, group) => ({ clear: state.clear(group) })

  const connectCommands = (/** @type {Adapter} */ state) => state.get('before', 'key')
  const connectScans = (/** @type {Adapter} */ state) => state.keys('before')

  /** @type {Stream[]} */
  const streams = [
    {
      title: 'in requests for single entries',
      calls: pointCalls,
      connect: connectCommands,
      direction: 'requests',
      points: range(320),
    },
    {
      title: 'in replies for single entries',
      calls: pointCalls,
      connect: connectCommands,
      direction: 'replies',
      points: range(70),
    },
    { title: 'in requests of a clear', calls: clear, connect: connectScans, direction: 'requests', points: range(240) },
    { title: 'in replies to a clear', calls: clear, connect: connectScans, direction: 'replies', points: range(120) },
  ]

  for (const { title, calls, connect, direction, points } of streams) {
    it(`executes each write at most once: ${title}`, async (t) => {
      const server = await started(t)
      const journal = await journalOf(server)
      const lanes = await Promise.all(range(4).map(() => laneTo(t, server)))
      const left = [...points]
      const results = await Promise.all(
        lanes.map(async (lane) => {
          const ofLane = []
          for (let point = left.shift(); point !== undefined; point = left.shift()) {
            ofLane.push(await cutAt(lane, { direction, calls, connect }, point))
          }
          return ofLane
        }),
      )
      const times = await journal.close()
      const seen = results.flat().flatMap(({ group, outcomes }) => checked(group, outcomes, times))
      // Some requests and some replies were lost.
      const kinds = [
        'acknowledged',
        'unknown, executed',
        ...(direction === 'requests' ? ['unknown, not executed'] : []),
      ]
      for (const kind of kinds) assert.ok(seen.includes(kind), `no write was ${kind}`)
    })
  }
})

/**
 * @param {Adapter} state
 * @param {import('../support/relay.mjs').Relay} relay
 */
async function loseConnection(state, relay) {
  const lost = next(state, 'reconnecting')
  relay.cut()
  await lost
}

/**
 * An adapter that connects through a relay.
 *
 * @param {TestContext} t
 * @param {RedisServer} server
 */
async function laneTo(t, server) {
  const relay = await relayTo(t, server)
  const state = open(t, { url: relay.url, socket: { reconnectStrategy: 0 } })
  return { relay, state, client: await server.client() }
}

/**
 * @param {Awaited<ReturnType<typeof laneTo>>} lane
 * @param {Pick<Stream, 'direction' | 'calls' | 'connect'>} stream
 * @param {number} point number of bytes in that direction before the cut
 */
async function cutAt({ relay, state, client }, { direction, calls, connect }, point) {
  const group = `${direction}-${point}`
  await client.mSet(Object.fromEntries(['kept', 'deleted'].map((key) => [redisKey(group, key), `"${key}"`])))
  // Connect first, so that only the bytes of the calls are counted. Reads are repeated if the last cut was not noticed
  // yet; a write would be lost.
  await connect(state)
  relay.after(direction, point, () => relay.cut())
  const made = Object.entries(calls(state, group))
  const outcomes = await allSettled(made.map(([, call]) => call))
  relay.pass()
  return { group, outcomes: Object.fromEntries(made.map(([name], index) => [name, outcomes[index]])) }
}

/**
 * @param {string} group
 * @param {Record<string, Outcome>} outcomes by name of the call
 * @param {Map<string, number>} times number of executions of each command
 * @returns {string[]} reported and actual outcome of each write
 */
function checked(group, outcomes, times) {
  const { get, getAgain, ...writes } = outcomes
  for (const { value } of [get, getAgain].filter(Boolean)) assert.equal(value, 'kept')
  /** @type {Record<string, string>} */
  const commands = { set: 'SET set', setAgain: 'SET again', delete: 'GETDEL deleted', clear: 'UNLINK deleted' }
  return Object.entries(writes).map(([name, { error, value }]) => {
    const [command, key] = commands[name].split(' ')
    const ran = times.get(`${command} ${redisKey(group, key)}`) ?? 0
    const reported = error?.applied ?? 'acknowledged'
    const possible = /** @type {Record<string, number[]>} */ ({ acknowledged: [1], no: [0], unknown: [0, 1] })[reported]
    assert.ok(possible.includes(ran), `${group}: ${name} was reported as ${reported}, and was executed ${ran} times`)
    if (error) assert.equal(error.code, 'ERR_CONNECTION')
    else assert.equal(value, { set: group, setAgain: group, delete: 'deleted', clear: undefined }[name])
    return error ? `${reported}, ${ran === 0 ? 'not ' : ''}executed` : reported
  })
}

/**
 * @param {string} group
 * @param {string} key
 */
function redisKey(group, key) {
  return `motia:state:${group}:${key}`
}
