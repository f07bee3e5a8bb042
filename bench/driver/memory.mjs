// @ts-check

import { objectOf } from '../values.mjs'
import { keepInFlight } from './workers.mjs'

const hours = 3_600_000
const mb = 1024 * 1024

/**
 * Resident memory before and after many operations, 80 % get and 20 % set, 256 in flight.
 *
 * @param {import('../types.js').State} state
 * @param {{ ops: number }} args
 */
export async function fillMemory(state, { ops }) {
  const value = objectOf(180)
  const startMb = process.memoryUsage.rss() / mb
  /** @param {number} at */
  const call = (at) => {
    const key = String((at * 7_919) % 10_000)
    return at % 5 === 0 ? state.set('memory', key, value) : state.get('memory', key)
  }
  await keepInFlight(call, { inFlight: 256, ms: hours, limit: ops })
  return { startMb, endMb: process.memoryUsage.rss() / mb }
}
