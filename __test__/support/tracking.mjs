// @ts-check
// A native engine whose host tracks, and what it was told.

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { OPERATIONS, StateCall } = require('../../lib/engines/call.js')
const { NativeEngine } = require('../../lib/engines/native/engine.js')
const { Meter } = require('../../lib/observability/meter.js')

/** @import { TestContext } from 'node:test' */

export class Tracked {
  /** Names of changed entries, and `null` where any entry may have changed. @type {(string | null)[]} */
  changes = []
  /** Names of connection events. @type {string[]} */
  events = []

  /** @param {Record<string, unknown>} options */
  constructor(options) {
    this.engine = new NativeEngine(options, {
      meter: new Meter(),
      onEvent: ({ name }) => void this.events.push(name),
      onInvalidation: (names) => this.onInvalidation(names),
    })
  }

  /** @param {readonly string[] | null} names */
  onInvalidation(names) {
    if (names === null) this.changes.push(null)
    else this.changes.push(...names)
  }

  /**
   * @param {keyof OPERATIONS} operation
   * @param {string} traceId
   * @param {string} key
   * @param {string} [json]
   */
  call(operation, traceId, key, json) {
    const call = new StateCall(OPERATIONS[operation], traceId, key)
    call.json = json
    return this.engine.execute(call)
  }

  /** @param {string} key @returns {Promise<{ value: unknown, ttl: number | undefined }>} */
  get(key) {
    return this.call('getTracked', 't', key)
  }

  /** @param {string} key @param {unknown} value */
  set(key, value) {
    return this.call('set', 't', key, JSON.stringify(value))
  }

  /** Any reply proves that what was sent before it has arrived. */
  ping() {
    return this.call('ping', '', '')
  }
}

/** The process ends while nothing else than a proof is awaited. @param {Tracked['engine']} engine */
export async function proof(engine) {
  const alive = setInterval(() => {}, 1000)
  try {
    return await engine.prove()
  } finally {
    clearInterval(alive)
  }
}

/**
 * @param {TestContext} t
 * @param {Record<string, unknown>} options
 */
export function openTracked(t, options) {
  const tracked = new Tracked(options)
  t.after(() => tracked.engine.close())
  return tracked
}
