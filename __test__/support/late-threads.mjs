// @ts-check

import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/**
 * Gives the native threads of the package the lowest priority, to reveal races that need them to be late. Only Linux
 * has priorities per thread; on other systems this does nothing.
 */
export function makeThreadsLate() {
  if (process.platform !== 'linux') return
  for (const thread of readdirSync('/proc/self/task')) {
    const name = readFileSync(`/proc/self/task/${thread}/comm`, 'utf8')
    if (name.startsWith('redis-state')) setPriority(Number(thread), 19)
  }
}
