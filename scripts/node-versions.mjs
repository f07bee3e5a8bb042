// @ts-check
// Gets other versions of Node.js for tests.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from './npm.mjs'

const cache = fileURLToPath(new URL('../node_modules/.cache/node-versions', import.meta.url))
const seconds = 1000

/** The version is not available: there is no package for this machine, or the registry cannot be reached. */
export class NoSuchNode extends Error {}

/**
 * A Node.js of a version: the running one if it matches, otherwise the newest that matches at the time of the first use.
 *
 * @param {string} version such as `22` or `20.3.0`
 * @returns {string} path of its binary
 * @throws NoSuchNode
 */
export function nodeOf(version) {
  if (isOf(version, process.version)) return process.execPath
  const binary = join(cache, `node-${version}-${process.platform}-${process.arch}${extension()}`)
  if (!existsSync(binary)) install(version, binary)
  return binary
}

/**
 * Can run concurrently in several processes: each uses its own folder, and the binary is moved into place atomically.
 *
 * @param {string} version
 * @param {string} binary
 */
function install(version, binary) {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'install-'))
  try {
    const name = packageName()
    const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts']
    // Fail soon if the registry cannot be reached.
    options.push('--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000')
    run(['install', ...options, '--prefix', folder, `${name}@${version}`], folder)
    const installed = join(folder, 'node_modules', name, 'bin', `node${extension()}`)
    check(installed, version)
    renameSync(installed, binary)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {string} name of a package that contains only the Node.js binary for this kind of machine */
function packageName() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
}

function extension() {
  return process.platform === 'win32' ? '.exe' : ''
}

/**
 * @param {string[]} args
 * @param {string} folder
 */
function run(args, folder) {
  const options = { cwd: folder, encoding: /** @type {const} */ ('utf8'), timeout: 90 * seconds }
  const { status, stderr, error } = npm(args, options)
  if (status !== 0) throw new NoSuchNode(`npm ${args.at(-1)}: ${error ?? mistakeIn(String(stderr))}`)
}

/** @param {string} stderr of npm */
function mistakeIn(stderr) {
  const lines = stderr.split('\n').filter((line) => line.startsWith('npm error') || line.startsWith('npm ERR!'))
  return lines.slice(0, 2).join(' ') || stderr.trim()
}

/**
 * @param {string} binary
 * @param {string} version
 */
function check(binary, version) {
  const { stdout, error } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10 * seconds })
  const actual = String(stdout).trim()
  if (!isOf(version, actual)) throw new NoSuchNode(`Node.js ${version} does not run here: ${error ?? actual}`)
}

/** @param {string} version @param {string} actual such as `v20.11.0` */
function isOf(version, actual) {
  return `${actual}.`.startsWith(`v${version}.`)
}
