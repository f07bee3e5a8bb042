// @ts-check
// Uses an installed package as its users do: the quick start of the README, ESM, CommonJS.

import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from '../release/packages.mjs'
import { TARGETS } from '../targets.mjs'
import { run } from './managers.mjs'

const { currentTarget } = createRequire(import.meta.url)('../../lib/engines/native/target.js')

/**
 * @param {import('./managers.mjs').Project} project
 * @param {import('./managers.mjs').Manager} manager
 * @returns {string} what was seen
 */
export function checkUse(project, { run: command = ['node'], ignoresLibc = false, hasModules = true }) {
  const { folder } = project
  writeFileSync(join(folder, 'quick-start.mjs'), quickStart())
  writeFileSync(join(folder, 'required.cjs'), "console.log(Object.keys(require('redis-state-adapter')).join())")
  copyFileSync(join(root, 'scripts/smoke.mjs'), join(folder, 'smoke.mjs'))
  const printed = run([...command, 'quick-start.mjs'], project)
    .trim()
    .split('\n')
  assert.deepEqual(printed, ['{ paid: true }', '1', '{ paid: true }', 'null', "[ 'views' ]"])
  assert.equal(run([...command, 'required.cjs'], project).trim(), 'RedisStateAdapter,RedisStateError')
  const smoke = run([...command, 'smoke.mjs', 'memory:'], project).trim()
  if (!hasModules) return smoke
  const names = installedBinaries(folder)
  assert.deepEqual(names, expectedBinaries(ignoresLibc))
  return `${smoke}; installed: ${names.join(', ')}`
}

function quickStart() {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, program] = /## Quick start\n.*?```js\n(.*?)```/s.exec(readme) ?? []
  return program ?? ''
}

/** @param {string} folder */
function installedBinaries(folder) {
  const modules = join(folder, 'node_modules')
  // pnpm links packages from a store in which those of the binaries lie beside the main one.
  const beside = join(realpathSync(join(modules, 'redis-state-adapter')), '..')
  const names = [modules, beside].filter(existsSync).flatMap((path) => readdirSync(path))
  return [...new Set(names)].filter((name) => name.startsWith('redis-state-adapter-')).sort()
}

/** @param {boolean} ignoresLibc */
function expectedBinaries(ignoresLibc) {
  const own = currentTarget()
  const isFor = (/** @type {string} */ name) => name === own || (ignoresLibc && isOtherLibc(name, own))
  return TARGETS.filter(({ name }) => isFor(name))
    .map(({ packageName }) => packageName)
    .sort()
}

/** @param {string} name @param {string} own */
function isOtherLibc(name, own) {
  const [os, cpu] = own.split('-')
  return os === 'linux' && name.startsWith(`${os}-${cpu}-`)
}
