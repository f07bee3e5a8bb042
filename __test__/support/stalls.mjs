// @ts-check
// Measures how long this process got no CPU time because the machine was busy. A separate thread measures it, so that
// code that blocks the main thread does not count as a stall.

import { Worker } from 'node:worker_threads'

/**
 * @typedef {object} Record in nanoseconds
 * @property {BigInt64Array} memory the sum of all stalls, and the time of the last check
 * @property {bigint} period between checks
 * @property {bigint} tolerated delay of a timer that does not count as a stall
 */

/** @type {Record} */
const record = { memory: new BigInt64Array(new SharedArrayBuffer(16)), period: 10_000_000n, tolerated: 10_000_000n }
new Worker(new URL('../fixtures/stall-watcher.mjs', import.meta.url), { workerData: record }).unref()

/** @returns {number} sum of all stalls since the start of this process, in milliseconds */
export function stalled() {
  const { memory, period, tolerated } = record
  const [sum, last] = [Atomics.load(memory, 0), Atomics.load(memory, 1)]
  // A stall that the watcher has not recorded yet, because it is stalled itself.
  const late = last === 0n ? 0n : process.hrtime.bigint() - last - period
  return Number(late > tolerated ? sum + late : sum) / 1e6
}
