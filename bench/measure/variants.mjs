// @ts-check
// Measures options of this adapter beside what they replace, each section with servers of its own.

import { cacheCandidates, indexCandidates } from '../candidates.mjs'
import { cacheCells, indexCells, indexListings } from '../plan.mjs'
import { Field } from './field.mjs'
import { measureListings } from './listings.mjs'
import { measurePoints } from './points.mjs'

/**
 * @typedef {import('../types.js').Settings} Settings
 * @typedef {(line: string) => void} Progress
 */

/**
 * @param {Settings} settings
 * @param {Progress} progress
 */
export async function measureIndex(settings, progress) {
  return inField(indexCandidates, async (field) => {
    const report = (/** @type {string} */ line) => progress(`index: ${line}`)
    const points = await measurePoints(field, { cells: indexCells, settings }, report)
    const listings = await measureListings(field, { ...settings, listings: indexListings }, report)
    return { index: { points, listings } }
  })
}

/**
 * @param {Settings} settings
 * @param {Progress} progress
 */
export async function measureCache(settings, progress) {
  return inField(cacheCandidates, async (field) => {
    const report = (/** @type {string} */ line) => progress(`cache: ${line}`)
    return { cache: await measurePoints(field, { cells: cacheCells, settings }, report) }
  })
}

/**
 * @template T
 * @param {import('../types.js').Candidate[]} candidates
 * @param {(field: Field) => Promise<T>} measure
 */
async function inField(candidates, measure) {
  const field = await Field.open(candidates)
  try {
    return { ...(await measure(field)), failures: field.failures }
  } finally {
    await field.close()
  }
}
