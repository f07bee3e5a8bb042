// @ts-check
// Installs a package by name on each Linux target, in an empty folder, with nothing but a Node.js for it and npm.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { nodeFor, npmFor, whyNoNode } from '../linux/roots.mjs'
import { binaryIn, root } from '../release/packages.mjs'
import { TARGETS } from '../targets.mjs'
import { PACKAGE, run } from './managers.mjs'

/** @typedef {import('../targets.mjs').Target} Target */

/** @type {import('./managers.mjs').Manager[]} */
export const PLATFORMS = TARGETS.filter(({ name }) => name.startsWith('linux-')).map((target) => ({
  name: target.name,
  target: target.name,
  skip: () => whyNoNode(target) ?? (builtBinary(target) ? undefined : '`npm run build:linux` makes its binary'),
  install(folder, registry) {
    mkdirSync(folder)
    const project = { folder, env: environment(registry.url), node: nodeFor(target, folder) }
    run([...npmFor(target, folder), 'install', PACKAGE], project)
    return project
  },
}))

/** @param {Target} target */
export function builtBinary(target) {
  return binaryIn(join(root, 'artifacts'), target) ?? binaryIn(root, target)
}

/**
 * Nothing of this machine. The paths are relative, as the folder may have another one there.
 *
 * @param {string} registry
 */
function environment(registry) {
  const { PATH } = process.env
  const npm = { npm_config_registry: registry, npm_config_cache: 'home/npm', npm_config_userconfig: 'home/npmrc' }
  return { PATH, HOME: 'home', ...npm }
}
