// @ts-check
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import { closedAfter } from './open.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter, StateOptions } from 'redis-state-adapter'
 * @import { Store } from './stores.mjs'
 */

/**
 * The store that a suite runs on: known only once the suite has begun, what it declares known before.
 *
 * @typedef {(() => Store) & { hasRaw: boolean, hasHashTags: boolean, hasTransactions: boolean }} GetStore
 */

/**
 * @typedef {object} RawWorkspace
 * @property {string} prefix
 * @property {(options?: StateOptions) => RedisStateAdapter} open
 * @property {NonNullable<Store['raw']>['client']} client
 */

/**
 * A corner of the store that no other test sees, with as many adapters as a test wants, closed at its end.
 *
 * @param {GetStore} getStore
 * @param {TestContext} t
 */
export function workspace(getStore, t) {
  const store = getStore()
  const prefix = `contract-${randomUUID()}:`
  /** @param {StateOptions} [options] @returns {RedisStateAdapter} */
  const open = (options) => closedAfter(t, store.open({ keyPrefix: prefix, ...options }))
  return { prefix, open, raw: store.raw }
}

/**
 * One adapter in a corner of its own.
 *
 * @param {GetStore} getStore
 * @param {TestContext} t
 * @param {StateOptions} [options]
 */
export function openFresh(getStore, t, options) {
  return workspace(getStore, t).open(options)
}

/**
 * A test of what only the stored texts themselves can show, for stores where they can be reached.
 *
 * @param {GetStore} getStore
 * @param {string} name
 * @param {(raw: RawWorkspace) => Promise<void>} body
 */
export function rawIt(getStore, name, body) {
  if (!getStore.hasRaw) return
  it(name, async (t) => {
    const { raw, ...rest } = workspace(getStore, t)
    assert.ok(raw)
    await body({ ...rest, client: raw.client })
  })
}
