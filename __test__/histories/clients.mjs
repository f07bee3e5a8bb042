// @ts-check
// The clients of a run, which the nemesis kills and replaces.

import { setTimeout as pause } from 'node:timers/promises'
import { ClientProcess } from './client/client-process.mjs'

/**
 * @import { Orders } from './client/client.mjs'
 * @import { Random } from './client/random.mjs'
 *
 * @typedef {object} Setting
 * @property {Random} random
 * @property {Record<string, string>} env of the processes
 * @property {() => Orders} newOrders for one more client
 * @property {(orders: Orders) => void} onGone called when a client has made its last record
 */

/**
 * Time within which the calls of a client must settle, in milliseconds: many times `commandTimeout`, as the machine is
 * busy.
 */
export const SETTLE_TIMEOUT = 60_000
/** Calls that a client makes at once before it is killed, so that some are in flight. */
const BURST = 20
/**
 * Processes that are never killed, one with its client in a worker and one without: a leak shows only after some time.
 */
const LASTING = 2
/** Maximum time between that burst and the kill, in milliseconds. The first replies arrive within a few of them. */
const MAX_KILL_DELAY = 10

export class Clients {
  /** Failures of the clients. @type {string[]} */
  faults = []
  /** @type {ClientProcess[]} */
  #clients = []
  #setting

  /**
   * @param {number} count
   * @param {Setting} setting
   */
  constructor(count, setting) {
    this.#setting = setting
    // In a worker and in the main thread by turns, so that there are both kinds.
    for (let index = 0; index < count; index++) this.#clients.push(this.#start(index % 2 === 0))
  }

  get pids() {
    return this.#clients.map(({ pid }) => Number(pid))
  }

  /** Whether a client has failed so far. */
  get haveFailed() {
    return this.faults.length > 0 || this.#clients.some(({ isAlive }) => !isAlive)
  }

  /** A random client. */
  some() {
    return this.#setting.random.of(this.#clients)
  }

  /** From now on the clients use the entries of that round. @param {number} round */
  begin(round) {
    for (const client of this.#clients) client.begin(round)
  }

  /** Kills the process of a client and starts another. */
  async kill() {
    const replaceable = this.#clients.slice(LASTING)
    const client = replaceable.length > 0 ? this.#setting.random.of(replaceable) : this.some()
    await this.#burst(client)
    this.#note(await client.kill())
    this.#setting.onGone(client.orders)
    // The replacement runs in the other kind of thread, so that both kinds are killed.
    this.#clients.splice(
      this.#clients.indexOf(client),
      1,
      this.#start(replaceable.length === 0 ? client.inWorker : !client.inWorker),
    )
  }

  /** Terminates the worker of a client, and starts another in the same process. */
  async terminateWorker() {
    const client = this.#setting.random.of(this.#clients.filter(({ inWorker }) => inWorker))
    const { orders } = client
    await this.#burst(client)
    this.#note(await client.replaceWorker(this.#setting.newOrders(), SETTLE_TIMEOUT))
    this.#setting.onGone(orders)
  }

  /** Waits until all calls have settled and all processes have ended. */
  async stop() {
    const ends = await Promise.all(this.#clients.map((client) => client.stop(SETTLE_TIMEOUT)))
    ends.forEach((fault) => void this.#note(fault))
    for (const { orders } of this.#clients) this.#setting.onGone(orders)
  }

  async end() {
    await Promise.all(this.#clients.map((client) => client.kill()))
  }

  /** @param {boolean} inWorker */
  #start(inWorker) {
    return new ClientProcess(this.#setting.newOrders(), this.#setting.env, inWorker)
  }

  /** @param {ClientProcess} client */
  async #burst(client) {
    client.burst(BURST)
    await pause(this.#setting.random.below(MAX_KILL_DELAY))
  }

  /** @param {string | undefined} fault */
  #note(fault) {
    if (fault !== undefined) this.faults.push(fault)
  }
}
