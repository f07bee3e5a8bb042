// @ts-check

import { startRedis } from '../../__test__/support/redis.mjs'
import { Driver } from './driver.mjs'

/**
 * @typedef {import('../types.js').Candidate} Candidate
 * @typedef {{ urls: string[], stop(): Promise<void> }} Server a cluster if it has several URLs
 * @typedef {{ candidate: Candidate, server: Server, driver?: Driver }} Entrant
 */

/**
 * The candidates, each with its own process and server, so that none is affected by keys, memory or rehashing of
 * another. An idle server costs almost nothing.
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

  /** The candidates that have not failed. */
  get entrants() {
    return this.#entrants.filter(({ candidate }) => !(candidate.name in this.failures))
  }

  /**
   * Runs one job on every candidate in sequence. The order rotates, so that no candidate always follows the same one.
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
   * A candidate that fails is left out from then on; the others continue.
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

  /** Ends the processes, but not the servers. */
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
