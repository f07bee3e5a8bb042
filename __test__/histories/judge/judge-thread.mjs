// @ts-check
// Runs the judge in a separate thread, because a search may take seconds and must not block the relays of this process.

import { on } from 'node:events'
import { Worker } from 'node:worker_threads'

/**
 * @import { Window } from './epochs.mjs'
 * @import { Findings } from './history.mjs'
 */

export class JudgeThread {
  #worker = new Worker(new URL('./judge-main.mjs', import.meta.url))
  #lastId = 0

  /** Adds the file of a client. @param {string} path */
  follow(path) {
    this.#send('follow', [path])
  }

  /** Reads a file to its end, because its client has ended. @param {string} path */
  finish(path) {
    this.#send('finish', [path])
  }

  /**
   * Entries of the rounds up to and including that one that are not judged yet.
   *
   * @param {number} round
   * @returns {Promise<string[]>}
   */
  entriesUntil(round) {
    return this.#request('entriesUntil', [round])
  }

  /**
   * @param {string[]} entries
   * @param {Window[]} windows
   * @returns {Promise<void>}
   */
  judge(entries, windows) {
    return this.#request('judge', [entries, windows])
  }

  /** @returns {Promise<Findings>} */
  findings() {
    return this.#request('findings', [])
  }

  async end() {
    await this.#worker.terminate()
  }

  /** @param {string} method @param {any[]} args */
  #send(method, args) {
    const id = ++this.#lastId
    this.#worker.postMessage({ id, method, args })
    return id
  }

  /** @param {string} method @param {any[]} args @returns {Promise<any>} */
  async #request(method, args) {
    const id = this.#send(method, args)
    for await (const [answer] of on(this.#worker, 'message')) {
      if (answer.id === id) return answer.result
    }
  }
}
