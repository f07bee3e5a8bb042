// @ts-check

import { spawnSync } from 'node:child_process'

/**
 * Runs npm and waits until it ends.
 *
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 */
export function npm(args, options) {
  // On Windows npm is a script, which needs a shell.
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}
