// @ts-check

import { ours } from '../candidates.mjs'
import { Filler } from '../driver/filler.mjs'
import { groupedKeys, keysPerGroup } from '../plan.mjs'
import { objectOf, prefix } from '../values.mjs'

/**
 * @typedef {import('../types.js').ListingCell} ListingCell
 * @typedef {import('../types.js').ListingRow} ListingRow
 * @typedef {import('./field.mjs').Field} Field
 */

const text = JSON.stringify(objectOf(180))
// Keys that no call reads only need to exist. Their values are short, so that there is memory for one server per
// candidate.
const otherText = '{}'

/**
 * @param {Field} field
 * @param {import('../types.js').Settings} settings
 * @param {(line: string) => void} progress
 */
export async function measureListings(field, settings, progress) {
  /** @type {ListingRow[]} */
  const rows = []
  for (const cells of byContents(settings.listings)) {
    progress(`filling ${cells[0].keyspace} keys`)
    for (const entrant of field.entrants) await field.attempt(entrant, () => fill(entrant.server.urls[0], cells))
    await field.inTurn(0, (_, driver) => driver.run('filled', {}))
    for (let round = 1; round <= settings.listingRounds; round++) {
      await measureRound(field, { cells, round, ms: settings.listingMs }, { rows, progress })
    }
  }
  return rows
}

/**
 * @param {Field} field
 * @param {{ cells: ListingCell[], round: number, ms: number }} what
 * @param {{ rows: ListingRow[], progress: (line: string) => void }} to
 */
async function measureRound(field, { cells, round, ms }, { rows, progress }) {
  for (const [at, cell] of cells.entries()) {
    const args = { work: cell.work, traceId: traceIdOf(cell), expected: expectedOf(cell), ms }
    await field.inTurn(round + at, async ({ candidate }, driver) => {
      rows.push({ ...cell, candidate: candidate.name, round, ...(await driver.run('listing', args)) })
    })
    const last = rows.findLast(({ candidate }) => candidate === ours)
    const result = last ? `${last.ms.toFixed(2)} ms` : 'done'
    progress(`${cell.work} of ${cell.group} among ${cell.keyspace} keys, round ${round}: ${result}`)
  }
}

/**
 * Cells that use the same keyspace, so that it is filled once.
 *
 * @param {ListingCell[]} cells
 */
function byContents(cells) {
  /** @type {Map<string, ListingCell[]>} */
  const sets = new Map()
  for (const cell of cells) {
    const name = `${cell.keyspace} ${isGrouped(cell)}`
    sets.set(name, [...(sets.get(name) ?? []), cell])
  }
  return [...sets.values()]
}

/** @param {ListingCell} cell */
function isGrouped({ work }) {
  return work === 'allItems' || work === 'traceIds'
}

/** @param {ListingCell} cell */
function traceIdOf({ group }) {
  return `group-of-${group}`
}

/** @param {ListingCell} cell */
function expectedOf({ work, group }) {
  return work === 'traceIds' ? groupedKeys / keysPerGroup : group
}

/**
 * @param {string} url
 * @param {ListingCell[]} cells
 */
async function fill(url, cells) {
  const filler = await Filler.connect(url)
  try {
    await filler.flush()
    if (isGrouped(cells[0])) {
      await filler.fill({ start: `${prefix}trace-`, count: groupedKeys, text, perGroup: keysPerGroup })
    } else {
      await fillGroups(filler, cells)
    }
  } finally {
    filler.close()
  }
}

/**
 * @param {Filler} filler
 * @param {ListingCell[]} cells
 */
async function fillGroups(filler, cells) {
  const groups = new Map(cells.map((cell) => [cell.group, traceIdOf(cell)]))
  let others = cells[0].keyspace
  for (const [count, traceId] of groups) {
    await filler.fill({ start: `${prefix}${traceId}:`, count, text })
    others -= count
  }
  await filler.fill({ start: `${prefix}other-`, count: others, text: otherText, perGroup: keysPerGroup })
}
