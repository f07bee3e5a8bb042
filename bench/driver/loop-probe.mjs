// @ts-check
// Measures the delay of other events in the event loop. A second thread sends pings at random times, and the delay of
// each is that of any other event at that time. Timers (monitorEventLoopDelay) have a resolution of milliseconds and
// differ in Bun; a chain of setImmediate keeps the loop from sleeping, which changes the measurement.

import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { percentile } from './statistics.mjs'

const idleMs = 60

export class LoopProbe {
  #running
  #idle = 0
  /** @type {number[]} */
  #delays = []

  /**
   * @param {Worker} worker
   * @param {Int32Array} running
   */
  constructor(worker, running) {
    this.#running = running
    worker.on('message', (sent) => this.#delays.push(now() - sent))
    worker.unref()
  }

  static async start() {
    const running = new Int32Array(new SharedArrayBuffer(8))
    const worker = new Worker(new URL('./pinger.mjs', import.meta.url), { workerData: running })
    await once(worker, 'online')
    const probe = new LoopProbe(worker, running)
    // The delay of an idle loop is that of the message itself; in Bun, also the difference between the clocks of the
    // two threads.
    const idle = await probe.during(() => sleep(idleMs))
    probe.#idle = idle.percentile(0)
    return probe
  }

  /**
   * @param {() => Promise<unknown>} run
   * @returns the measured delays, in milliseconds above those of an idle loop
   */
  async during(run) {
    this.#delays = []
    this.#switch(1)
    await run()
    this.#switch(0)
    // Pings that are still waiting belong to the run.
    await sleep(5)
    const delays = this.#delays.map((delay) => Math.max(0, delay - this.#idle))
    return { percentile: (/** @type {number} */ share) => percentile(delays, share) }
  }

  /** @param {0 | 1} running */
  #switch(running) {
    Atomics.store(this.#running, 0, running)
    Atomics.notify(this.#running, 0)
  }
}

function now() {
  return Number(process.hrtime.bigint()) / 1e6
}
