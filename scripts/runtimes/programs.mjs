// @ts-check
// The runtimes that the package is tested on, and how each runs tests.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cachedInstall } from '../cached-install.mjs'
import { nodeOf } from '../node-versions.mjs'

const OTHERS = { bun: '1.4.5', deno: '2.9.6' }
/** The embedded store, a server, and TLS. */
const STORES = '^(memory|redis|redis, over TLS)$'

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} title
 * @property {() => string} find returns the path of its binary
 * @property {string[]} run arguments before a program
 * @property {string[]} test arguments before test files
 * @property {string} stores whose contract it is tested on
 * @property {string[] | undefined} lifecycle arguments before the tests of how adapters and processes end, if it can run them
 * @property {(output: string) => [passed: number, failed: number]} counts reads the result of its test runner
 */

/** @type {Runtime[]} */
export const RUNTIMES = [
  ...['20.3.0', '20', '22', '24', '26'].map(nodeRuntime),
  {
    ...{ name: 'bun', title: 'Bun', find: () => binaryOf('bun', '@oven') },
    ...{ run: [], test: ['test', '--timeout', '300000'], stores: STORES },
    // With `keepAlive: false`, a process that awaits a change does not end there.
    lifecycle: ['test', '--timeout', '300000', '--test-name-pattern', '^(?!.*where keepAlive is false)'],
    counts: (output) => [numberIn(output, /^ *(\d+) pass$/m), numberIn(output, /^ *(\d+) fail$/m)],
  },
  {
    ...{ name: 'deno', title: 'Deno', find: () => binaryOf('deno', '@deno') },
    ...{ run: ['run', '--allow-all'], test: ['test', '--allow-all', '--no-check'] },
    // Tests that end a server do not return there; the smoke test uses one.
    ...{ stores: '^memory$', lifecycle: undefined },
    counts: (output) => [numberIn(output, /passed \((\d+) steps?\)/), numberIn(output, /(\d+) failed/)],
  },
]

/** @param {string} version @returns {Runtime} */
function nodeRuntime(version) {
  const test = ['--test', '--test-reporter=tap']
  return {
    ...{ name: `node-${version}`, title: 'Node.js', find: () => nodeOf(version), run: ['--no-warnings'] },
    ...{ test, stores: STORES, lifecycle: test },
    counts: (output) => [numberIn(output, /^# pass (\d+)$/m), numberIn(output, /^# fail (\d+)$/m)],
  }
}

/**
 * The binary itself: what the main package has is a link that its install script makes.
 *
 * @param {keyof typeof OTHERS} name
 * @param {string} scope of the packages with the binaries
 */
function binaryOf(name, scope) {
  const folder = join(cachedInstall(`runtime-${name}`, { [name]: OTHERS[name] }), 'node_modules', scope)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const binary = files.find((file) => new RegExp(`[\\\\/]${name}(\\.exe)?$`).test(file))
  if (binary === undefined) throw new Error(`there is no ${name} for this machine`)
  return join(folder, binary)
}

/** @param {string} output @param {RegExp} pattern */
function numberIn(output, pattern) {
  return Number(pattern.exec(output)?.[1] ?? 0)
}
