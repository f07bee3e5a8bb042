// @ts-check

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from '../npm.mjs'

/**
 * Publishes the package in a folder, unless that version is published already: so a run that was interrupted can be repeated.
 *
 * @param {string} folder
 * @param {{ flags?: string[], env?: NodeJS.ProcessEnv }} [settings] of npm
 * @returns {boolean} whether it was published now
 */
export function publish(folder, { flags = [], env = process.env } = {}) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const options = { cwd: folder, env }
  if (npm(['view', `${name}@${version}`, 'version', ...flags.filter(isOfRegistry)], options).stdout?.length)
    return false
  const { status, stderr } = npm(['publish', '--ignore-scripts', ...flags], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status !== 0) throw new Error(`npm publish of ${name}@${version} failed:\n${stderr}`)
  return true
}

/** @param {string} flag */
function isOfRegistry(flag) {
  return flag.startsWith('--registry')
}
