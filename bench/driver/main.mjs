// @ts-check
// The process of one candidate, started by measure/driver.mjs, which sends it jobs to run in sequence.

import { Filler } from './filler.mjs'
import { JsonAlone } from './json-alone.mjs'
import { Listings } from './listings.mjs'
import { fillMemory } from './memory.mjs'
import { Points } from './points.mjs'
import { serve } from './serve.mjs'
import { StateFiller } from './state-filler.mjs'

/**
 * @typedef {import('./serve.mjs').Jobs} Jobs
 * @typedef {import('../types.js').State} State
 */

// Several URLs are the nodes of a cluster.
const [candidate, ...urls] = process.argv.slice(2)
const client = await import(`../clients/${candidate}.mjs`)
const jobs = await (urls.length === 1 ? openJobs(urls[0]) : openClusterJobs())

serve(jobs)

/**
 * @param {string} url
 * @returns {Promise<Jobs>}
 */
async function openJobs(url) {
  /** @type {State} */
  const state = await client.open(url)
  await state.get('none', 'none')
  const filler = await Filler.connect(url)
  const filled = async (/** @type {string | undefined} */ traceId) => client.filled?.(state, traceId)
  const points = new Points(state, client.storesOtherTexts ? new StateFiller(state) : filler)
  const listings = new Listings(state, filler, filled)
  const json = new JsonAlone()
  return {
    point: (args) => points.measure(args),
    listing: (args) => listings.measure(args),
    filled: () => filled(undefined),
    memory: (args) => fillMemory(state, args),
    json: (args) => json.measure(args),
  }
}

/**
 * Only point operations, because the listings of the thin layer would see only one node.
 *
 * @returns {Promise<Jobs>}
 */
async function openClusterJobs() {
  /** @type {State} */
  const state = await client.openCluster(urls)
  await state.get('none', 'none')
  const points = new Points(state, new StateFiller(state))
  return { point: (args) => points.measure(args) }
}
