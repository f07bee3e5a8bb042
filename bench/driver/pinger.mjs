// @ts-check
// The second thread of loop-probe.mjs.

import { parentPort, workerData } from 'node:worker_threads'

/** @type {Int32Array} */
const running = workerData

for (;;) {
  Atomics.wait(running, 0, 0)
  while (Atomics.load(running, 0) === 1) {
    // At random intervals, so that the pings do not synchronize with the measured calls.
    Atomics.wait(running, 1, 0, 0.5 + Math.random())
    parentPort?.postMessage(Number(process.hrtime.bigint()) / 1e6)
  }
}
