// @ts-check

import { setTimeout } from 'node:timers/promises'

/** Only a condition that never becomes true takes so long, also on a busy machine. */
const TIMEOUT = 60_000

/**
 * Polls a condition for which there is no event.
 *
 * @param {() => unknown} holds returns the condition, or a promise of it
 */
export async function until(holds) {
  for (const end = performance.now() + TIMEOUT; !(await holds()); await setTimeout(10)) {
    if (performance.now() > end) throw new Error(`never became true: ${holds}`)
  }
}
