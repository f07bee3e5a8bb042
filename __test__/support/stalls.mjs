// @ts-check
// How long the machine kept this process waiting for its turn. A thread of its own measures it, so that what blocks the
// thread under test is not taken for the machine's fault.

import { Worker } from 'node:worker_threads'

/**
 * @typedef {object} Record in nanoseconds
 * @property {BigInt64Array} memory the sum of all stalls, and when the watcher looked last
 * @property {bigint} period of the watcher's looks
 * @property {bigint} tolerated what any timer may be late
 */

/** @type {Record} */
const record = { memory: new BigInt64Array(new SharedArrayBuffer(16)), period: 10_000_000n, tolerated: 10_000_000n }
new Worker(new URL('../fixtures/stall-watcher.mjs', import.meta.url), { workerData: record }).unref()

/** @returns {number} milliseconds, since this process began to look */
export function stalled() {
  const { memory, period, tolerated } = record
  const [sum, last] = [Atomics.load(memory, 0), Atomics.load(memory, 1)]
  // What the watcher itself could not see yet, as it did not have its turn either.
  const late = last === 0n ? 0n : process.hrtime.bigint() - last - period
  return Number(late > tolerated ? sum + late : sum) / 1e6
}
