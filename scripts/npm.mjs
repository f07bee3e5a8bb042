// @ts-check

import { spawnSync } from 'node:child_process'

/**
 * Runs npm to its end.
 *
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 */
export function npm(args, options) {
  // On Windows npm is a script, which only a shell can start.
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}
