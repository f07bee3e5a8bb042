// @ts-check
// `npm run fuzz -- --minutes n`: runs generated inputs for a given time: the `fuzz_` tests in Rust, operations on all
// engines at once, and the same operations with any strings. See docs/testing.md.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureOthers, ensureServer } from './redis-server.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Per round: cases of each generated test in Rust, and sequences of operations on all engines. */
const CASES = 200_000
const SEQUENCES = 500

// Without optimization across crates, which would make the build longer than many runs.
const environment = { CARGO_PROFILE_RELEASE_LTO: 'off', CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16' }

try {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' } } })
  const minutes = Number(values.minutes)
  if (!(minutes > 0)) throw new Error('minutes: expected a number above 0')
  fuzz(minutes)
} catch (error) {
  console.error(`fuzz: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

/** @param {number} minutes */
function fuzz(minutes) {
  process.env.REDIS_SERVER = ensureServer()
  ensureOthers()
  const end = performance.now() + minutes * 60_000
  for (let round = 1; round === 1 || performance.now() < end; round++) {
    run('cargo', ['test', '--release', 'fuzz_'], { PROPTEST_CASES: String(CASES) })
    run(process.execPath, ['--test', '__test__/differential/'], { FUZZ_RUNS: String(SEQUENCES) })
    console.log(
      `round ${round}: ${round * CASES} cases of each test in Rust, ${round * SEQUENCES} sequences on all engines`,
    )
  }
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} variables
 */
function run(program, args, variables) {
  const { status } = spawnSync(program, args, {
    cwd: root,
    env: { ...process.env, ...environment, ...variables },
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('a generated input failed, see above')
}
