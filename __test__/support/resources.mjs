// @ts-check
// File descriptors and threads of this process, which only Linux lists (in /proc).

import { readdirSync, readFileSync } from 'node:fs'
import { until } from './until.mjs'

/** The `skip` option of tests that need /proc: a reason, or `false` on Linux. */
export const skipWithoutProc = process.platform !== 'linux' && 'needs /proc of Linux'

/** Whether freed memory is retained: `npm run memcheck` does so to detect later uses. */
export const keepsFreedMemory = process.env.ASAN_OPTIONS !== undefined

/** @returns {number} open file descriptors, without the one opened for this count */
export function descriptors() {
  return readdirSync('/proc/self/fd').length - 1
}

/** @returns {string[]} the names of the threads of this process */
export function threads() {
  return readdirSync('/proc/self/task').flatMap((id) => {
    try {
      return [readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim()]
    } catch {
      // The thread ended in the meantime.
      return []
    }
  })
}

/**
 * Waits until a count is small enough, because other threads release resources a little later.
 *
 * @param {() => number} count
 * @param {number} expected
 * @returns {Promise<number>} the count once it is not above `expected`, or the last count after the time limit of
 *   `until`
 */
export async function settled(count, expected) {
  await until(() => count() <= expected).catch(() => {})
  return count()
}

/**
 * @param {() => number} count
 * @returns {Promise<number>} the count once it has not changed in ten checks
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
