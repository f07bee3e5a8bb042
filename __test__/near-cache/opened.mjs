// @ts-check
// An adapter with a cache on a TrackingEngine.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { TrackingEngine } from '../support/tracking-engine.mjs'
import { TrackingServer } from '../support/tracking-server.mjs'

const require = createRequire(import.meta.url)
const { StateAdapter } = require('../../lib/adapter/state-adapter.js')
const { CachedEngine } = require('../../lib/engines/near-cache/engine.js')

const LIMITS = {
  maxEntries: 1000,
  maxBytes: 1024 * 1024,
  maxStaleness: 1000,
  ttl: Number.POSITIVE_INFINITY,
  frozen: false,
}

/**
 * @param {Partial<import('../../lib/engines/near-cache/near-cache.js').CacheOptions>} [options]
 * @param {{ server?: TrackingServer, isCluster?: boolean }} [topology]
 */
export function opened(options, { server = new TrackingServer(), isCluster } = {}) {
  /** @type {TrackingEngine | undefined} */
  let engine
  const state = new StateAdapter(
    (/** @type {any} */ { meter }) =>
      new CachedEngine(
        (onInvalidation) => {
          engine = new TrackingEngine(server, { meter, onInvalidation }, { isCluster })
          return engine
        },
        { ...LIMITS, ...options },
        { meter, now: () => server.time },
      ),
  )
  return { state, server, engine: /** @type {TrackingEngine} */ (/** @type {unknown} */ (engine)) }
}

/** @param {TrackingServer} server @param {string} name @param {unknown} value @param {number} [ttl] in milliseconds */
export function writeElsewhere(server, name, value, ttl = Number.POSITIVE_INFINITY) {
  server.write(name, { json: JSON.stringify(value), expiresAt: server.time + ttl })
}

/**
 * The result of a call whose commands the server executes now.
 *
 * @template T
 * @param {TrackingEngine} engine
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 */
export async function through(engine, call) {
  const result = call()
  await engine.settle()
  return result
}

/**
 * The result of a call that sends nothing.
 *
 * @template T
 * @param {TrackingEngine} engine
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 */
export async function fromMemory(engine, call) {
  const before = engine.sent.length
  const result = call()
  const sent = engine.sent.slice(before)
  if (sent.length > 0) throw new Error(`sent ${sent.join(', ')} in place of an answer from memory`)
  return result
}

/**
 * An adapter with the entry `t:k`, in its cache.
 *
 * @param {Parameters<typeof opened>} options
 */
export async function openedWithEntry(...options) {
  const all = opened(...options)
  writeElsewhere(all.server, 't:k', 1)
  assert.equal(await through(all.engine, () => all.state.get('t', 'k')), 1)
  return all
}
