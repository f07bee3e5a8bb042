// @ts-check
// Collects errors, events, tracing messages and warnings of adapters, and checks that none contains the password.

import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { RedisStateAdapter } from 'redis-state-adapter'
import { allCalls } from './calls.mjs'
import { assertNoSecretIn, assertShowsNoSecret } from './secrets.mjs'

/** @import { RedisStateError } from 'redis-state-adapter' */

/** Tracing messages and warnings since the last check, of all tests that run at the same time. @type {unknown[]} */
const traced = []
/** Number of tracing messages and warnings so far. */
let tracedSoFar = 0
/** @param {unknown} message */
function trace(message) {
  traced.push(message)
  tracedSoFar++
}
for (const what of ['command', 'batch', 'connection']) {
  const all = { start: trace, end: trace, asyncStart: trace, asyncEnd: trace, error: trace }
  tracingChannel(`redis-state-adapter:${what}`).subscribe(all)
}

process.on('warning', trace)

/**
 * Checks the error that `make` throws, or all output of the adapter that it returns.
 *
 * @param {() => unknown} make
 */
export async function assertNoLeakFrom(make) {
  const made = failureOf(make)
  if (made instanceof RedisStateAdapter) return assertNoLeak(made)
  assertShowsNoSecret(made)
  // Warnings are emitted in a later tick.
  await nextTurn()
  for (const output of traced.splice(0)) assertShowsNoSecret(output)
  return []
}

/**
 * Makes every call on a failing adapter, before and after it is closed, and checks all its output.
 *
 * @param {RedisStateAdapter} state
 */
export async function assertNoLeak(state) {
  /** @type {RedisStateError[]} */
  const errors = []
  const before = tracedSoFar
  state.on('error', (error) => errors.push(error))
  state.on('reconnecting', (info) => {
    assertShowsNoSecret(info)
    errors.push(info.cause)
  })
  const watched = watchUntilClosed(state).catch((error) => errors.push(error))
  for (let round = 0; round < 2; round++) {
    for (const result of await Promise.allSettled(allCalls(state).map(({ make }) => make()))) {
      if (result.status === 'rejected') errors.push(result.reason)
    }
    assertShowsNoSecret(state)
    assertNoSecretIn(`${JSON.stringify([state, state.stats()])} ${state}`)
    await state.cleanup()
  }
  await watched
  assert.ok(errors.length > 0)
  assert.ok(tracedSoFar > before)
  for (const output of [...errors, ...traced.splice(0)]) assertShowsNoSecret(output)
  return errors
}

/** @param {RedisStateAdapter} state */
async function watchUntilClosed(state) {
  for await (const _ of state.watch('trace'));
}

/**
 * The error that `act` throws, or the value that it returns.
 *
 * @param {() => unknown} act
 */
export function failureOf(act) {
  try {
    return act()
  } catch (error) {
    return error
  }
}
