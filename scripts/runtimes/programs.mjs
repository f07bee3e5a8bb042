// @ts-check
// The runtimes that the package is tested on, and how each runs tests.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cachedInstall } from '../cached-install.mjs'
import { nodeOf } from '../node-versions.mjs'

const OTHERS = { bun: '1.4.5', deno: '2.9.6' }

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 *
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} title
 * @property {() => string} find returns the path of its binary
 * @property {string[]} run arguments before a program
 * @property {string[]} test arguments before test files
 * @property {(output: string) => Counts} counts reads the result of its test runner
 */

/** @type {Runtime[]} */
export const RUNTIMES = [
  ...['20.3.0', '20', '22', '24', '26'].map(nodeRuntime),
  {
    ...{ name: 'bun', title: 'Bun', find: () => binaryOf('bun', '@oven') },
    ...{ run: [], test: ['test', '--timeout', '300000'] },
    counts: countsBy({ passed: /^ *(\d+) pass$/m, failed: /^ *(\d+) fail$/m, skipped: /^ *(\d+) skip$/m }),
  },
  {
    ...{ name: 'deno', title: 'Deno', find: () => binaryOf('deno', '@deno') },
    ...{ run: ['run', '--allow-all'], test: ['test', '--allow-all', '--no-check'] },
    counts: countsOfDeno,
  },
]

/** @param {string} version @returns {Runtime} */
function nodeRuntime(version) {
  return {
    ...{ name: `node-${version}`, title: 'Node.js', find: () => nodeOf(version) },
    ...{ run: ['--no-warnings'], test: ['--test', '--test-reporter=tap'] },
    counts: countsBy({ passed: /^# pass (\d+)$/m, failed: /^# fail (\d+)$/m, skipped: /^# skipped (\d+)$/m }),
  }
}

/** @param {Record<keyof Counts, RegExp>} patterns @returns {(output: string) => Counts} */
function countsBy({ passed, failed, skipped }) {
  return (output) => {
    const numberOf = (/** @type {RegExp} */ pattern) => Number(pattern.exec(output)?.[1] ?? 0)
    return { passed: numberOf(passed), failed: numberOf(failed), skipped: numberOf(skipped) }
  }
}

/** It prints a result of each group too, behind those of its tests. @param {string} output @returns {Counts} */
export function countsOfDeno(output) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  let previous = 0
  for (const [, indent, result] of output.matchAll(/^( *).* \.\.\. (ok|FAILED|ignored)\b.*$/gm)) {
    const isGroup = previous > indent.length
    previous = indent.length
    if (isGroup) continue
    if (result === 'ok') counts.passed++
    else if (result === 'FAILED') counts.failed++
    else counts.skipped++
  }
  return counts
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
