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
 * @param {string[]} urls of stores
 * @returns {string[]} what was installed, and what was seen
 */
export function checkUse(project, { target = currentTarget(), ignoresLibc = false, hasModules = true }, urls) {
  const { folder, env, node = ['node'] } = project
  writeFileSync(join(folder, 'quick-start.mjs'), quickStart())
  writeFileSync(join(folder, 'required.cjs'), "console.log(Object.keys(require('redis-state-adapter')).join())")
  copyFileSync(join(root, 'scripts/smoke.mjs'), join(folder, 'smoke.mjs'))
  for (const url of urls) {
    const printed = run([...node, 'quick-start.mjs'], { folder, env: { ...env, REDIS_URL: url } })
    assert.deepEqual(printed.trim().split('\n'), ['{ paid: true }', '1', '{ paid: true }', 'null', "[ 'views' ]"])
  }
  assert.match(run([...node, 'required.cjs'], project), /^RedisStateAdapter,RedisStateError/)
  const smoke = run([...node, 'smoke.mjs', ...urls], project).trim()
  if (!hasModules) return ['', smoke]
  const names = installedBinaries(folder)
  assert.deepEqual(names, expectedBinaries(target, ignoresLibc))
  return [names.join(', '), smoke]
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

/** @param {string} own the target @param {boolean} ignoresLibc */
function expectedBinaries(own, ignoresLibc) {
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
