// @ts-check

import { startRedis } from '../../__test__/support/redis.mjs'
import { Driver } from './driver.mjs'

/**
 * @typedef {import('../types.js').Candidate} Candidate
 * @typedef {{ urls: string[], stop(): Promise<void> }} Server a cluster where it has several URLs
 * @typedef {{ candidate: Candidate, server: Server, driver?: Driver }} Entrant
 */

/**
 * The candidates, each with a process and a server of its own: none meets the keys, the memory or the rehashing that
 * another left behind, and a server that idles costs next to nothing.
 */
export class Field {
  /** @type {Entrant[]} */
  #entrants = []
  /** @type {Record<string, string>} */
  failures = {}

  /**
   * @param {Candidate[]} candidates
   * @param {() => Promise<Server>} [startOne]
   */
  static async open(candidates, startOne = startServer) {
    const field = new Field()
    for (const candidate of candidates) field.#entrants.push({ candidate, server: await startOne() })
    return field
  }

  /** Those that have not failed. */
  get entrants() {
    return this.#entrants.filter(({ candidate }) => !(candidate.name in this.failures))
  }

  /**
   * Lets every candidate do one thing, one after the other; who begins changes from turn to turn, so that no one always
   * follows the same neighbour.
   *
   * @param {number} turn
   * @param {(entrant: Entrant, driver: Driver) => Promise<void>} action
   */
  async inTurn(turn, action) {
    const entrants = this.entrants
    const first = turn % Math.max(1, entrants.length)
    for (const entrant of [...entrants.slice(first), ...entrants.slice(0, first)]) {
      await this.attempt(entrant, async () => {
        entrant.driver ??= await Driver.start(entrant.candidate, entrant.server.urls)
        await action(entrant, entrant.driver)
      })
    }
  }

  /**
   * A candidate that fails is left out from there on; the others go on.
   *
   * @param {Entrant} entrant
   * @param {() => Promise<void>} action
   */
  async attempt({ candidate, driver }, action) {
    try {
      await action()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.failures[candidate.name] = reason
      driver?.stop()
      console.log(`  ${candidate.title} is left out from here on: ${reason}`)
    }
  }

  /** Ends the processes; the servers stay. */
  stopDrivers() {
    for (const entrant of this.#entrants) {
      entrant.driver?.stop()
      entrant.driver = undefined
    }
  }

  async close() {
    this.stopDrivers()
    await Promise.all(this.#entrants.map(({ server }) => server.stop()))
  }
}

/** @returns {Promise<Server>} */
async function startServer() {
  const server = await startRedis()
  return { urls: [server.url], stop: () => server.stop() }
}
