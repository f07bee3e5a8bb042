// @ts-check

import { setTimeout } from 'node:timers/promises'

const patience = 10_000

/**
 * Waits for what nobody tells of.
 *
 * @param {() => unknown} holds or a promise of it
 */
export async function until(holds) {
  for (const end = performance.now() + patience; !(await holds()); await setTimeout(10)) {
    if (performance.now() > end) throw new Error(`it never was that ${holds}`)
  }
}
