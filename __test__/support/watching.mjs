// @ts-check
// Awaits the changes of a watch. A test process would end early, because a pending watch may not keep it alive: these
// timers do.

import assert from 'node:assert/strict'

/**
 * @typedef {import('redis-state-adapter').StateWatch<any>} StateWatch
 * @typedef {import('redis-state-adapter').StateChange<any>} StateChange
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 */

/** Only what never happens takes so long, also on a busy machine. */
const TIMEOUT = 60_000

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {() => string} awaited
 * @returns {Promise<T>}
 */
export function withDeadline(promise, awaited = () => 'it') {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error(`timed out waiting for ${awaited()}`)), TIMEOUT)
    promise.then(resolve, reject).finally(() => clearTimeout(deadline))
  })
}

/**
 * Returns the next changes.
 *
 * @param {StateWatch} changes
 * @param {number} [count]
 */
export async function take(changes, count = 1) {
  /** @type {any[]} */
  const taken = []
  while (taken.length < count) {
    const { value, done } = await withDeadline(changes.next(), () => `${count} changes: ${JSON.stringify(taken)}`)
    assert.ok(!done, `the watch ended after ${JSON.stringify(taken)}`)
    taken.push(value)
  }
  return taken
}

/**
 * An active watch, ended after the test.
 *
 * @param {import('node:test').TestContext} t
 * @param {Adapter} state
 * @param {Parameters<Adapter['watch']>} args
 * @returns {Promise<StateWatch>}
 */
export async function watching(t, state, ...[traceId, key, options]) {
  const changes = state.watch(traceId, key, { configure: true, ...options })
  t.after(() => changes.return())
  await withDeadline(changes.ready, () => 'the watch to be ready')
  return changes
}

/**
 * Skips changes up to the first gap, and returns that.
 *
 * @param {StateWatch} changes
 */
export async function nextGap(changes) {
  for (;;) {
    const [change] = await take(changes)
    if (change.type === 'gap') return change
  }
}
