// @ts-check
// Makes calls from within user code that the package calls: callbacks, listeners, getters, tracing subscribers.

import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { RedisStateError } from 'redis-state-adapter'
import { range } from './fill.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter, RedisStateErrorCode } from 'redis-state-adapter'
 */

/** Long enough that a few of them divide the batch of a tick into chunks. */
export const LONG = 'x'.repeat(1000)

/** Its method `visit` makes calls. Each must settle with its own value, or with one of the allowed errors. */
export class Visitor {
  /** @type {Promise<unknown>[]} */
  #calls = []
  /** @type {unknown[]} */
  #faults = []
  #isCalling = false
  #visits = 0
  #called = () => {}
  /** Resolves with the first visit. @type {Promise<void>} */
  visited = new Promise((resolve) => {
    this.#called = resolve
  })

  /**
   * @param {() => RedisStateAdapter | RedisStateAdapter[]} getStates
   * @param {{ most?: number, codes?: RedisStateErrorCode[] }} [limits] `most`: maximum number of visits, so that they
   *   do not cause each other forever; `codes`: allowed errors
   */
  constructor(getStates, { most = 5, codes = [] } = {}) {
    this.getStates = getStates
    this.most = most
    this.codes = codes
  }

  visit() {
    // The calls made here trigger the same callback.
    if (this.#isCalling || this.#visits >= this.most) return
    this.#visits += 1
    this.#isCalling = true
    for (const state of [this.getStates()].flat()) this.#callAll(state)
    this.#isCalling = false
    this.#called()
  }

  /** Stops further visits, and waits for all calls. */
  async settled() {
    assert.ok(this.#visits > 0, 'never visited')
    this.most = 0
    let count = 0
    while (count < this.#calls.length) {
      count = this.#calls.length
      await Promise.all(this.#calls)
    }
    assert.deepEqual(this.#faults, [])
  }

  /** @param {RedisStateAdapter} state */
  #callAll(state) {
    const calls = range(8).map((index) => roundTrip(state, `visit-${this.#visits}-${index}`))
    const nothing = state.keys('nothing').then((keys) => assert.deepEqual(keys, []))
    this.#calls.push(...[...calls, nothing, state.ping()].map((call) => this.#checked(call)))
  }

  /** @param {Promise<unknown>} call */
  #checked(call) {
    return call.catch((error) => {
      if (!(error instanceof RedisStateError && this.codes.includes(error.code))) this.#faults.push(error)
    })
  }
}

/** @param {RedisStateAdapter} state @param {string} key */
export async function roundTrip(state, key) {
  const value = { key, text: LONG }
  const [written, read] = await Promise.all([state.set('t', key, value), state.get('t', key)])
  assert.equal(written, value)
  assert.deepEqual(read, value)
}

/** @param {...RedisStateAdapter} states */
export function assertNothingLeft(...states) {
  for (const state of states) {
    const { inFlight, pendingBytes, waiting } = state.stats()
    assert.deepEqual({ inFlight, pendingBytes, waiting }, { inFlight: 0, pendingBytes: 0, waiting: 0 })
  }
}

/**
 * @param {TestContext} t
 * @param {string} channel
 * @param {string} event
 * @param {() => void} subscriber
 */
export function subscribe(t, channel, event, subscriber) {
  const tracing = tracingChannel(`redis-state-adapter:${channel}`)
  const all = /** @type {any} */ ({ [event]: subscriber })
  tracing.subscribe(all)
  t.after(() => tracing.unsubscribe(all))
}
