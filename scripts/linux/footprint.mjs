// @ts-check
// What a platform's package costs: size, and time and memory of its import.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const IMPORTS = 31

/**
 * @typedef {object} Footprint
 * @property {string} name
 * @property {number} bytes of the binary
 * @property {number} gzipped
 * @property {number} installed with the main package
 * @property {{ ms: number, grown: number, after: number } | undefined} imported time of the fastest import, as other processes only
 *   add to it; medians of the resident memory, and by how much it grew. `undefined` in an emulator, where they say nothing
 */

/**
 * @param {import('./app.mjs').App} app
 * @param {string} binary
 * @returns {Footprint}
 */
export function footprintOf(app, binary) {
  return {
    name: app.target.name,
    bytes: statSync(binary).size,
    gzipped: gzipSync(readFileSync(binary), { level: 9 }).length,
    installed: bytesIn(app.modules),
    imported: app.isEmulated ? undefined : importCosts(app),
  }
}

/** @param {import('./app.mjs').App} app */
function importCosts(app) {
  const [program, ...args] = app.command('import.mjs')
  const run = () => JSON.parse(execFileSync(program, args, { encoding: 'utf8' }))
  const runs = Array.from({ length: IMPORTS }, run)
  const grown = runs.map(({ before, after }) => after - before)
  const fastest = Math.min(...runs.map(({ ms }) => ms))
  return { ms: fastest, grown: median(grown), after: median(runs.map(({ after }) => after)) }
}

/** @param {string} folder @returns {number} */
function bytesIn(folder) {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { path, name }) => sum + statSync(join(path, name)).size, 0)
}

/** @param {number[]} numbers */
function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}

/** @param {Footprint[]} footprints @returns the table in docs/platforms.md */
export function tableOf(footprints) {
  const rows = footprints.map(({ name, bytes, gzipped, installed, imported }) => {
    const costs = imported && [`${imported.ms.toFixed(1)} ms`, mb(imported.grown), mb(imported.after)]
    return [name, mb(bytes), mb(gzipped), mb(installed), ...(costs ?? ['–', '–', '–'])]
  })
  const head = ['target', 'binary', 'gzip', 'installed', 'import', 'memory grows by', 'to']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** @param {number} bytes */
function mb(bytes) {
  return `${(bytes / 1e6).toFixed(2)} MB`
}
