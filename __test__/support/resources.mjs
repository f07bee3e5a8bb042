// @ts-check
// What a process holds of the system; told by Linux alone.

import { readdirSync, readFileSync } from 'node:fs'
import { until } from './until.mjs'

/** Why a test of resources cannot run here; `false` where it can. */
export const untold = process.platform !== 'linux' && 'only Linux tells what a process holds, in /proc'

/** @returns {number} open file descriptors, without the one that reading takes */
export function descriptors() {
  return readdirSync('/proc/self/fd').length - 1
}

/** @returns {string[]} the names of the threads of this process */
export function threads() {
  return readdirSync('/proc/self/task').flatMap((id) => {
    try {
      return [readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim()]
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}

/**
 * What other threads close is closed a little later.
 *
 * @param {() => number} count
 * @param {number} expected
 * @returns {Promise<number>} the count when it is no more than expected, or after some patience
 */
export async function settled(count, expected) {
  await until(() => count() <= expected).catch(() => {})
  return count()
}

/**
 * @param {() => number} count
 * @returns {Promise<number>} the count when it stays as it is for a while
 */
export async function steady(count) {
  let [last, times] = [count(), 0]
  await until(() => {
    const now = count()
    times = now === last ? times + 1 : 0
    last = now
    return times === 10
  })
  return last
}
