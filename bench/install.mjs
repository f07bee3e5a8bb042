// @ts-check
// Installs the package, as its users get it, and the other clients and Bun for the comparison.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from '../scripts/npm.mjs'
import { root, stageBinary, stageMain } from '../scripts/release/packages.mjs'
import { TARGETS } from '../scripts/targets.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const modules = join(here, 'node_modules')
const { currentTarget } = createRequire(import.meta.url)('../lib/engines/native/target.js')

/** The name of the package of this repository. */
export const ownPackage = 'redis-state-adapter'

export function ensureInstalled() {
  ensureOthers()
  installOwn()
}

/** After the others, because npm removes what it did not install. */
function installOwn() {
  const target = TARGETS.find(({ name }) => name === currentTarget())
  if (target === undefined) throw new Error(`there are no binaries for ${currentTarget()}`)
  stageMain(modules, [target])
  stageBinary(modules, target, join(root, target.file))
}

/** Installs the candidates if one is missing or has another version than in package.json. */
function ensureOthers() {
  const wanted = Object.entries(manifestOf(here)?.dependencies ?? {})
  const missing = wanted.filter(([name, version]) => versionOf(name) !== version)
  if (missing.length === 0) return
  console.log(`installing into bench/node_modules: ${missing.map(([name]) => name).join(', ')}`)
  // None of them needs its scripts: their binaries are in separate packages.
  const args = ['install', '--prefix', here, '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']
  const { status } = npm(args, { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('npm install of bench/package.json failed')
}

/**
 * @param {string} name
 * @param {string} [below] the package that depends on it
 * @returns {string | undefined}
 */
export function versionOf(name, below) {
  const own = below && join(modules, below, 'node_modules', name)
  return manifestOf(own && existsSync(own) ? own : join(modules, name))?.version
}

/**
 * Path of the binary itself, because the package `bun` only links to it after its install script has run.
 *
 * @returns {string | undefined} path of a Bun that works on this machine
 */
export function findBun() {
  const folder = join(modules, '@oven')
  if (!existsSync(folder)) return undefined
  const binaries = readdirSync(folder).flatMap((name) =>
    ['bun', 'bun.exe'].map((bun) => join(folder, name, 'bin', bun)),
  )
  return binaries.find((file) => existsSync(file) && spawnSync(file, ['--version'], { timeout: 10_000 }).status === 0)
}

/**
 * Folders of a package and its dependencies, as `npm install` of only this package would create them.
 *
 * @param {string} name
 * @returns {Set<string>}
 */
export function installedWith(name) {
  /** @type {Set<string>} */
  const folders = new Set()
  addPackage(name, join(here, 'package.json'), folders)
  return folders
}

/**
 * @param {string} name
 * @param {string} parent its package.json
 * @param {Set<string>} folders
 */
function addPackage(name, parent, folders) {
  const folder = createRequire(parent)
    .resolve.paths(name)
    ?.map((path) => join(path, name))
    .find((path) => path.startsWith(modules) && existsSync(path))
  if (!folder || folders.has(folder)) return
  folders.add(folder)
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifestOf(folder) ?? {}
  const peers = Object.keys(peerDependencies ?? {}).filter((peer) => !peerDependenciesMeta?.[peer]?.optional)
  const names = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]
  for (const below of names) addPackage(below, join(folder, 'package.json'), folders)
}

/** @param {string} folder */
function manifestOf(folder) {
  const file = join(folder, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
