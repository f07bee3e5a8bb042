// @ts-check
// Builds the native binary if it is missing or older than its sources.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from '../npm.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)
const { currentTarget } = require('../../lib/engines/native/target.js')

/** @throws if it cannot be built; the message says what to do */
export function ensureBuilt() {
  if (isBuilt() || isInstalled()) return
  if (!existsSync(join(root, 'node_modules'))) throw new Error('The build tools are missing: run `npm install` first.')
  if (spawnSync('cargo', ['--version']).status !== 0) throw new Error(noRust)
  console.log('Building the native part (npm run build); the first time this takes a few minutes...')
  const { status } = npm(['run', 'build'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('The build failed: see above.')
}

const noRust = `Rust is missing, and the native part has to be built. Install it with rustup (https://rustup.rs):
  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
then open a new shell and run \`npm run demo\` again.`

function isBuilt() {
  const binaries = readdirSync(root).filter(isBinaryForHere)
  if (binaries.length === 0) return false
  return Math.max(...binaries.map(modified)) >= Math.max(...sources().map(modified))
}

/** Whether the package with the prebuilt binary is there, and no file that was built, which would be used before it. */
function isInstalled() {
  if (readdirSync(root).some(isBinaryForHere)) return false
  try {
    require.resolve(`redis-state-adapter-${currentTarget()}/package.json`)
    return true
  } catch {
    return false
  }
}

/** @param {string} file */
function isBinaryForHere(file) {
  return file.startsWith(`redis-state-adapter.${process.platform}-${process.arch}`) && file.endsWith('.node')
}

function sources() {
  const manifests = ['Cargo.toml', 'Cargo.lock', 'build.rs'].filter((file) => existsSync(join(root, file)))
  const rust = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  return [...manifests, ...rust.map((file) => join('src', file))]
}

/** @param {string} file */
function modified(file) {
  return statSync(join(root, file)).mtimeMs
}
