// @ts-check
// Runs a client in this thread, controlled by messages.

import { Client } from './client.mjs'
import { now } from './recorder.mjs'

/**
 * @typedef {object} Message
 * @property {import('./client.mjs').Orders} [orders] the first message to a client
 * @property {number} [round] begins this round
 * @property {number} [busy] blocks the JavaScript thread for so many milliseconds
 * @property {number} [burst] makes so many calls at once
 * @property {boolean} [stop] ends the client after its calls have settled
 */

export class ClientThread {
  /** @type {Client | undefined} */
  #client

  /** @param {Message} message */
  async obey({ orders, round, busy, burst, stop }) {
    if (orders) this.#client = new Client(orders)
    if (round) this.#client?.begin(round)
    if (busy) keepBusy(busy)
    if (burst) this.#client?.burst(burst)
    if (stop) await this.#client?.stop()
  }
}

/** @param {number} time in milliseconds */
function keepBusy(time) {
  for (const end = now() + time; now() < end; );
}
