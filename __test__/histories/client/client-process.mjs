// @ts-check
// Controls a client that runs in a child process: sends it messages, kills it, replaces its worker.

import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** @typedef {import('./client.mjs').Orders} Orders */

const program = fileURLToPath(new URL('./main.mjs', import.meta.url))

export class ClientProcess {
  #child
  #orders

  /**
   * @param {Orders} orders
   * @param {Record<string, string>} env
   * @param {boolean} inWorker whether the client runs in a worker of the process, which may be terminated
   */
  constructor(orders, env, inWorker) {
    this.#orders = orders
    this.inWorker = inWorker
    this.#child = fork(program, inWorker ? ['worker'] : [], { env: { ...process.env, ...env } })
    this.#child.send({ orders })
  }

  get orders() {
    return this.#orders
  }

  get pid() {
    return this.#child.pid
  }

  /** Begins a round: from now on the client uses the entries of that round. @param {number} round */
  begin(round) {
    this.#send({ round })
  }

  /** Blocks its JavaScript thread. @param {number} time in milliseconds */
  beBusy(time) {
    this.#send({ busy: time })
  }

  /** Makes so many calls at once. @param {number} calls */
  burst(calls) {
    this.#send({ burst: calls })
  }

  /**
   * Terminates its worker at any point of its work, and starts another.
   *
   * @param {Orders} orders for the new worker
   * @param {number} timeout in milliseconds
   * @returns {Promise<string | undefined>} the failure, if any
   */
  async replaceWorker(orders, timeout) {
    const earlyEnd = this.#earlyEnd()
    if (earlyEnd) return earlyEnd
    const { number } = this.#orders
    this.#orders = orders
    try {
      await this.#begun(orders, AbortSignal.timeout(timeout))
      return undefined
    } catch (error) {
      return `cannot replace the worker of client ${number}: ${error}`
    }
  }

  /** @param {Orders} orders @param {AbortSignal} signal */
  async #begun(orders, signal) {
    this.#send({ orders })
    // The message for the first orders may still be unread.
    for await (const [{ begun }] of on(this.#child, 'message', { signal, close: ['exit'] })) {
      if (begun === orders.number) return
    }
    throw new Error('its process ended')
  }

  /** @returns {Promise<string | undefined>} the failure if it ended earlier */
  async kill() {
    const earlyEnd = this.#earlyEnd()
    await this.#exit(() => this.#child.kill('SIGKILL'))
    return earlyEnd
  }

  /**
   * Waits until its calls have settled and its process has ended.
   *
   * @param {number} timeout in milliseconds
   * @returns {Promise<string | undefined>} the failure, if any
   */
  async stop(timeout) {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.#child.kill('SIGKILL')
    }, timeout)
    await this.#exit(() => this.#send({ stop: true }))
    clearTimeout(timer)
    if (isLate) return `client ${this.#orders.number} did not settle its calls within ${timeout} ms`
    return this.#child.exitCode === 0 ? undefined : this.#earlyEnd()
  }

  get isAlive() {
    return this.#earlyEnd() === undefined
  }

  /** A description of its exit, if the process has ended. */
  #earlyEnd() {
    const code = this.#child.exitCode ?? this.#child.signalCode
    return code === null ? undefined : `client ${this.#orders.number} exited with ${code}`
  }

  /** @param {() => void} end */
  async #exit(end) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    end()
    await exit
  }

  /** @param {object} message */
  #send(message) {
    if (this.#child.connected) this.#child.send(message, () => {})
  }
}
