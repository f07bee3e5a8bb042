// @ts-check

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const schedstat = `/proc/self/task/${process.pid}/schedstat`

/**
 * Processor time spent so far. The kernel brings the figure of a thread up to date when it leaves the core, so this
 * sleeps first.
 *
 * @returns {Promise<{ jsMs: number, processMs: number }>}
 */
export async function usage() {
  await sleep(2)
  const { user, system } = process.cpuUsage()
  const processMs = (user + system) / 1e3
  return { jsMs: threadMs() ?? processMs, processMs }
}

/** @returns {number | undefined} time of the main thread; undefined where the system is not Linux */
function threadMs() {
  try {
    return Number(readFileSync(schedstat, 'latin1').split(' ')[0]) / 1e6
  } catch {
    return undefined
  }
}
