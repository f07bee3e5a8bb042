// @ts-check
// The process of one candidate, started by measure/driver.mjs: runs one job after the other as it is told.

import { Filler } from './filler.mjs'
import { JsonAlone } from './json-alone.mjs'
import { Listings } from './listings.mjs'
import { fillMemory } from './memory.mjs'
import { Points } from './points.mjs'

/** @typedef {{ id: number, job: string, args: any }} Order */

const [candidate, url] = process.argv.slice(2)
const jobs = await openJobs()

process.on('message', (order) => void answer(/** @type {Order} */ (order)))
process.on('disconnect', () => process.exit())
process.send?.({ ready: true })

/** @returns {Promise<Record<string, (args: any) => unknown>>} */
async function openJobs() {
  const { open } = await import(`../clients/${candidate}.mjs`)
  /** @type {import('../types.js').State} */
  const state = await open(url)
  await state.get('none', 'none')
  const filler = await Filler.connect(url)
  const points = new Points(state, filler)
  const listings = new Listings(state, filler)
  const json = new JsonAlone()
  return {
    point: (args) => points.measure(args),
    listing: (args) => listings.measure(args),
    memory: (args) => fillMemory(state, args),
    json: (args) => json.measure(args),
  }
}

/** @param {Order} order */
async function answer({ id, job, args }) {
  try {
    process.send?.({ id, result: await jobs[job](args) })
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) })
  }
}
