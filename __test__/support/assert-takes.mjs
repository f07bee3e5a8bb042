// @ts-check

import assert from 'node:assert/strict'
import { stalled } from './stalls.mjs'

/**
 * @template T
 * @param {() => Promise<T>} act
 * @param {{ from?: number, within: number }} expected milliseconds after which it may be done, and has to be, unless the
 *   machine stood still
 */
export async function assertTakes(act, { from = 0, within }) {
  const [start, stalledBefore] = [performance.now(), stalled()]
  const result = await act()
  const [after, forgiven] = [performance.now() - start, stalled() - stalledBefore]
  const limits = `done after ${after} ms, expected ${from} to ${within}, of which ${forgiven} are forgiven`
  assert.ok(after >= from && after <= within + forgiven, limits)
  return result
}
