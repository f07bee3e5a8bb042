// @ts-check
// Writes that were carried out, and whose replies were lost: nobody may carry them out a second time.

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
 */

const unknown = { applied: /** @type {const} */ ('unknown'), within: 1000 }

/** Who writes meanwhile, into the group `trace`. @type {{ who: string, writing: (t: TestContext, server: RedisServer) => Promise<Write> }[]} */
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
  describe(`what ${who} wrote after a write whose reply was lost`, () => {
    it('stays, where that was a set', async (t) => {
      const { server, client, relay, state } = await warmThroughRelay(t)
      const write = await writing(t, server)
      const lost = relay.loseAnswersTo('\r\nSET\r\n')
      const call = assertFails(state.set('trace', 'key', 'old'), 'ERR_CONNECTION', unknown)
      await lost
      await write('key', 'newer')
      await loseConnection(state, relay)
      await call
      assert.equal(await state.get('trace', 'key'), 'newer')
      assert.equal(await client.get('motia:state:trace:key'), '"newer"')
      assert.equal(await timesCalled(client, 'set'), 2)
    })

    it('stays, where that was a delete', async (t) => {
      const { server, client, relay, state } = await warmThroughRelay(t)
      const write = await writing(t, server)
      const lost = relay.loseAnswersTo('\r\nGETDEL\r\n')
      const call = assertFails(state.delete('trace', 'key'), 'ERR_CONNECTION', unknown)
      await lost
      await write('key', 'newer')
      await loseConnection(state, relay)
      await call
      assert.equal(await state.get('trace', 'key'), 'newer')
      assert.equal(await timesCalled(client, 'getdel'), 1)
    })

    it('stays, where that was a clear', async (t) => {
      const { server, client, relay, state } = await warmThroughRelay(t)
      const write = await writing(t, server)
      const lost = relay.loseAnswersTo('\r\nUNLINK\r\n')
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

    it('stays, where that were many calls of one tick, and of several', async (t) => {
      const { server, client, relay, state } = await warmThroughRelay(t)
      const write = await writing(t, server)
      const keys = range(300).map((index) => `key-${index}`)
      const lost = relay.loseAnswers(keys.length)
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

describe('writes that never arrived', () => {
  it('are not made up for', async (t) => {
    const { client, relay, state } = await warmThroughRelay(t)
    const lost = relay.loseRequests('\r\nSET\r\n', 1)
    const set = assertFails(state.set('trace', 'new', 1), 'ERR_CONNECTION', unknown)
    const remove = assertFails(state.delete('trace', 'key'), 'ERR_CONNECTION', unknown)
    await lost
    await loseConnection(state, relay)
    await Promise.all([set, remove])
    assert.deepEqual(await state.keys('trace'), ['key'])
    assert.deepEqual([await timesCalled(client, 'set'), await timesCalled(client, 'getdel')], [0, 0])
  })
})

describe('a stream of calls, cut at any point', () => {
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

  /** @type {{ title: string, calls: Calls, direction: Direction, points: number[] }[]} */
  const streams = [
    { title: 'of requests for single entries', calls: pointCalls, direction: 'requests', points: range(320) },
    { title: 'of answers about single entries', calls: pointCalls, direction: 'answers', points: range(70) },
    { title: 'of requests of a clear', calls: clear, direction: 'requests', points: range(240) },
    { title: 'of answers to a clear', calls: clear, direction: 'answers', points: range(120) },
  ]

  for (const { title, calls, direction, points } of streams) {
    it(`has each write carried out once at most: ${title}`, async (t) => {
      const server = await started(t)
      const journal = await journalOf(server)
      const lanes = await Promise.all(range(4).map(() => laneTo(t, server)))
      const left = [...points]
      const results = await Promise.all(
        lanes.map(async (lane) => {
          const ofLane = []
          for (let point = left.shift(); point !== undefined; point = left.shift()) {
            ofLane.push(await cutAt(lane, direction, point, calls))
          }
          return ofLane
        }),
      )
      const times = await journal.close()
      const told = results.flat().flatMap(({ group, outcomes }) => checked(group, outcomes, times))
      // The points were such that some writes were lost on the way there, and some on the way back.
      const kinds = [
        'acknowledged',
        'unknown, carried out',
        ...(direction === 'requests' ? ['unknown, not carried out'] : []),
      ]
      for (const kind of kinds) assert.ok(told.includes(kind), `no write was ${kind}`)
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
 * A way to a server that can be cut.
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
 * @param {Direction} direction
 * @param {number} point in the bytes of that direction
 * @param {Calls} calls
 */
async function cutAt({ relay, state, client }, direction, point, calls) {
  const group = `${direction}-${point}`
  await client.mSet(Object.fromEntries(['kept', 'deleted'].map((key) => [redisKey(group, key), `"${key}"`])))
  // So that the connection is there, and all that follows are the calls.
  await Promise.all(Object.values(calls(state, 'before')))
  relay.after(direction, point, () => relay.cut())
  const made = Object.entries(calls(state, group))
  const outcomes = await allSettled(made.map(([, call]) => call))
  relay.pass()
  return { group, outcomes: Object.fromEntries(made.map(([name], index) => [name, outcomes[index]])) }
}

/**
 * @param {string} group
 * @param {Record<string, Outcome>} outcomes by name of the call
 * @param {Map<string, number>} times that each command ran
 * @returns {string[]} what was told of the writes, and how it was
 */
function checked(group, outcomes, times) {
  const { get, getAgain, ...writes } = outcomes
  for (const { value } of [get, getAgain].filter(Boolean)) assert.equal(value, 'kept')
  /** @type {Record<string, string>} */
  const commands = { set: 'SET set', setAgain: 'SET again', delete: 'GETDEL deleted', clear: 'UNLINK deleted' }
  return Object.entries(writes).map(([name, { error, value }]) => {
    const [command, key] = commands[name].split(' ')
    const ran = times.get(`${command} ${redisKey(group, key)}`) ?? 0
    const told = error?.applied ?? 'acknowledged'
    const possible = /** @type {Record<string, number[]>} */ ({ acknowledged: [1], no: [0], unknown: [0, 1] })[told]
    assert.ok(possible.includes(ran), `${group}: ${name} was ${told}, and was carried out ${ran} times`)
    if (error) assert.equal(error.code, 'ERR_CONNECTION')
    else assert.equal(value, { set: group, setAgain: group, delete: 'deleted', clear: undefined }[name])
    return error ? `${told}, ${ran === 0 ? 'not ' : ''}carried out` : told
  })
}

/**
 * @param {string} group
 * @param {string} key
 */
function redisKey(group, key) {
  return `motia:state:${group}:${key}`
}
