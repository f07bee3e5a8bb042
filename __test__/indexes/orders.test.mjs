// @ts-check
// All orders in which the commands of writes, clean-ups and other clients can reach a server. However they interleave, and
// wherever one of them stops, each entry that an adapter with `index` wrote is a member of its index.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { assertComplete, indexKey, openIndexed, PREFIX } from '../support/index-members.mjs'
import { startRedis } from '../support/redis.mjs'
import { array, bulk, scriptedServer } from '../support/scripted-server.mjs'

/** @import { Client, RedisServer } from '../support/redis.mjs' */

/**
 * What one client sends, in steps. A step can depend on the replies so far.
 *
 * @typedef {((send: (...command: string[]) => Promise<any>) => Promise<unknown>)[]} Steps
 */

const [TRACE, KEY] = ['t', 'k']
const [INDEX, ENTRY] = [indexKey(TRACE), `${PREFIX}${TRACE}:${KEY}`]
const BY_ADAPTER = '"indexed"'
const SWEEP = `if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('ZREM', KEYS[1], ARGV[1]) end`

/** @param {string[][]} commands @returns {Steps} each command is a step */
const commands = (commands) => commands.map((command) => (send) => send(...command))

/** The commands of one transaction are a step, as the server runs them at EXEC. @param {string[][]} list @returns {Steps} */
const atomic = (list) => [async (send) => await Promise.all(list.map((command) => send(...command)))]

const SET = [['MULTI'], ['ZADD', INDEX, '0', KEY], ['SET', ENTRY, BY_ADAPTER], ['EXEC']]
const SET_NX = [['MULTI'], ['ZADD', INDEX, '0', KEY], ['SET', ENTRY, BY_ADAPTER, 'NX'], ['EXEC']]
const DELETE = [['MULTI'], ['ZREM', INDEX, KEY], ['GETDEL', ENTRY], ['EXEC']]
const CLEAR = [['MULTI'], ['UNLINK', ENTRY], ['ZREM', INDEX, KEY], ['EXEC']]

/** @type {Record<string, Steps>} */
const OTHERS = {
  sweep: [
    (send) => send('ZRANGE', INDEX, '0', '-1'),
    (send) => send('MGET', ENTRY),
    (send) => send('EVAL', SWEEP, '2', INDEX, ENTRY, KEY),
  ],
  reindex: reindex(),
  expiry: commands([['PEXPIREAT', ENTRY, '1']]),
  'a delete by another client': commands([['GETDEL', ENTRY]]),
  'a set by another client': commands([['SET', ENTRY, '"foreign"']]),
  clear: [(send) => send('SCAN', '0'), ...atomic(CLEAR)],
}

/** @returns {Steps} */
function reindex() {
  /** @type {string[]} */
  let found = []
  return [
    async (send) => {
      found = (await send('SCAN', '0'))[1].filter((/** @type {string} */ key) => key === ENTRY)
    },
    async (send) => {
      if (found.length > 0) await send('ZADD', INDEX, '0', KEY)
    },
  ]
}

describe('the index is complete in every order of', () => {
  /** @type {RedisServer} */
  let server
  /** @type {Client[]} */
  let clients
  before(async () => {
    server = await startRedis()
    clients = await Promise.all([0, 1, 2].map(() => server.client()))
  })
  after(() => server.stop())

  for (const wasThere of [false, true]) {
    const from = wasThere ? 'from an entry' : 'from nothing'

    it(`the commands of two writes, ${from}`, async () => {
      for (const [one, other] of pairsOf([SET, SET_NX, DELETE, CLEAR])) {
        await inEveryOrder([commands(one), commands(other)], wasThere, { stops: true })
      }
    })

    for (const [name, steps] of Object.entries(OTHERS)) {
      it(`a set, a delete and ${name}, ${from}`, async () => {
        for (const set of [SET, SET_NX]) await inEveryOrder([atomic(set), atomic(DELETE), steps], wasThere)
        await inEveryOrder([commands(SET), steps], wasThere, { stops: true })
        await inEveryOrder([commands(DELETE), steps], wasThere, { stops: true })
      })
    }

    it(`a set, a sweep and a clear, or a reindex, ${from}`, async () => {
      for (const other of [OTHERS.clear, OTHERS.reindex])
        await inEveryOrder([atomic(SET), OTHERS.sweep, other], wasThere)
    })
  }

  it('transactions only: pairs of plain commands lose members', async () => {
    const [set, remove] = [SET.slice(1, 3), DELETE.slice(1, 3).reverse()]
    await assert.rejects(inEveryOrder([commands(set), commands(remove)], false), /entries that the index/)
  })

  /**
   * @param {Steps[]} actors
   * @param {boolean} wasThere
   * @param {{ stops?: boolean }} [options] whether each of them also stops after each step, as if its connection ended
   */
  async function inEveryOrder(actors, wasThere, { stops = false } = {}) {
    const lengths = actors.map((steps) => (stops ? upTo(steps.length) : [steps.length]))
    for (const order of product(lengths).flatMap(ordersOf)) await inOrder(actors, order, wasThere)
  }

  /** @param {Steps[]} actors @param {number[]} order @param {boolean} wasThere */
  async function inOrder(actors, order, wasThere) {
    const [client] = clients
    await client.sendCommand(['FLUSHDB'])
    if (wasThere) await Promise.all(SET.map((command) => client.sendCommand(command)))
    const next = actors.map(() => 0)
    for (const actor of order) {
      const step = actors[actor][next[actor]++]
      await step((...command) => clients[actor].sendCommand(command))
    }
    await Promise.all(clients.map((other) => other.sendCommand(['DISCARD']).catch(() => {})))
    if ((await client.get(ENTRY)) === BY_ADAPTER) await assertComplete(client, TRACE)
  }
})

describe('the adapter', () => {
  it('sends these commands', async (t) => {
    /** @type {string[][]} */
    const sent = []
    const server = await scriptedServer(t, (command) => {
      sent.push(command)
      const before = sent.at(-2)?.[0]
      if (command[0] === 'EXEC') return before === 'MULTI' ? '*0' : array(':1', before === 'SET' ? '+OK' : bulk('1'))
      return ['ZADD', 'ZREM', 'SET', 'GETDEL'].includes(command[0]) ? '+QUEUED' : undefined
    })
    const state = openIndexed(t, server)
    await state.connect()
    sent.length = 0
    await state.set(TRACE, KEY, 'indexed')
    await state.set(TRACE, KEY, 'indexed', { ifAbsent: true })
    await state.delete(TRACE, KEY)
    assert.deepEqual(sent, [...SET, ...SET_NX, ...DELETE])
  })
})

/** @template T @param {T[]} list @returns {[T, T][]} */
function pairsOf(list) {
  return list.flatMap((one, index) => list.slice(index).map((other) => /** @type {[T, T]} */ ([one, other])))
}

/** @param {number} count */
function upTo(count) {
  return Array.from({ length: count + 1 }, (_, index) => index)
}

/** @param {number[][]} lists @returns {number[][]} */
function product([first, ...rest]) {
  if (first === undefined) return [[]]
  return first.flatMap((value) => product(rest).map((values) => [value, ...values]))
}

/** All orders of so many steps of each actor. @param {number[]} counts @returns {number[][]} */
function ordersOf(counts) {
  if (counts.every((count) => count === 0)) return [[]]
  return counts.flatMap((count, actor) => {
    if (count === 0) return []
    const rest = counts.with(actor, count - 1)
    return ordersOf(rest).map((order) => [actor, ...order])
  })
}
