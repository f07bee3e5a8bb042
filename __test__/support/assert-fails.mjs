// @ts-check

import assert from 'node:assert/strict'
import { RedisStateError } from 'redis-state-adapter'
import { shown } from './shown.mjs'
import { stalled } from './stalls.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateErrorCode} Code
 *
 * @typedef {object} Expected
 * @property {'no' | 'unknown' | 'yes'} [applied] must be absent where it is not given here, as on errors of reads
 * @property {string} [traceId]
 * @property {string} [key]
 * @property {string} [reply]
 * @property {number} [from] milliseconds after which it may fail, at the earliest
 * @property {number} [within] milliseconds after which it has to have failed, unless the machine stood still
 */

/**
 * @param {Promise<unknown>} call
 * @param {Code} code
 * @param {Expected} [expected]
 */
export async function assertFails(call, code, { applied, from = 0, within = Infinity, ...details } = {}) {
  const [start, stalledBefore] = [performance.now(), stalled()]
  const error = await call.then(
    (value) => assert.fail(`resolved to ${shown(value)} where ${code} was expected`),
    (reason) => reason,
  )
  const [after, forgiven] = [performance.now() - start, stalled() - stalledBefore]
  assert.ok(error instanceof RedisStateError, `not a RedisStateError: ${shown(error)}`)
  const { code: actual, applied: actuallyApplied } = error
  assert.deepEqual({ code: actual, applied: actuallyApplied }, { code, applied }, shown(error))
  for (const [name, value] of Object.entries(details)) {
    assert.equal(error[/** @type {keyof typeof details} */ (name)], value, shown(error))
  }
  const limits = `${code} after ${after} ms, expected ${from} to ${within}, of which ${forgiven} are forgiven`
  assert.ok(after >= from && after <= within + forgiven, limits)
  return error
}

/**
 * All calls, made at once, fail alike; `applied` is what those say that write, by default that nothing was written.
 *
 * @param {import('./calls.mjs').Call[]} calls
 * @param {Code} code
 * @param {Expected} [expected]
 */
export function assertAllFail(calls, code, { applied = 'no', ...expected } = {}) {
  return Promise.all(
    calls.map(({ writes, make }) => assertFails(make(), code, { ...expected, applied: writes ? applied : undefined })),
  )
}
