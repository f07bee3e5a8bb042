// @ts-check
// `npm run build:linux [-- musl]`: builds the binaries for Linux into `artifacts/`, on any Linux, runs a smoke test of each,
// and prints the table of sizes in docs/platforms.md. With a word: only the targets that contain it. See docs/releasing.md.

import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { App } from './linux/app.mjs'
import { footprintOf, tableOf } from './linux/footprint.mjs'
import { smoke } from './linux/smoke.mjs'
import { build } from './linux/zig.mjs'
import { binaryIn, root } from './release/packages.mjs'
import { TARGETS } from './targets.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'no-build': { type: 'boolean' }, 'no-smoke': { type: 'boolean' } },
})
const [word = ''] = positionals
const artifacts = join(root, 'artifacts')

try {
  if (process.platform !== 'linux') throw new Error('needs Linux')
  mkdirSync(artifacts, { recursive: true })
  const targets = TARGETS.filter(({ name }) => name.startsWith('linux') && name.includes(word))
  if (targets.length === 0) throw new Error(`no target contains "${word}"`)
  const footprints = []
  for (const target of targets) {
    console.log(`==> ${target.name}`)
    const binary = values['no-build'] ? binaryIn(artifacts, target) : build(target, artifacts)
    if (binary === undefined) throw new Error(`${target.file} is not in artifacts/`)
    console.log(`${binary}: ${statSync(binary).size.toLocaleString('en')} bytes`)
    if (!values['no-smoke']) footprints.push(await tryOut(target, binary))
  }
  if (footprints.length > 0) console.log(tableOf(footprints))
} catch (error) {
  console.error(`build-linux: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

/** @param {import('./targets.mjs').Target} target @param {string} binary */
async function tryOut(target, binary) {
  const app = new App(target, binary)
  try {
    await smoke(app)
    return footprintOf(app, binary)
  } finally {
    app.remove()
  }
}
