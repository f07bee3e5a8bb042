// @ts-check
// `npm run memcheck [-- order]`: runs Node.js tests with a native core built with AddressSanitizer. See
// docs/testing.md.

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { usingBinary } from './other-binary.mjs'
import { ensureServer } from './redis-server.mjs'

/**
 * The tests with most risk for memory errors: exits, workers, closing, lost connections, listeners, large and hostile
 * replies.
 */
const FILES = [
  ...['cut', 'order', 'processes', 'reentry', 'several-adapters', 'watch'],
  ...['faults/hostile', 'faults/large', 'faults/lifecycle', 'faults/resources', 'faults/network'],
]
const root = fileURLToPath(new URL('..', import.meta.url))
const work = join(root, 'target', 'memcheck')
const reports = join(work, 'reports')
const library = join(work, 'redis-state-adapter.node')

try {
  if (process.platform !== 'linux') throw new Error('needs Linux')
  build()
  process.exitCode = test(process.argv.slice(2))
} catch (error) {
  console.error(`memcheck: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

function build() {
  const target = /^host: (.*)$/m.exec(read('rustc', ['-vV']))?.[1] ?? ''
  run('cargo', ['build', '--release', '--target', target], {
    // Sanitizers are in each release of the compiler, but not a stable option.
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: '-Zsanitizer=address -Cforce-frame-pointers=yes',
    CARGO_TARGET_DIR: work,
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
    CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
    CARGO_PROFILE_RELEASE_INCREMENTAL: 'true',
    CARGO_PROFILE_RELEASE_STRIP: 'none',
    CARGO_PROFILE_RELEASE_DEBUG: 'line-tables-only',
  })
  copyFileSync(join(work, target, 'release', 'libredis_state_adapter.so'), library)
}

/** @param {string[]} filters @returns {number} the exit code */
function test(filters) {
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const files = (filters.length > 0 ? filters : FILES).map((name) => `__test__/${name}.test.mjs`)
  const runtime = read('gcc', ['-print-file-name=libasan.so']).trim()
  if (!runtime.startsWith('/')) throw new Error('gcc has no libasan.so')
  const tests = ['--test', '--test-concurrency=1', '--test-timeout=600000', '--test-reporter=dot', ...files]
  const { status } = spawnSync(process.execPath, tests, {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      REDIS_SERVER: ensureServer(),
      ...usingBinary(library),
      LD_PRELOAD: runtime,
      // Node.js does not free everything before the process ends.
      ASAN_OPTIONS: `detect_leaks=0:log_path=${join(reports, 'report')}`,
    },
  })
  const found = readdirSync(reports).map((file) => readFileSync(join(reports, file), 'utf8'))
  for (const report of found) console.error(report)
  console.log(`${found.length} reports`)
  return found.length > 0 ? 1 : (status ?? 1)
}

/** @param {string} program @param {string[]} args @param {Record<string, string>} env */
function run(program, args, env) {
  const { status } = spawnSync(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${program} failed`)
}

/** @param {string} program @param {string[]} args */
function read(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} is missing`)
  return stdout
}
