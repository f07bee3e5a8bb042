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
 * Returns the store of the suite, which exists only while tests run; the declared properties are available earlier.
 *
 * @typedef {(() => Store) & { hasRaw: boolean, hasHashTags: boolean, hasStrictTraceIds?: boolean, hasTransactions: boolean, hasEmptyIds?: boolean }} GetStore
 */

/**
 * @typedef {object} RawWorkspace
 * @property {string} prefix
 * @property {(options?: StateOptions) => RedisStateAdapter} open
 * @property {NonNullable<Store['raw']>['client']} client
 */

/**
 * A key prefix of its own for a test, and a function that opens adapters with it, which are closed after the test.
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
 * One adapter with a key prefix of its own.
 *
 * @param {GetStore} getStore
 * @param {TestContext} t
 * @param {StateOptions} [options]
 */
export function openFresh(getStore, t, options) {
  return workspace(getStore, t).open(options)
}

/** Options with which trace ids may have colons, on every store. @param {GetStore} store */
export function withColons({ hasStrictTraceIds }) {
  return hasStrictTraceIds ? { index: false, strictTraceIds: false } : {}
}

/**
 * Declares a test that accesses the stored texts, if the store allows it.
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
