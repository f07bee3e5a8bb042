// @ts-check
// `npm run test:runtimes [-- --short] [node-22 bun ...]`: the contract, the end of adapters and the smoke test on each
// runtime, with the binary that was built here. Prints a table; `-- --write` also writes it into the documents.

import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { RedisProcess } from './redis-process.mjs'
import { findServer } from './redis-server.mjs'
import { root } from './release/packages.mjs'
import { RUNTIMES } from './runtimes/programs.mjs'
import { HEADER, writeTables } from './runtimes/table.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean' }, write: { type: 'boolean' } },
})

const CONTRACT = ['contract', 'state-store', 'updates', 'finding', 'watch', 'strict-values', 'user-code']
const LIFECYCLE = ['faults/lifecycle', 'processes']
/** The embedded store, a server, and TLS. */
const STORES = '^(memory|redis|redis, over TLS)$'
const MAX_MS = 30 * 60_000

const wanted = RUNTIMES.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (wanted.length === 0) throw new Error(`there are: ${RUNTIMES.map(({ name }) => name).join(', ')}`)
const server = findServer() === undefined ? undefined : new RedisProcess()
if (values.write && (server === undefined || values.short)) throw new Error('--write needs a server and all tests')
await server?.start()
try {
  console.log(HEADER)
  const results = new Map(wanted.map((runtime) => [runtime, check(runtime)]))
  if (values.write) writeTables(RUNTIMES.map((runtime) => results.get(runtime)?.row))
  process.exitCode = [...results.values()].every(({ isGood }) => isGood) ? 0 : 1
} finally {
  await server?.stop()
}

/** Prints a row, and returns it with whether everything passed. @param {import('./runtimes/programs.mjs').Runtime} runtime */
function check(runtime) {
  const program = runtime.find()
  const cells = [
    tested(runtime, program, values.short ? CONTRACT.slice(0, 2) : CONTRACT),
    server && !values.short ? tested(runtime, program, LIFECYCLE) : { text: 'not run', isGood: true },
    smoked(runtime, program),
  ]
  const row = `| ${[`${runtime.title} ${versionOf(program)}`, ...cells.map(({ text }) => text)].join(' | ')} |`
  console.log(row)
  return { row, isGood: cells.every(({ isGood }) => isGood) }
}

/**
 * @param {import('./runtimes/programs.mjs').Runtime} runtime
 * @param {string} program
 * @param {string[]} names of test files
 */
function tested(runtime, program, names) {
  const files = names.map((name) => `./__test__/${name}.test.mjs`)
  const env = { ...process.env, NO_COLOR: '1', REDIS_STATE_STORES: server ? STORES : '^memory$' }
  const { status, stdout, stderr, error } = run(program, [...runtime.test, ...files], env)
  const { passed, failed, skipped } = runtime.counts(stdout + stderr)
  if (status !== 0) console.error(error?.message ?? '', failuresIn(stdout + stderr))
  if (status !== 0) return { text: `${failed} of ${passed + failed} fail`, isGood: false }
  return { text: `${passed} tests${skipped > 0 ? `, ${skipped} skipped` : ''}`, isGood: true }
}

/** The lines about tests that failed, or the last ones. @param {string} output */
function failuresIn(output) {
  const lines = output.split('\n')
  const failed = lines.filter((line) => /^\s*(not ok|\(fail\)|error:)|FAILED/.test(line))
  return (failed.length > 0 ? failed : lines.slice(-20)).join('\n')
}

/** @param {import('./runtimes/programs.mjs').Runtime} runtime @param {string} program */
function smoked(runtime, program) {
  const urls = ['memory:', ...(server ? [server.url] : [])]
  const { status, stdout, stderr } = run(program, [...runtime.run, 'scripts/smoke.mjs', ...urls], process.env)
  if (status !== 0) console.error(stdout + stderr)
  const [, count] = /smoke: (\d+) checks/.exec(stdout) ?? []
  return { text: status === 0 ? `${count} checks` : 'fails', isGood: status === 0 }
}

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} env */
function run(program, args, env) {
  return spawnSync(program, args, { cwd: root, env, encoding: 'utf8', timeout: MAX_MS, maxBuffer: 2 ** 28 })
}

/** @param {string} program */
function versionOf(program) {
  return /\d+\.\d+\.\d+/.exec(run(program, ['--version'], process.env).stdout)?.[0] ?? '?'
}
