// @ts-check
// A client: several lanes, each of which makes one call after the other on the entries of the round and records the
// outcome.

import { setTimeout as pause } from 'node:timers/promises'
import { RedisStateAdapter } from 'redis-state-adapter'
import { CALLS, Known, placesOf } from './calls.mjs'
import { holdLock } from './lock-calls.mjs'
import { mutantOf } from './mutants.mjs'
import { outcomeOf } from './outcome.mjs'
import { Random } from './random.mjs'
import { Recorder } from './recorder.mjs'

/**
 * @typedef {object} Orders
 * @property {number} number of the client, unique in the run
 * @property {number} seed
 * @property {number} round in which it starts; 0 before the first
 * @property {number} lanes
 * @property {string} file for its records
 * @property {Record<string, any>} options of the adapter
 * @property {string[]} kinds of entries
 * @property {number} entries of each kind in a round
 * @property {string} [mutant] name of the fault that is planted in the adapter
 */

/** Maximum pause of a lane between two calls, in milliseconds. */
const MAX_PAUSE = 4

export class Client {
  #orders
  #random
  #recorder
  #state
  #round
  #isRunning = true
  #lastValue = 0
  /** @type {Map<string, Known>} */
  #known = new Map()
  #lanes
  /** @type {Promise<void>[]} */
  #bursts = []

  /** @param {Orders} orders */
  constructor(orders) {
    this.#orders = orders
    this.#random = new Random(orders.seed)
    this.#round = orders.round
    this.#recorder = new Recorder(orders.file)
    const state = new RedisStateAdapter(orders.options)
    this.#state = orders.mutant === undefined ? state : mutantOf(state, orders.mutant)
    this.#lanes = Array.from({ length: orders.lanes }, () => this.#runLane(this.#random.fork()))
  }

  /** From now on uses the entries of that round. @param {number} round */
  begin(round) {
    this.#round = round
    this.#known.clear()
  }

  /** Makes calls outside of the lanes, all at once. @param {number} calls */
  burst(calls) {
    if (this.#round === 0) return
    for (let call = 0; call < calls; call++) this.#bursts.push(this.#callOnce(this.#random.fork()))
  }

  /** Waits for the calls in flight, then closes the adapter. */
  async stop() {
    this.#isRunning = false
    await Promise.all([...this.#lanes, ...this.#bursts])
    await this.#state.cleanup()
    this.#recorder.close()
  }

  /** @param {Random} random */
  async #runLane(random) {
    while (this.#isRunning) {
      if (this.#round > 0) await this.#callOnce(random)
      await pause(random.below(MAX_PAUSE))
    }
  }

  /** @param {Random} random */
  async #callOnce(random) {
    const { kinds, entries } = this.#orders
    const kind = random.of(kinds)
    const entry = `${kind}-${this.#round}-${random.below(entries)}`
    if (kind === 'lock') return holdLock(this.#state, this.#recorder, entry, random)
    const call = random.of(CALLS[kind])
    const known = this.#knownOf(entry)
    const input = call.inputOf(known, random)
    const id = this.#recorder.begin({ entry, name: call.name, ...input })
    try {
      const outcome = await call.run(this.#state, random.of(placesOf(entry)), input, random)
      if (outcome.result !== undefined) known.seen = outcome.result
      this.#recorder.end(id, { outcome: 'done', ...outcome })
    } catch (error) {
      this.#recorder.end(id, outcomeOf(error))
    }
  }

  /** @param {string} entry */
  #knownOf(entry) {
    let known = this.#known.get(entry)
    if (known === undefined) {
      known = new Known(() => this.#orders.number * 1e7 + ++this.#lastValue)
      this.#known.set(entry, known)
    }
    return known
  }
}
