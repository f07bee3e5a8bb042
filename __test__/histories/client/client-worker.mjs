// @ts-check
// Runs a client in a worker of this process. New orders terminate the worker at any point of its work, and start
// another.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** @typedef {import('./client-thread.mjs').Message} Message */

const program = new URL('./worker-main.mjs', import.meta.url)

export class ClientWorker {
  /** @type {Worker | undefined} */
  #worker

  /** @param {Message} message */
  async obey(message) {
    if (message.orders) {
      await this.#worker?.terminate()
      this.#worker = new Worker(program)
      // It has no listener for errors, so that an error of the worker ends this process.
    }
    this.#worker?.postMessage(message)
    if (message.stop && this.#worker) await once(this.#worker, 'exit')
  }
}
