// @ts-check
// Adapters for one test, closed at its end.

import { RedisStateAdapter } from 'redis-state-adapter'

/**
 * @import { TestContext } from 'node:test'
 */

/**
 * @param {TestContext} t
 * @param {ConstructorParameters<typeof RedisStateAdapter>} args
 */
export function open(t, ...args) {
  return closedAfter(t, new RedisStateAdapter(...args))
}

/**
 * @param {TestContext} t
 * @param {RedisStateAdapter} adapter
 */
export function closedAfter(t, adapter) {
  t.after(() => adapter.cleanup())
  return adapter
}
