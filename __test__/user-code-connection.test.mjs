// @ts-check
// Calls from within callbacks and listeners of a connection: on the adapter of that connection and on others.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startCluster } from './support/cluster.mjs'
import { next } from './support/events.mjs'
import { killOtherClients } from './support/kill-clients.mjs'
import { open } from './support/open.mjs'
import { startRedis } from './support/redis.mjs'
import { allSettled, assertInTime } from './support/settling.mjs'
import { commandTimeout } from './support/timing.mjs'
import { unusedPort } from './support/unused-port.mjs'
import { assertNothingLeft, roundTrip, subscribe, Visitor } from './support/visitor.mjs'
import { withDeadline } from './support/watching.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter, RedisStateAdapterOptions } from 'redis-state-adapter'
 *
 * @typedef {object} Place servers whose connections can be cut
 * @property {RedisStateAdapterOptions} options
 * @property {number} connections number of connections that a cut closes
 * @property {() => Promise<unknown>} cut
 * @property {() => Promise<unknown>} stop
 */

const EVENTS = /** @type {const} */ (['start', 'end', 'asyncStart', 'asyncEnd', 'error'])
const LISTENED = /** @type {const} */ (['connect', 'ready', 'reconnecting', 'error'])
/** Codes with which a call may reject if its connection is cut. */
const CUT = /** @type {const} */ (['ERR_CONNECTION', 'ERR_CLOSED'])

/** @type {Record<string, () => Promise<Place>>} */
const PLACES = {
  'one server': async () => {
    const server = await startRedis()
    const client = await server.client()
    return {
      options: { url: server.url },
      connections: 1,
      cut: () => killOtherClients(client),
      stop: () => server.stop(),
    }
  },
  'a cluster': async () => {
    const cluster = await startCluster()
    const cut = () => Promise.all(cluster.nodes.map(({ client }) => killOtherClients(client)))
    return { options: cluster.options, connections: cluster.nodes.length, cut, stop: () => cluster.stop() }
  },
}

for (const [name, start] of Object.entries(PLACES)) {
  describe(`calls settle, on ${name}`, () => {
    /** @type {Place} */
    let place
    before(async () => {
      place = await start()
    })
    after(() => place?.stop())

    for (const event of EVENTS) {
      it(`from a subscriber of connection:${event}`, async (t) => {
        const { visitor, state, others } = await arranged(t, place)
        subscribe(t, 'connection', event, () => visitor.visit())
        await calledAndCut(state, place)
        await visitor.visited
        await visitor.settled()
        assertNothingLeft(state, ...others)
      })
    }

    for (const event of LISTENED) {
      it(`from a listener of ${event}`, async (t) => {
        const { visitor, state, others } = await arranged(t, place)
        state.on(event, () => visitor.visit())
        await calledAndCut(state, place)
        await visitor.visited
        await visitor.settled()
        assertNothingLeft(state, ...others)
      })

      it(`although a listener of ${event} throws after its own calls`, async (t) => {
        const { visitor, state, others } = await arranged(t, place)
        const thrown = uncaught(t)
        // Added before the listener that throws, because later ones are not called.
        const observed = readyAndLost(state, place)
        state.on(event, () => {
          visitor.visit()
          throw new Error(`of the listener of ${event}`)
        })
        await calledAndCut(state, place, observed)
        await visitor.visited
        await visitor.settled()
        await roundTrip(state, 'afterwards')
        assertNothingLeft(state, ...others)
        assert.ok(thrown.length > 0)
        for (const error of thrown) assert.match(String(error), /of the listener of/)
      })

      it(`if a listener of ${event} closes the adapter`, async (t) => {
        const { visitor, state, others, cut } = await arranged(t, place)
        /** @type {Promise<void>[]} */
        const closing = []
        state.on(event, () => {
          visitor.visit()
          closing.push(state.cleanup(), state[Symbol.asyncDispose]())
          visitor.visit()
        })
        const end = next(state, 'end')
        await roundTrip(state, 'before').catch(assertCut)
        if (closing.length === 0) await cut()
        await Promise.all([end, visitor.visited])
        await Promise.all(closing)
        await visitor.settled()
        assertNothingLeft(state, ...others)
      })
    }

    it('from a listener of end: those on the closed adapter reject, those on another succeed', async (t) => {
      const { visitor, state, others } = await arranged(t, place)
      state.on('end', () => visitor.visit())
      await roundTrip(state, 'before')
      await state.cleanup()
      await visitor.visited
      await visitor.settled()
      assertNothingLeft(state, ...others)
    })

    // In a cluster it is called only if no node answers.
    const strategyIt = name === 'one server' ? it : () => {}

    strategyIt('from a reconnect strategy', async (t) => {
      const reconnectStrategy = () => {
        visitor.visit()
        return 20
      }
      const { visitor, state, others } = await arranged(t, place, { socket: { reconnectStrategy } })
      await calledAndCut(state, place)
      await visitor.visited
      await visitor.settled()
      assertNothingLeft(state, ...others)
    })

    strategyIt('from a strategy that then gives up, or closes the adapter', async (t) => {
      /** @type {((state: RedisStateAdapter) => unknown)[]} */
      const decisions = [() => false, (state) => void state.cleanup(), (state) => void state[Symbol.asyncDispose]()]
      for (const decide of decisions) {
        /** @type {RedisStateAdapter[]} */
        const states = []
        const reconnectStrategy = /** @type {any} */ (
          () => {
            visitor.visit()
            return decide(states[0]) ?? 20
          }
        )
        const { visitor, state, others, cut } = await arranged(t, place, { socket: { reconnectStrategy } }, states)
        const end = next(state, 'end')
        await roundTrip(state, 'before')
        await cut()
        await Promise.all([end, visitor.visited])
        await visitor.settled()
        await state.cleanup()
        assertNothingLeft(state, ...others)
      }
    })

    it('from a credentials provider', async (t) => {
      const credentials = () => {
        visitor.visit()
        return { username: 'default', password: 'any' }
      }
      const { visitor, state, others } = await arranged(t, place, { credentials })
      await calledAndCut(state, place)
      await visitor.settled()
      assertNothingLeft(state, ...others)
    })

    it('from a provider of credentials that waits for them: on its own adapter they fail in time', async (t) => {
      /** @type {RedisStateAdapter[]} */
      const opened = []
      /** @type {Promise<unknown>[]} */
      const made = []
      const credentials = async () => {
        const call = opened[0].set('t', 'of the provider', 1)
        made.push(call)
        await Promise.allSettled([call])
        return { username: 'default', password: 'any' }
      }
      const socket = { connectTimeout: 100 }
      opened.push(open(t, { ...place.options, commandTimeout, credentials, socket }))
      const other = open(t, place.options)
      const [first] = await allSettled([opened[0].get('t', 'k')])
      const outcomes = [first, ...(await allSettled(made))]
      assertInTime(outcomes, commandTimeout)
      for (const { error } of outcomes) assert.ok(['ERR_COMMAND_TIMEOUT', 'ERR_CONNECTION'].includes(`${error?.code}`))
      await roundTrip(other, 'elsewhere')
      await opened[0].cleanup()
      assertNothingLeft(opened[0], other)
    })

    it('from a provider of credentials that waits for another adapter', async (t) => {
      const other = open(t, place.options)
      /** @type {Promise<void>[]} */
      const made = []
      const credentials = async () => {
        const call = roundTrip(other, 'of the provider')
        made.push(call)
        await call
        return { username: 'default', password: 'any' }
      }
      const state = open(t, { ...place.options, credentials })
      await calledAndCut(state, place)
      // The other nodes of a cluster may still be reconnecting, each with credentials.
      await state.cleanup()
      await Promise.allSettled(made)
      assertNothingLeft(state, other)
    })

    it('from a provider of credentials that closes the adapter', async (t) => {
      /** @type {RedisStateAdapter[]} */
      const states = []
      const credentials = () => {
        visitor.visit()
        void states[0].cleanup()
        visitor.visit()
        return { username: 'default', password: 'any' }
      }
      const { visitor, state, others } = await arranged(t, place, { credentials, commandTimeout }, states)
      const end = next(state, 'end')
      await roundTrip(state, 'own').catch(assertCut)
      await Promise.all([end, state.cleanup(), visitor.settled()])
      assertNothingLeft(state, ...others)
    })
  })
}

describe('calls from a reconnect strategy settle if no server answers', () => {
  for (const topology of ['one server', 'a cluster']) {
    it(topology, async (t) => {
      const node = { host: '127.0.0.1', port: await unusedPort() }
      /** @type {RedisStateAdapter[]} */
      const states = []
      const visitor = new Visitor(() => states, { codes: ['ERR_CONNECTION'] })
      const reconnectStrategy = (/** @type {number} */ retries) => {
        visitor.visit()
        return retries < 3 && 20
      }
      const server = topology === 'a cluster' ? { cluster: { nodes: [node] } } : node
      states.push(open(t, { ...server, socket: { reconnectStrategy } }), open(t, { url: 'memory:' }))
      await next(states[0], 'end')
      await visitor.settled()
      assertNothingLeft(...states)
    })
  }
})

/**
 * @param {TestContext} t
 * @param {Place} place
 * @param {RedisStateAdapterOptions} [options]
 * @param {RedisStateAdapter[]} [states] gets all of them
 */
async function arranged(t, { options: server, cut }, options, states = []) {
  const others = [open(t, { url: 'memory:' }), open(t, server)]
  await roundTrip(others[1], 'warm')
  const visitor = new Visitor(() => states, { codes: [...CUT, ...timeoutOf(options)] })
  const state = open(t, { ...server, ...options })
  states.push(state, ...others)
  return { visitor, state, others, cut }
}

/** @param {RedisStateAdapterOptions} [options] @returns {('ERR_COMMAND_TIMEOUT')[]} */
function timeoutOf(options) {
  return options?.commandTimeout ? ['ERR_COMMAND_TIMEOUT'] : []
}

/**
 * Makes a new adapter connect, make calls, lose all connections, and make calls again. It waits for the loss of every
 * connection, because a call on one that is not known to be lost rejects.
 *
 * @param {RedisStateAdapter} state
 * @param {Place} place
 * @param {ReturnType<typeof readyAndLost>} [observed]
 */
async function calledAndCut(state, place, observed = readyAndLost(state, place)) {
  await Promise.all([observed.ready, roundTrip(state, 'before')])
  await place.cut()
  await observed.lost
  await roundTrip(state, 'after')
}

/** @param {RedisStateAdapter} state @param {Place} place */
function readyAndLost(state, { connections }) {
  return { ready: next(state, 'ready'), lost: losses(state, connections) }
}

/**
 * Unlike the number of events, it does not count attempts to reconnect that failed, as those of one connection can
 * before the loss of another is noticed.
 *
 * @param {RedisStateAdapter} state
 * @param {number} count of connections that are lost
 */
function losses(state, count) {
  let lost = 0
  /** @type {Promise<void>} */
  const all = new Promise((resolve) => {
    state.on('reconnecting', ({ retries }) => {
      if (retries === 0) lost += 1
      if (lost === count) resolve()
    })
  })
  return withDeadline(all, () => `${count} lost connections, ${lost} so far`)
}

/** @param {any} error */
function assertCut(error) {
  assert.ok(['ERR_CLOSED', 'ERR_CONNECTION', 'ERR_COMMAND_TIMEOUT'].includes(error.code), error)
}

/**
 * Errors of listeners: Node.js reports them as uncaught exceptions.
 *
 * @param {TestContext} t
 */
function uncaught(t) {
  /** @type {unknown[]} */
  const thrown = []
  process.setUncaughtExceptionCaptureCallback((error) => void thrown.push(error))
  t.after(() => process.setUncaughtExceptionCaptureCallback(null))
  return thrown
}
