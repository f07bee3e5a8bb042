// @ts-check
// The judge finds each fault that is planted in the adapters of a run.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MUTANTS } from './client/mutants.mjs'
import { standalone } from './nemesis/standalone.mjs'
import { runHistory } from './run.mjs'

/** A run ends with the first violation. */
const MAX_SECONDS = 300

/** A server without faults. */
async function calm() {
  const topology = await standalone()
  return { ...topology, actions: [{ name: 'nothing', act: async () => {} }] }
}

// The judge does not depend on the driver, so one run suffices.
const skip = process.env.REDIS_STATE_DRIVER === 'thread'

describe('the judge finds', { concurrency: 2, skip }, () => {
  for (const mutant of Object.keys(MUTANTS)) {
    it(mutant, async () => {
      const { violations } = await runHistory({
        start: calm,
        seed: 1,
        seconds: MAX_SECONDS,
        mutant,
        untilViolation: true,
      })
      assert.notDeepEqual(violations, [])
    })
  }
})
