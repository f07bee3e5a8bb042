// @ts-check
// Measures the costs of a candidate besides its calls: start, memory, disk.

import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installedWith } from '../install.mjs'
import { Driver } from './driver.mjs'
import { nextMessage, start } from './processes.mjs'

/**
 * @typedef {import('./field.mjs').Field} Field
 * @typedef {import('../types.js').Results} Results
 * @typedef {import('../types.js').Settings} Settings
 * @typedef {(line: string) => void} Progress
 */

const root = fileURLToPath(new URL('../..', import.meta.url))
const { currentTarget } = createRequire(import.meta.url)('../../lib/engines/native/target.js')

/**
 * @param {Field} field
 * @param {Settings} settings
 * @param {Progress} progress
 */
export async function measureCold(field, { coldStarts }, progress) {
  /** @type {Results['cold']} */
  const rows = []
  for (let round = 1; round <= coldStarts; round++) {
    for (const entrant of field.entrants) {
      const { candidate, server } = entrant
      await field.attempt(entrant, async () => {
        const child = start(candidate, 'cold', server.urls)
        const { ms } = await nextMessage(child, 30_000).finally(() => child.kill('SIGKILL'))
        rows.push({ candidate: candidate.name, round, ms })
      })
    }
    progress(`cold start, round ${round}`)
  }
  return rows
}

/**
 * @param {Field} field
 * @param {Settings} settings
 * @param {Progress} progress
 */
export async function measureMemory(field, { memoryOps: ops }, progress) {
  /** @type {Results['memory']} */
  const rows = []
  for (const entrant of field.entrants) {
    const { candidate, server } = entrant
    await field.attempt(entrant, async () => {
      const driver = await Driver.start(candidate, server.urls)
      const memory = await driver.run('memory', { ops }).finally(() => driver.stop())
      rows.push({ candidate: candidate.name, ops, ...memory })
      progress(`memory, ${candidate.title}: ${memory.endMb.toFixed(0)} MB after ${ops} operations`)
    })
  }
  return rows
}

/**
 * @param {Field} field
 * @param {Progress} progress
 * @returns {Results['size']}
 */
export function measureSize(field, progress) {
  progress('installed size')
  return field.entrants.map(({ candidate }) => {
    const folders = candidate.package ? [...installedWith(candidate.package)] : []
    const bytes = candidate.package ? folders.map(bytesOf).reduce((a, b) => a + b, 0) : packedBytes()
    return { candidate: candidate.name, bytes }
  })
}

/** Unpacked size of this package with its binary, in bytes. */
function packedBytes() {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const shell = process.platform === 'win32'
  const text = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], shell })
  const binary = join(root, `redis-state-adapter.${currentTarget()}.node`)
  return JSON.parse(text)[0].unpackedSize + statSync(binary).size
}

/**
 * @param {string} folder
 * @returns {number} size without nested packages, which are counted separately
 */
function bytesOf(folder) {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'node_modules') bytes += bytesOf(path)
    if (entry.isFile()) bytes += statSync(path).size
  }
  return bytes
}
