// @ts-check
// Records how and after how long calls settle.

import assert from 'node:assert/strict'
import { RedisStateError } from 'redis-state-adapter'
import { shown } from './shown.mjs'
import { stalled } from './stalls.mjs'
import { MAX_LATENESS } from './timing.mjs'

/**
 * @typedef {object} Outcome
 * @property {any} [value]
 * @property {RedisStateError} [error]
 * @property {number} took milliseconds, without stalls of the machine
 */

/**
 * @param {Promise<unknown>} call
 * @returns {Promise<Outcome>} rejects only if the call rejects with something other than a `RedisStateError`
 */
export async function settled(call) {
  const took = stopwatch()
  try {
    const value = await call
    return { value, took: took() }
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    return { error, took: took() }
  }
}

/** @returns {() => number} milliseconds since the call, without stalls of the machine */
export function stopwatch() {
  const [start, stalledBefore] = [performance.now(), stalled()]
  return () => Math.max(0, performance.now() - start - (stalled() - stalledBefore))
}

/** @param {Promise<unknown>[]} calls */
export function allSettled(calls) {
  return Promise.all(calls.map(settled))
}

/**
 * @param {Pick<Outcome, 'took' | 'error'>[]} outcomes
 * @param {number} commandTimeout
 */
export function assertInTime(outcomes, commandTimeout) {
  const late = outcomes.filter(({ took }) => took > commandTimeout + MAX_LATENESS)
  assert.deepEqual(late, [], `of ${outcomes.length} calls these took longer than ${commandTimeout + MAX_LATENESS} ms`)
}

/**
 * @param {Outcome[]} outcomes
 * @returns {any[]} the values of calls that all succeeded
 */
export function valuesOf(outcomes) {
  return outcomes.map(({ value, error }) => {
    assert.equal(error, undefined, shown(error))
    return value
  })
}
