// @ts-check

import assert from 'node:assert/strict'
import { RedisStateError } from 'redis-state-adapter'
import { shown } from './shown.mjs'
import { stalled } from './stalls.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateErrorCode} Code
 *
 * @typedef {object} Expected
 * @property {'no' | 'unknown' | 'yes' | 'partly'} [applied] if omitted, the error must not have it: errors of reads do
 *   not
 * @property {string} [traceId]
 * @property {string} [key]
 * @property {string} [reply]
 * @property {number} [from] minimum time until it rejects, in milliseconds
 * @property {number} [within] maximum time until it rejects, in milliseconds; stalls of the machine are not counted
 */

/**
 * @param {Promise<unknown>} call
 * @param {Code} code
 * @param {Expected} [expected]
 */
export async function assertFails(call, code, { applied, from = 0, within = Infinity, ...details } = {}) {
  const [start, stalledBefore] = [performance.now(), stalled()]
  const error = await call.then(
    (value) => assert.fail(`expected ${code}, but it resolved to ${shown(value)}`),
    (reason) => reason,
  )
  const [after, stalls] = [performance.now() - start, stalled() - stalledBefore]
  assert.ok(error instanceof RedisStateError, `not a RedisStateError: ${shown(error)}`)
  const { code: actual, applied: actuallyApplied } = error
  assert.deepEqual({ code: actual, applied: actuallyApplied }, { code, applied }, shown(error))
  for (const [name, value] of Object.entries(details)) {
    assert.equal(error[/** @type {keyof typeof details} */ (name)], value, shown(error))
  }
  const limits = `${code} after ${after} ms, expected ${from} to ${within}, plus ${stalls} ms of stalls`
  assert.ok(after >= from && after <= within + stalls, limits)
  return error
}

/**
 * Makes all calls at once; each must reject with the same code. Only errors of writes have `applied`, by default
 * `'no'`.
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
