// @ts-check

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const schedstat = `/proc/self/task/${process.pid}/schedstat`

/**
 * CPU time used so far. The kernel updates the figure of a thread when it leaves the core, so this sleeps first.
 *
 * @returns {Promise<{ jsMs: number, processMs: number }>}
 */
export async function usage() {
  await sleep(2)
  const { user, system } = process.cpuUsage()
  const processMs = (user + system) / 1e3
  return { jsMs: threadMs() ?? processMs, processMs }
}

/** @returns {number | undefined} CPU time of the main thread; undefined on other systems than Linux */
function threadMs() {
  try {
    return Number(readFileSync(schedstat, 'latin1').split(' ')[0]) / 1e6
  } catch {
    return undefined
  }
}
