// @ts-check
// Calls from within callbacks and listeners of a connection: on the adapter of that connection and on others.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { arranged, assertCut, calledAndCut, onEveryPlace, readyAndLost } from './support/cut-places.mjs'
import { next } from './support/events.mjs'
import { open } from './support/open.mjs'
import { unusedPort } from './support/unused-port.mjs'
import { assertNothingLeft, roundTrip, subscribe, Visitor } from './support/visitor.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 */

const EVENTS = /** @type {const} */ (['start', 'end', 'asyncStart', 'asyncEnd', 'error'])
const LISTENED = /** @type {const} */ (['connect', 'ready', 'reconnecting', 'error'])
onEveryPlace((place, name) => {
  for (const event of EVENTS) {
    it(`from a subscriber of connection:${event}`, async (t) => {
      const { visitor, state, others } = await arranged(t, place())
      subscribe(t, 'connection', event, () => visitor.visit())
      await calledAndCut(state, place())
      await visitor.visited
      await visitor.settled()
      assertNothingLeft(state, ...others)
    })
  }

  for (const event of LISTENED) {
    it(`from a listener of ${event}`, async (t) => {
      const { visitor, state, others } = await arranged(t, place())
      state.on(event, () => visitor.visit())
      await calledAndCut(state, place())
      await visitor.visited
      await visitor.settled()
      assertNothingLeft(state, ...others)
    })

    it(`although a listener of ${event} throws after its own calls`, async (t) => {
      const { visitor, state, others } = await arranged(t, place())
      const thrown = uncaught(t)
      // Added before the listener that throws, because later ones are not called.
      const observed = readyAndLost(state, place())
      state.on(event, () => {
        visitor.visit()
        throw new Error(`of the listener of ${event}`)
      })
      await calledAndCut(state, place(), observed)
      await visitor.visited
      await visitor.settled()
      await roundTrip(state, 'afterwards')
      assertNothingLeft(state, ...others)
      assert.ok(thrown.length > 0)
      for (const error of thrown) assert.match(String(error), /of the listener of/)
    })

    it(`if a listener of ${event} closes the adapter`, async (t) => {
      const { visitor, state, others, cut } = await arranged(t, place())
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
    const { visitor, state, others } = await arranged(t, place())
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
    const { visitor, state, others } = await arranged(t, place(), { socket: { reconnectStrategy } })
    await calledAndCut(state, place())
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
      const { visitor, state, others, cut } = await arranged(t, place(), { socket: { reconnectStrategy } }, states)
      const end = next(state, 'end')
      await roundTrip(state, 'before')
      await cut()
      await Promise.all([end, visitor.visited])
      await visitor.settled()
      await state.cleanup()
      assertNothingLeft(state, ...others)
    }
  })
})

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
