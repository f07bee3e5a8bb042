// @ts-check

import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/**
 * From now on the package's own threads run only where nobody else wants to: for what goes wrong when they are late. Only
 * Linux has priorities of single threads; elsewhere nothing happens.
 */
export function makeThreadsLate() {
  if (process.platform !== 'linux') return
  for (const thread of readdirSync('/proc/self/task')) {
    const name = readFileSync(`/proc/self/task/${thread}/comm`, 'utf8')
    if (name.startsWith('redis-state')) setPriority(Number(thread), 19)
  }
}
