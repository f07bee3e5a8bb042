// @ts-check
// `npm test`: builds and runs all tests from a fresh checkout. `npm test -- contract` runs the test files with that in
// their path.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cosmosEmulator, NoCosmosEmulator } from './cosmos-emulator.mjs'
import { npm } from './npm.mjs'
import { ensureOthers, ensureServer } from './redis-server.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const filters = process.argv.slice(2)
const HISTORIES = '__test__/histories/'
/** Files at the same time: many tests wait for servers most of the time. */
const CONCURRENCY = 3
/**
 * Test files in which no connection has a part, or one of any kind: they run once. So do contracts on stores that differ from one
 * of `THREAD_STORES` by their server or by the rights of the user.
 */
const ONCE =
  /\/(cli|cosmos|stores|adapters|inspector|config|differential)\/|\/(arguments|bundlers|demo|documents|duration|examples|from-env|house|inspect|nested-options|package|readme|release|secrets|suggestions|types|url|workflows)[\w-]*\.test/
const THREAD_STORES =
  '^(memory|redis|redis, over (TLS|a unix socket)|redis, with a cache|a cluster|a cluster, with a cache)$'
/** Node.js 20 applies it not only to each test, but also to each file. On a busy machine some files take minutes. */
const FILE_MS = 900_000

/** Chromium is being installed. @type {import('node:child_process').ChildProcess | undefined} */
let installing

/** @type {[title: string, run: () => void | Promise<void>][]} */
const steps = [
  ['Rust toolchain', checkRust],
  ['build', build],
  ['redis-server', provideServer],
  ['Cosmos DB in memory', provideCosmos],
  ['Rust tests', testRust],
  ['Chromium', awaitChromium],
  ['JavaScript tests', testJavaScript],
  ['histories', testHistories],
  ['JavaScript tests, replies read by a thread', withThread(testJavaScript)],
  ['histories, replies read by a thread', withThread(testHistories)],
]

try {
  for (const [title, step] of steps) {
    if (step === testRust && filters.length > 0) continue
    console.log(`==> ${title}`)
    await step()
  }
} catch (error) {
  console.error(`\nnpm test: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

function checkRust() {
  run(
    'cargo',
    ['--version'],
    'Rust is missing: install it with rustup (https://rustup.rs), open a new shell, try again',
  )
}

function build() {
  const built = npm(['run', 'build'], { cwd: root, stdio: 'inherit' })
  demandSuccess(built, 'the build failed: see above; without node_modules run `npm install` first')
}

function provideServer() {
  const server = ensureServer()
  // The tests use the same server and do not search again.
  process.env.REDIS_SERVER = server
  console.log(server)
  ensureOthers()
  startChromium()
}

/** Installs it while the Rust tests run; of the tests that need it, several would try to at the same time. */
function startChromium() {
  if (!testFiles().some((file) => file.includes('/inspector/browser'))) return
  installing = spawn(process.execPath, ['scripts/chromium.mjs'], { cwd: root, stdio: 'inherit' })
}

async function awaitChromium() {
  if (installing && installing.exitCode === null && installing.signalCode === null) await once(installing, 'exit')
}

/** Otherwise the first test that needs it builds it, while others run. */
function provideCosmos() {
  if (!testFiles().some((file) => file.includes('/cosmos/'))) return
  try {
    console.log(cosmosEmulator())
  } catch (error) {
    if (!(error instanceof NoCosmosEmulator)) throw error
    console.log(`its tests are skipped: ${error.message}`)
  }
}

function testRust() {
  run('cargo', ['test'], 'a Rust test failed: see above; `cargo test <name>` runs one alone')
}

function testJavaScript() {
  const files = testFiles().filter((file) => !file.startsWith(HISTORIES))
  if (testFiles().length === 0) {
    throw new Error(`no test file has one of these in its path: ${filters.join(', ')}`)
  }
  const isRepeated = process.env.REDIS_STATE_DRIVER === 'thread'
  runTests(isRepeated ? files.filter((file) => !ONCE.test(file)) : files, CONCURRENCY)
}

/** Run one at a time, because each keeps the machine busy. */
function testHistories() {
  runTests(
    testFiles().filter((file) => file.startsWith(HISTORIES)),
    1,
  )
}

/**
 * The Node tests with the thread driver, which runtimes without libuv use; see CONTRIBUTING.md.
 *
 * @param {() => void} step
 */
function withThread(step) {
  return () => {
    process.env.REDIS_STATE_DRIVER = 'thread'
    process.env.REDIS_STATE_STORES ??= THREAD_STORES
    step()
  }
}

/**
 * @param {string[]} files
 * @param {number} concurrency files that run at the same time
 */
function runTests(files, concurrency) {
  if (files.length === 0) return
  const options = ['--test', `--test-concurrency=${concurrency}`, `--test-timeout=${FILE_MS}`, '--test-reporter=spec']
  run(process.execPath, [...options, ...files], 'a test failed: see above; `npm test -- <part of a path>` runs less')
}

function testFiles() {
  const files = readdirSync(`${root}/__test__`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.mjs'))
    .map((file) => `__test__/${file.replaceAll('\\', '/')}`)
  return files.filter((file) => filters.length === 0 || filters.some((part) => file.includes(part))).sort()
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} advice message of the error if it fails
 */
function run(program, args, advice) {
  demandSuccess(spawnSync(program, args, { cwd: root, stdio: 'inherit' }), advice)
}

/**
 * @param {{ status: number | null }} ended
 * @param {string} advice message of the error if it failed
 */
function demandSuccess({ status }, advice) {
  if (status !== 0) throw new Error(advice)
}
