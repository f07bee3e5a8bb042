// @ts-check

import assert from 'node:assert/strict'
import { stalled } from './stalls.mjs'

/**
 * @template T
 * @param {() => Promise<T>} act
 * @param {{ from?: number, within: number }} expected minimum and maximum duration in milliseconds; stalls of the
 *   machine are not counted
 */
export async function assertTakes(act, { from = 0, within }) {
  const [start, stalledBefore] = [performance.now(), stalled()]
  const result = await act()
  const [after, stalls] = [performance.now() - start, stalled() - stalledBefore]
  const limits = `done after ${after} ms, expected ${from} to ${within}, plus ${stalls} ms of stalls`
  assert.ok(after >= from && after <= within + stalls, limits)
  return result
}
