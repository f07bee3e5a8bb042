// @ts-check
// `npm run planted`: builds the native core with one planted fault at a time, and checks that the histories reveal it.
// `npm run planted -- lost` uses only the patches with that word in their name. See docs/testing.md.

import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { usingBinary } from '../../scripts/other-binary.mjs'

const PATCHES = '__test__/histories/planted'
const root = fileURLToPath(new URL('../../', import.meta.url))
const work = 'target/planted'
const source = `${work}/source`
const library = `${work}/build/release/${libraryName()}`
/** Settings for a fast build with few optimizations. */
const quick = {
  CARGO_TARGET_DIR: join(root, work, 'build'),
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
  CARGO_PROFILE_RELEASE_INCREMENTAL: 'true',
  // A fault may leave code unused, which is not worth a warning.
  RUSTFLAGS: '--cap-lints=allow',
}

const filter = process.argv[2] ?? ''
const patches = readdirSync(join(root, PATCHES)).filter((file) => file.endsWith('.patch') && file.includes(filter))
if (patches.length === 0) throw new Error(`no patch has "${filter}" in its name`)

for (const patch of patches) run('git', ['apply', '--check', `${PATCHES}/${patch}`])
const missed = patches.filter((patch) => {
  console.log(`==> ${patch}`)
  return !isFound(patch, build(patch))
})
console.log(missed.length === 0 ? 'all faults were found' : `not found: ${missed.join(', ')}`)
process.exitCode = missed.length === 0 ? 0 : 1

/** @param {string} patch @returns {string} path of the library with that fault */
function build(patch) {
  rmSync(join(root, source), { recursive: true, force: true })
  mkdirSync(join(root, source), { recursive: true })
  for (const part of ['src', 'build.rs', 'Cargo.toml', 'Cargo.lock']) {
    cpSync(join(root, part), join(root, source, part), { recursive: true, preserveTimestamps: true })
  }
  run('git', ['apply', `--directory=${source}`, `${PATCHES}/${patch}`])
  run('cargo', ['build', '--quiet', '--release', '--manifest-path', `${source}/Cargo.toml`], quick)
  // A separate path per fault, so that no loaded library is overwritten.
  const built = join(root, work, patch.replace(/patch$/, 'node'))
  copyFileSync(join(root, library), built)
  return built
}

/** @param {string} patch @param {string} built */
function isFound(patch, built) {
  const runner = join(root, PATCHES, 'run.mjs')
  const env = { ...process.env, ...usingBinary(built) }
  return spawnSync(process.execPath, [runner, join(root, PATCHES, patch)], { env, stdio: 'inherit' }).status === 0
}

/** @param {string} command @param {string[]} args @param {Record<string, string>} [env] */
function run(command, args, env) {
  const { status } = spawnSync(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}

function libraryName() {
  if (process.platform === 'win32') return 'redis_state_adapter.dll'
  return `libredis_state_adapter.${process.platform === 'darwin' ? 'dylib' : 'so'}`
}
