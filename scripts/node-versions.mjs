// @ts-check
// Node.js in other versions than the running one, for tests.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from './npm.mjs'

const cache = fileURLToPath(new URL('../node_modules/.cache/node-versions', import.meta.url))
const seconds = 1000

/** This machine cannot get the version: there is no package for it, or no way to the registry. */
export class NoSuchNode extends Error {}

/**
 * A Node.js of a major version: the running one if it is of that, else the newest there was when it was needed first.
 *
 * @param {number} major
 * @returns {string} path of its binary
 * @throws NoSuchNode
 */
export function nodeOfMajor(major) {
  if (majorOf(process.version) === major) return process.execPath
  const binary = join(cache, `node-${major}-${process.platform}-${process.arch}${extension()}`)
  if (!existsSync(binary)) install(major, binary)
  return binary
}

/**
 * Several processes may do so at once: each in a folder of its own, and the binary comes to its place as a whole.
 *
 * @param {number} major
 * @param {string} binary
 */
function install(major, binary) {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'install-'))
  try {
    const name = packageName()
    const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts']
    // Where the registry is out of reach that is to be known soon.
    options.push('--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000')
    run(['install', ...options, '--prefix', folder, `${name}@${major}`], folder)
    const installed = join(folder, 'node_modules', name, 'bin', `node${extension()}`)
    check(installed, major)
    renameSync(installed, binary)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {string} of a package that is nothing but Node.js for this kind of machine */
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
 * @param {number} major
 */
function check(binary, major) {
  const { stdout, error } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10 * seconds })
  const version = String(stdout).trim()
  if (majorOf(version) !== major) throw new NoSuchNode(`Node.js ${major} does not run here: ${error ?? version}`)
}

/** @param {string} version as in `v20.11.0` */
function majorOf(version) {
  return Number.parseInt(version.slice(1), 10)
}
