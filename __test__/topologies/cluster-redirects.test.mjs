// @ts-check
// Redirects of cluster nodes, from scripted servers, because real ones send some of them rarely.

import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { next } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { settleBefore } from '../support/order-of.mjs'
import { array, bulk, scriptedServer } from '../support/scripted-server.mjs'
import { settled } from '../support/settling.mjs'
import { MAX_LATENESS } from '../support/timing.mjs'
import { unusedPort } from '../support/unused-port.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { Answer, ScriptedReply } from '../support/scripted-server.mjs'
 */

/** Short, for tests that wait for it to expire. */
const commandTimeout = 1000
const short = { commandTimeout }

describe('a redirect', () => {
  it('MOVED sends this call and later ones to the other node', async (t) => {
    let isMoved = false
    const { state, asked } = await fake(t, {
      a: ([name], { a, b }) => {
        // The adapter refreshes its slot map after a redirect.
        if (name === 'CLUSTER') return slots(isMoved ? b : a)
        if (name !== 'GET') return
        isMoved = true
        return `-MOVED 1 ${b}`
      },
      b: ([name], { b }) => (name === 'CLUSTER' ? slots(b) : name === 'GET' ? bulk('"there"') : undefined),
    })
    assert.equal(await state.get('t', 'k'), 'there')
    assert.equal(await state.get('t', 'k'), 'there')
    assert.deepEqual(asked('GET'), { a: 1, b: 2 })
  })

  it('without a host means the same host', async (t) => {
    const { state } = await fake(t, {
      a: ([name], { b }) => (name === 'GET' ? `-MOVED 1 :${b.split(':')[1]}` : undefined),
      b: ([name]) => (name === 'GET' ? bulk('1') : undefined),
    })
    assert.equal(await state.get('t', 'k'), 1)
  })

  it('ASK sends this call to the other node, after ASKING', async (t) => {
    const { state, log } = await fake(t, {
      a: ([name], { b }) => (name === 'SET' ? `-ASK 1 ${b}` : undefined),
      b: () => undefined,
    })
    await state.set('t', 'k', 1)
    await state.set('t', 'k', 2)
    const calls = log.filter(([, name]) => name === 'SET' || name === 'ASKING').map(([node, name]) => `${node} ${name}`)
    assert.deepEqual(calls, ['a SET', 'b ASKING', 'b SET', 'a SET', 'b ASKING', 'b SET'])
  })

  it('in circles is followed with pauses, and until the deadline', async (t) => {
    const answers = {
      a: (/** @type {string[]} */ [name], /** @type {Record<string, string>} */ { b }) =>
        name === 'SET' ? `-MOVED 1 ${b}` : undefined,
      b: (/** @type {string[]} */ [name], /** @type {Record<string, string>} */ { a }) =>
        name === 'SET' ? `-MOVED 1 ${a}` : undefined,
    }
    const { state, asked } = await fake(t, answers, short)
    const start = performance.now()
    const { error, took } = await settled(state.set('t', 'k', 1))
    assert.equal(error?.applied, 'no')
    const elapsed = performance.now() - start
    // `took` does not count stalls of the machine, so it may be shorter than the time that the call waited.
    assert.ok(elapsed >= commandTimeout - 100 && took < commandTimeout + MAX_LATENESS, `${elapsed}, ${took} ms`)
    const { a, b } = asked('SET')
    assert.ok(a + b < 60, `${a + b} times in ${commandTimeout} ms`)
  })

  it('to an unreachable node makes the call time out with applied: no', async (t) => {
    const closedPort = await unusedPort()
    const { state } = await fake(
      t,
      { a: ([name]) => (name === 'SET' ? `-ASK 1 127.0.0.1:${closedPort}` : undefined) },
      short,
    )
    const { error, took } = await settled(state.set('t', 'k', 1))
    assert.equal(error?.applied, 'no')
    assert.ok(took < commandTimeout + MAX_LATENESS, `${took} ms`)
  })

  it('that is malformed is retried later', async (t) => {
    let times = 0
    const { state } = await fake(t, {
      a: ([name]) => (name === 'GET' ? (times++ < 2 ? '-MOVED nonsense' : bulk('1')) : undefined),
    })
    assert.equal(await state.get('t', 'k'), 1)
  })

  for (const word of ['TRYAGAIN', 'CLUSTERDOWN', 'LOADING', 'READONLY', 'MASTERDOWN']) {
    it(`a transient refusal ${word} is retried until the call succeeds`, async (t) => {
      let times = 0
      const { state, asked } = await fake(t, {
        a: ([name]) => (name === 'SET' && times++ < 3 ? `-${word} later` : undefined),
      })
      await state.set('t', 'k', 1)
      assert.equal(asked('SET').a, 4)
    })
  }

  it('a permanent CLUSTERDOWN is the reply of the error at the deadline', async (t) => {
    const { state } = await fake(t, { a: ([name]) => (name === 'SET' ? '-CLUSTERDOWN for good' : undefined) }, short)
    const expected = {
      applied: /** @type {const} */ ('no'),
      reply: 'CLUSTERDOWN',
      within: commandTimeout + MAX_LATENESS,
    }
    await assertFails(state.set('t', 'k', 1), 'ERR_REPLY', expected)
  })

  it('a transient refusal keeps the order of writes', async (t) => {
    /** @type {string[]} */
    const stored = []
    let times = 0
    const { state } = await fake(t, {
      a: ([name, , value]) => {
        if (name !== 'SET') return
        if (times++ < 5) return '-CLUSTERDOWN later'
        stored.push(value)
      },
    })
    const writes = []
    for (const index of range(20)) {
      writes.push(state.set('t', 'k', index))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await Promise.all(writes)
    assert.deepEqual(stored, range(20).map(String))
  })

  it('fails only its call if the strategy stops reconnecting', async (t) => {
    const { state, close } = await fake(
      t,
      {
        a: ([name, key], { b }) =>
          name === 'SET' && key.endsWith('moved') ? `-MOVED 1 ${b}` : name === 'SET' ? () => {} : undefined,
        b: () => () => {},
      },
      { socket: { reconnectStrategy: false } },
    )
    const calls = ['moved', 'other'].map((key) => settled(state.set('t', key, 1)))
    await new Promise((resolve) => setTimeout(resolve, 100))
    close()
    for (const { error } of await Promise.all(calls)) assert.ok(error, 'a call succeeded')
    await state.cleanup()
  })
})

describe('the calls of a tick', () => {
  it('do not wait for those of a frozen node, in the same chunk or another', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, cluster.options)
    await next(state, 'ready')
    const [frozen, healthy] = cluster.nodes
    const keyOf = await keysByNode(cluster)
    frozen.server.signal('SIGSTOP')
    const large = settled(state.set('t', keyOf(healthy)[0], 'x'.repeat(5000)))
    const stuck = settled(state.get('t', keyOf(frozen)[0]))
    assert.ok(await settleBefore([large], [stuck]), 'it waited for the frozen node')
    assert.equal((await large).error, undefined)
    assert.equal((await stuck).error?.code, 'ERR_COMMAND_TIMEOUT')
  })

  it('are not mixed up with those that a tracing subscriber makes meanwhile', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, cluster.options)
    await fill(state, 'trace', 40)
    await state.set('other', 'k', 'other')
    /** @type {Promise<unknown>[]} */
    const nested = []
    const starts = channel('tracing:redis-state-adapter:batch:start')
    let calls = 0
    const onStart = () => {
      // The calls made here start batches too.
      if (calls++ < 2) nested.push(state.getGroup('other'), state.get('other', 'k'))
    }
    starts.subscribe(onStart)
    t.after(() => starts.unsubscribe(onStart))
    const large = 'x'.repeat(4000)
    const [values, wrote] = await Promise.all([
      Promise.all(range(40).map((index) => state.get('trace', `k${index}`))),
      Promise.all(range(3).map((index) => state.set('large', `${index}`, large))),
    ])
    assert.deepEqual(values, range(40))
    assert.deepEqual(wrote, [large, large, large])
    assert.deepEqual(await Promise.all(nested), [['other'], 'other', ['other'], 'other'])
  })
})

/** @param {Awaited<ReturnType<typeof startedCluster>>} cluster */
async function keysByNode(cluster) {
  const keys = range(60).map(String)
  const owners = await Promise.all(keys.map((key) => cluster.ownerOfKey(`motia:state:t:${key}`)))
  return (/** @type {unknown} */ node) => keys.filter((_, index) => owners[index] === node)
}

/**
 * A cluster of scripted nodes, in which the first has all slots unless a node answers CLUSTER otherwise.
 *
 * @param {TestContext} t
 * @param {Record<string, (command: string[], addresses: Record<string, string>) => ScriptedReply>} answers by node;
 *   undefined for +OK
 * @param {import('redis-state-adapter').RedisStateAdapterOptions} [options]
 */
async function fake(t, answers, options) {
  /** @type {[node: string, name: string][]} */
  const log = []
  /** @type {Record<string, string>} */
  const addresses = {}
  /** @type {import('../support/scripted-server.mjs').ScriptedServer[]} */
  const servers = []
  for (const [node, answer] of Object.entries(answers)) {
    /** @type {Answer} */
    const all = (command) => {
      log.push([node, command[0]])
      const reply = answer(command, addresses)
      return command[0] === 'CLUSTER' ? (reply ?? slots(addresses.a)) : reply
    }
    const server = await scriptedServer(t, all)
    servers.push(server)
    addresses[node] = new URL(server.url).host
  }
  const [host, port] = addresses.a.split(':')
  const state = open(t, { cluster: { nodes: [{ host, port: Number(port) }] }, ...options })
  await next(state, 'ready')
  const asked = (/** @type {string} */ name) =>
    Object.fromEntries(
      Object.keys(answers).map((node) => [node, log.filter(([by, what]) => by === node && what === name).length]),
    )
  const close = () => {
    for (const server of servers) server.close()
  }
  return { state, log, asked, close }
}

/** @param {string} address */
function slots(address) {
  const [host, port] = address.split(':')
  return array(array(':0', ':16383', array(bulk(host), `:${port}`, bulk('id'))))
}
