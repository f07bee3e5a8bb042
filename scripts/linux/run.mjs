// @ts-check

import { spawnSync } from 'node:child_process'
import { root } from '../release/packages.mjs'

/**
 * Runs a program, with its output on the console, and waits for its end.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [env] added to that of this process
 */
export function run(program, args, env) {
  const options = { cwd: root, env: { ...process.env, ...env }, stdio: /** @type {const} */ ('inherit') }
  const { status, error } = spawnSync(program, args, options)
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`)
}
