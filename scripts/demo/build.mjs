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
const { version } = require('../../package.json')

const target = currentTarget()
const binary = join(root, `redis-state-adapter.${target}.node`)
const prebuilt = `redis-state-adapter-${target}`

/** @throws if it cannot be built; the message says what to do */
export function ensureBuilt() {
  if (existsSync(binary) ? isNewest() : isInstalled()) return
  if (spawnSync('cargo', ['--version']).status !== 0) {
    if (!existsSync(binary)) throw new Error(noRust)
    console.log(
      'The native part is older than its sources, and without Rust it cannot be built: the demo uses it as it is.',
    )
    return
  }
  if (!existsSync(join(root, 'node_modules'))) throw new Error('The build tools are missing: run `npm install` first.')
  console.log('Building the native part (npm run build); the first time this takes a few minutes...')
  const { status } = npm(['run', 'build'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('The build failed: see above.')
}

const noRust = `Rust is missing, and the native part has to be built. Install it with rustup (https://rustup.rs):
  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
then open a new shell and run \`npm run demo\` again. Or install the prebuilt one of a release:
  npm install --no-save ${prebuilt}@${version}`

function isNewest() {
  return modified(binary) >= Math.max(...sources().map((file) => modified(join(root, file))))
}

/** Whether the package with the prebuilt binary is there. */
function isInstalled() {
  try {
    require.resolve(`${prebuilt}/package.json`)
    return true
  } catch {
    return false
  }
}

function sources() {
  const manifests = ['Cargo.toml', 'Cargo.lock', 'build.rs'].filter((file) => existsSync(join(root, file)))
  const rust = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  return [...manifests, ...rust.map((file) => join('src', file))]
}

/** @param {string} file */
function modified(file) {
  return statSync(file).mtimeMs
}
