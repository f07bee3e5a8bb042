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
  ensureIn(here)
}

/** What adapters are compared with. Apart from the clients, so that neither has the other's versions of what both need. */
export function ensureAdapters() {
  ensureIn(join(here, 'adapters'))
}

/** @param {string} folder with a package.json */
function ensureIn(folder) {
  ensureOthers(folder)
  installOwn(join(folder, 'node_modules'))
}

/** After the others, because npm removes what it did not install. @param {string} modules */
function installOwn(modules) {
  const target = TARGETS.find(({ name }) => name === currentTarget())
  if (target === undefined) throw new Error(`there are no binaries for ${currentTarget()}`)
  stageMain(modules, [target])
  stageBinary(modules, target, join(root, target.file))
}

/** Installs the candidates if one is missing or has another version than in package.json. @param {string} folder */
function ensureOthers(folder) {
  const wanted = Object.entries(manifestOf(folder)?.dependencies ?? {})
  const missing = wanted.filter(([name, version]) => installedVersion(join(folder, 'node_modules', name)) !== version)
  if (missing.length === 0) return
  console.log(`installing into ${join(folder, 'node_modules')}: ${missing.map(([name]) => name).join(', ')}`)
  // None of them needs its scripts: their binaries are in separate packages.
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']
  const { status } = npm(args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`npm install in ${folder} failed`)
}

/**
 * @param {string} name
 * @param {string} [below] the package that depends on it
 * @returns {string | undefined}
 */
export function versionOf(name, below) {
  const own = below && join(modules, below, 'node_modules', name)
  return installedVersion(own && existsSync(own) ? own : join(modules, name))
}

/** @param {string} name of a package that an adapter replaces */
export function replacedVersion(name) {
  return installedVersion(join(here, 'adapters', 'node_modules', name))
}

/** @param {string} folder of a package */
function installedVersion(folder) {
  return manifestOf(folder)?.version
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
