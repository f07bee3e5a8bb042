// @ts-check

import { ours } from '../candidates.mjs'

/**
 * @typedef {import('../types.js').PointCell} PointCell
 * @typedef {import('../types.js').PointRow} PointRow
 * @typedef {import('../types.js').Settings} Settings
 */

/**
 * @param {import('./field.mjs').Field} field
 * @param {{ cells: PointCell[], settings: Settings }} what
 * @param {(line: string) => void} progress
 */
export async function measurePoints(field, { cells, settings }, progress) {
  /** @type {PointRow[]} */
  const rows = []
  for (let round = 1; round <= settings.rounds; round++) {
    for (const [at, cell] of cells.entries()) {
      const args = { ...cell, ms: settings.pointMs, warmMs: settings.warmMs, probe: probed(cell, settings) }
      await field.inTurn(round + at, async ({ candidate }, driver) => {
        rows.push({ ...cell, candidate: candidate.name, round, ...(await driver.run('point', args)) })
      })
      progress(`${cell.work}, ${cell.inFlight} in flight, ${cell.size} bytes, round ${round}: ${lastOf(rows)}`)
    }
  }
  return rows
}

/**
 * @param {PointCell} cell
 * @param {Settings} settings
 */
function probed({ inFlight, size }, { probedAt }) {
  return probedAt.includes(inFlight) && size < 1_000
}

/** @param {PointRow[]} rows */
function lastOf(rows) {
  const row = rows.findLast(({ candidate }) => candidate === ours)
  return row ? `${Math.round(row.opsPerSecond)} ops/s` : 'done'
}
