// @ts-check
// Large values in both directions at once, and more data than the connection accepts.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { readyAgain, record } from '../support/events.mjs'
import { range } from '../support/fill.mjs'
import { makeThreadsLate } from '../support/late-threads.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { settled } from '../support/settling.mjs'
import { patientTimeout } from '../support/timing.mjs'
import { warm } from '../support/warm.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 * @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options
 * @typedef {import('../support/relay.mjs').Relay} Relay
 */

const megabyte = 1024 * 1024
const size = 16 * megabyte
/** Limits for a dozen large values. @type {Options} */
const roomy = { maxPendingBytes: 256 * megabyte, commandTimeout: 20_000 }

describe('values of 16 MB in both directions at once', () => {
  it('in one tick are returned unchanged', async (t) => {
    const { state } = await warm(t, roomy)
    await exchange(state, 'one')
  })

  it('in overlapping ticks, with listings, are returned unchanged', async (t) => {
    const { state } = await warm(t, roomy)
    const exchanges = []
    for (const group of ['one', 'two', 'three']) {
      exchanges.push(exchange(state, group))
      await setImmediate()
    }
    await Promise.all(exchanges)
    const values = await Promise.all([state.getGroup('one'), state.getGroup('two'), state.get('three', 'in-0')])
    assertLarge(values[2], 'three in-0')
    assert.deepEqual([values[0].length, values[1].length], [4, 4])
  })

  it('of 4 adapters are returned unchanged', async (t) => {
    const server = await started(t)
    const states = range(4).map(() => open(t, { url: server.url, ...roomy }))
    await Promise.all(states.map((state, index) => exchange(state, `group-${index}`)))
  })

  it('are returned unchanged by a server that freezes for a moment', async (t) => {
    const server = await started(t)
    const states = range(4).map(() => open(t, { url: server.url, ...roomy }))
    const exchanges = states.map((state, index) =>
      exchange(state, `group-${index}`, async () => {
        if (index > 0) return
        server.signal('SIGSTOP')
        await setTimeout(300)
        server.signal('SIGCONT')
      }),
    )
    await Promise.all(exchanges)
  })
})

describe('more data than the other side reads', () => {
  it('waits without using CPU time', async (t) => {
    const { server, state } = await warm(t, roomy)
    server.signal('SIGSTOP')
    const call = state.set('trace', 'large', large('large'))
    // The socket buffers are full.
    await setTimeout(100)
    const [start, before] = [performance.now(), process.cpuUsage()]
    await setTimeout(500)
    const [took, { user, system }] = [performance.now() - start, process.cpuUsage(before)]
    server.signal('SIGCONT')
    await call
    const busy = (user + system) / 1000
    assert.ok(busy < took / 2, `${busy} ms of CPU time in ${took} ms`)
  })

  for (const time of ['once', 'and once more']) {
    it(`gives every call its own reply on the next connection: ${time}`, async (t) => {
      const server = await started(t)
      const relay = await relayTo(t, server)
      const keys = range(20).map((n) => `k${n}`)
      const entries = keys.map((key) => [`motia:state:trace:${key}`, JSON.stringify(key)])
      await (await server.client()).mSet(Object.fromEntries(entries))
      const state = open(t, { url: relay.url, commandTimeout: patientTimeout })
      await state.get('trace', 'k0')
      makeThreadsLate()
      const [events, back] = [record(state), readyAgain(state)]
      await fillUp(state, relay)
      // So that replies are in flight at any time.
      relay.delay(20)
      const wrong = [...(await readInEachTurn(state, keys, back)), ...(await readInTurn(state, keys, 20))]
      assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} wrong answers`)
      const losses = events.filter((event) => event === 'reconnecting').length
      assert.equal(losses, 1, 'the new connection was given up too')
    })
  }
})

/**
 * Jams the connection with one call that waits for its reply, and one that is only partly sent. When the first has
 * timed out, the connection is about to be replaced.
 *
 * @param {Adapter} state
 * @param {Relay} relay
 */
async function fillUp(state, relay) {
  const value = large('large')
  relay.jam()
  const unanswered = settled(state.set('trace', 'small', 1))
  await setImmediate()
  void settled(state.set('trace', 'large', value))
  await unanswered
}

/**
 * Reads an entry whose value is its key, in each turn of the event loop.
 *
 * @param {Adapter} state
 * @param {string[]} keys
 * @param {Promise<unknown>} end
 * @returns the wrong results
 */
async function readInEachTurn(state, keys, end) {
  let running = true
  const ended = end.finally(() => {
    running = false
  })
  const reads = []
  for (; running; await setImmediate()) reads.push(readWrong(state, keys[reads.length % keys.length]))
  await ended
  return (await Promise.all(reads)).flat()
}

/**
 * Reads entries whose values are their keys, several times in sequence.
 *
 * @param {Adapter} state
 * @param {string[]} keys
 * @param {number} times
 * @returns the wrong results
 */
async function readInTurn(state, keys, times) {
  const readAll = async (/** @type {string} */ key) => {
    const wrong = []
    for (let time = 0; time < times; time++) wrong.push(...(await readWrong(state, key)))
    return wrong
  }
  return (await Promise.all(keys.map(readAll))).flat()
}

/**
 * @param {Adapter} state
 * @param {string} key
 */
function readWrong(state, key) {
  return state.get('trace', key).then(
    (value) => (value === key ? [] : [{ key, value }]),
    // Calls may time out because the native threads are late.
    ({ code }) => (code === 'ERR_COMMAND_TIMEOUT' ? [] : [{ key, code }]),
  )
}

/**
 * Writes values of 16 MB while it reads others.
 *
 * @param {Adapter} state
 * @param {string} group
 * @param {() => Promise<void>} [meanwhile] awaited while both are in flight
 */
async function exchange(state, group, meanwhile = async () => {}) {
  const [outgoing, incoming] = [range(2).map((n) => `out-${n}`), range(2).map((n) => `in-${n}`)]
  const write = (/** @type {string} */ key) => state.set(group, key, large(`${group} ${key}`))
  await Promise.all(incoming.map(write))
  const calls = [write(outgoing[0]), state.get(group, incoming[0]), state.get(group, incoming[1]), write(outgoing[1])]
  await Promise.all([...calls, meanwhile()])
  const read = [calls[1], calls[2], ...outgoing.map((key) => state.get(group, key))]
  for (const [index, key] of [...incoming, ...outgoing].entries()) assertLarge(await read[index], `${group} ${key}`)
}

/** @param {string} name */
function large(name) {
  return `${name} `.repeat(size / (name.length + 1))
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function assertLarge(value, name) {
  // assert.equal would print both values.
  assert.ok(value === large(name), `${name}: another text of ${/** @type {string} */ (value)?.length} characters`)
}
