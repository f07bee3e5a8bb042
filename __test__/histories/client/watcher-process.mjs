// @ts-check
// Controls the process of watcher.mjs.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** In milliseconds. At the end the watcher compares for up to 40 s, and repeats listings that fail. */
const TIMEOUT = 90_000
const program = fileURLToPath(new URL('./watcher.mjs', import.meta.url))

export class WatcherProcess {
  #child

  /**
   * @param {Record<string, any>} options of its adapter
   * @param {Record<string, string>} env
   */
  constructor(options, env) {
    this.#child = fork(program, { env: { ...process.env, ...env } })
    this.#child.send({ options })
  }

  get pid() {
    return this.#child.pid
  }

  /** Resolves when the watch is active, or when the process has ended, which `stop` reports. */
  async ready() {
    await this.#nextMessage({ ready: true })
  }

  /**
   * Call it when no more calls are made. Returns the differences between its copy and the store.
   *
   * @returns {Promise<string[]>}
   */
  async stop() {
    const differences = this.#child.connected ? await this.#differences() : ['the watcher ended early']
    return differences.map((/** @type {string} */ difference) => `the copy of the watcher: ${difference}`)
  }

  /** @returns {Promise<string[]>} */
  async #differences() {
    this.#child.send({ stop: true })
    return (await this.#nextMessage({ differences: ['the watcher ended early, or cannot list entries'] })).differences
  }

  /** Its next message, or `otherwise` if the process ends or none arrives in time. @param {any} otherwise */
  async #nextMessage(otherwise) {
    const none = Promise.race([once(this.#child, 'exit'), pause(TIMEOUT, undefined, { ref: false })])
    const [answer] = await Promise.race([once(this.#child, 'message'), none.then(() => [otherwise])])
    return answer
  }

  kill() {
    this.#child.kill('SIGKILL')
  }
}
