// @ts-check
// Builds binaries for Linux on any Linux, with Zig as C compiler and linker: it has the symbols of each glibc, and musl.

import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { root } from '../release/packages.mjs'
import { run } from './run.mjs'

/** The oldest that programs for many systems are commonly built for: it has all symbols that are needed. */
const GLIBC = '2.17'
const TOOLS = ['ziglang==0.15.2', 'cargo-zigbuild==0.24.1']
const environment = join(root, 'target', 'zigbuild-env')

/**
 * @param {import('../targets.mjs').Target} target
 * @param {string} artifacts folder for the file
 * @returns {string} path of the binary
 */
export function build({ triple, file }, artifacts) {
  installTools()
  run('rustup', ['target', 'add', triple])
  const output = join(root, 'target', 'linux', triple)
  const isGlibc = triple.endsWith('gnu')
  const options = ['--platform', '--release', '-x', '--no-js', '--output-dir', output]
  run('npx', ['napi', 'build', ...options, '--target', isGlibc ? `${triple}.${GLIBC}` : triple], {
    PATH: `${join(environment, 'bin')}${delimiter}${process.env.PATH}`,
  })
  const binary = join(artifacts, file)
  renameSync(join(output, file), binary)
  rmSync(output, { recursive: true })
  if (isGlibc) checkGlibc(binary)
  return binary
}

function installTools() {
  if (existsSync(join(environment, 'bin', 'cargo-zigbuild'))) return
  run('python3', ['-m', 'venv', environment])
  run(join(environment, 'bin', 'pip'), ['install', '--quiet', ...TOOLS])
}

/** @param {string} binary */
function checkGlibc(binary) {
  const names = [...readFileSync(binary, 'latin1').matchAll(/\0GLIBC_(\d+)\.(\d+)/g)]
  const newest = Math.max(...names.map(([, major, minor]) => Number(major) * 1000 + Number(minor)))
  const [major, minor] = GLIBC.split('.').map(Number)
  if (newest > major * 1000 + minor) throw new Error(`${binary} needs glibc 2.${newest % 1000}`)
}
