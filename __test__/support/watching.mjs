// @ts-check
// Changes that a watch tells. Its own keeps no process alive, so all of these do.

import assert from 'node:assert/strict'

/**
 * @typedef {import('redis-state-adapter').StateWatch<any>} StateWatch
 * @typedef {import('redis-state-adapter').StateChange<any>} StateChange
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 */

const patience = 15_000

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {() => string} awaited
 * @returns {Promise<T>}
 */
export function alive(promise, awaited = () => 'it') {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error(`waited in vain for ${awaited()}`)), patience)
    promise.then(resolve, reject).finally(() => clearTimeout(deadline))
  })
}

/**
 * The next changes.
 *
 * @param {StateWatch} changes
 * @param {number} [count]
 */
export async function take(changes, count = 1) {
  /** @type {any[]} */
  const taken = []
  while (taken.length < count) {
    const { value, done } = await alive(changes.next(), () => `${count} changes: ${JSON.stringify(taken)}`)
    assert.ok(!done, `the watch ended after ${JSON.stringify(taken)}`)
    taken.push(value)
  }
  return taken
}

/**
 * A watch that stands, ended with the test.
 *
 * @param {import('node:test').TestContext} t
 * @param {Adapter} state
 * @param {Parameters<Adapter['watch']>} args
 * @returns {Promise<StateWatch>}
 */
export async function watching(t, state, ...[traceId, key, options]) {
  const changes = state.watch(traceId, key, { configure: true, ...options })
  t.after(() => changes.return())
  await alive(changes.ready, () => 'the watch to stand')
  return changes
}

/**
 * Changes up to the first that is a gap, which is given.
 *
 * @param {StateWatch} changes
 */
export async function gapOf(changes) {
  for (;;) {
    const [change] = await take(changes)
    if (change.type === 'gap') return change
  }
}
