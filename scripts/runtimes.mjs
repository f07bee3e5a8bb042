// @ts-check
// `npm run test:runtimes [-- --short] [node-22 bun ...]`: the contract, the end of adapters and the smoke test on each
// runtime, with the binary that was built here. Prints the table of docs/platforms.md.

import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { RedisProcess } from './redis-process.mjs'
import { findServer } from './redis-server.mjs'
import { root } from './release/packages.mjs'
import { RUNTIMES } from './runtimes/programs.mjs'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { short: { type: 'boolean' } } })

const CONTRACT = ['contract', 'state-store', 'updates', 'finding', 'watch', 'strict-values', 'user-code']
const LIFECYCLE = ['faults/lifecycle', 'processes']
const MAX_MS = 10 * 60_000

const wanted = RUNTIMES.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (wanted.length === 0) throw new Error(`there are: ${RUNTIMES.map(({ name }) => name).join(', ')}`)
const server = findServer() === undefined ? undefined : new RedisProcess()
await server?.start()
try {
  console.log('| runtime | contract | end of adapters and processes | smoke test |\n| --- | --- | --- | --- |')
  process.exitCode = wanted.map(check).every((isGood) => isGood) ? 0 : 1
} finally {
  await server?.stop()
}

/** Prints a row. @param {import('./runtimes/programs.mjs').Runtime} runtime @returns {boolean} whether everything passed */
function check(runtime) {
  const program = runtime.find()
  const title = `${runtime.title} ${versionOf(program)}`
  const stores = server === undefined ? '^memory$' : runtime.stores
  const contract = [...runtime.test, ...filesOf(values.short ? CONTRACT.slice(0, 2) : CONTRACT)]
  const lifecycle = server === undefined || values.short ? undefined : runtime.lifecycle
  const cells = [
    tested(runtime, program, contract, { REDIS_STATE_STORES: stores }),
    lifecycle ? tested(runtime, program, [...lifecycle, ...filesOf(LIFECYCLE)]) : { text: 'not run', isGood: true },
    smoked(runtime, program),
  ]
  console.log(`| ${[title, ...cells.map(({ text }) => text)].join(' | ')} |`)
  return cells.every(({ isGood }) => isGood)
}

/** @param {string[]} names of test files */
function filesOf(names) {
  return names.map((name) => `./__test__/${name}.test.mjs`)
}

/**
 * @param {import('./runtimes/programs.mjs').Runtime} runtime
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
function tested(runtime, program, args, env) {
  const { status, stdout, stderr } = run(program, args, { ...process.env, NO_COLOR: '1', ...env })
  const [passed, failed] = runtime.counts(stdout + stderr)
  if (status !== 0) console.error(failuresIn(stdout + stderr))
  return { text: status === 0 ? `${passed} tests` : `${failed} of ${passed + failed} fail`, isGood: status === 0 }
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
