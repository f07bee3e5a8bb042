// @ts-check
// Measures the costs of a candidate besides its calls: start, memory, disk.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { installedWith, ownPackage } from '../install.mjs'
import { Driver } from './driver.mjs'
import { nextMessage, start } from './processes.mjs'

/**
 * @typedef {import('./field.mjs').Field} Field
 * @typedef {import('../types.js').Results} Results
 * @typedef {import('../types.js').Settings} Settings
 * @typedef {(line: string) => void} Progress
 */

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
    const folders = [...installedWith(candidate.package ?? ownPackage)]
    const bytes = folders.map(bytesOf).reduce((a, b) => a + b, 0)
    return { candidate: candidate.name, bytes }
  })
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
