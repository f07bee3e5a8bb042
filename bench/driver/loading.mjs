// @ts-check
// `loading.mjs <candidate> <url> <way> <calls> <loadMs>`: one of the processes whose calls miss one entry at the same time, started by
// measure/loading.mjs. It makes its calls at the first message, and reports its loads and the time of its slowest call.

import { setTimeout } from 'node:timers/promises'

/**
 * @typedef {import('../types.js').LoadingWay} LoadingWay
 * @typedef {() => Promise<unknown>} Call
 */

const TTL = 600
const [candidate, url, way, calls, loadMs] = process.argv.slice(2)
const { open } = await import(`../clients/${candidate}.mjs`)
const state = await open(url)
await state.get('none', 'none')

let loads = 0

/** What takes long to make: an answer of another service. */
async function load() {
  loads += 1
  await setTimeout(Number(loadMs))
  return { from: process.pid }
}

/** @type {Record<LoadingWay, Call>} */
const ways = {
  locked: () => state.getOrSet('t', 'k', load, { ttl: TTL, lock: true }),
  shared: () => state.getOrSet('t', 'k', load, { ttl: TTL }),
  naive: async () => {
    const found = await state.get('t', 'k')
    if (found !== null) return found
    const value = await load()
    await state.set('t', 'k', value)
    return value
  },
}
const call = ways[/** @type {LoadingWay} */ (way)]

process.once('message', () => void measure())
process.on('disconnect', () => process.exit())
process.send?.({ ready: true })

async function measure() {
  const start = performance.now()
  await Promise.all(Array.from({ length: Number(calls) }, call))
  process.send?.({ loads, slowestMs: performance.now() - start })
}
