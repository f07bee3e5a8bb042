// @ts-check

import { nextMessage, start } from './processes.mjs'

const startWithin = 30_000
const jobWithin = 180_000

/** The process of a candidate. It runs many jobs, so that its code is compiled as in a long-lived application. */
export class Driver {
  #child
  #lastId = 0

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#child = child
  }

  /**
   * @param {import('../types.js').Candidate} candidate
   * @param {string[]} urls of a server, or of the nodes of a cluster
   */
  static async start(candidate, urls) {
    const driver = new Driver(start(candidate, candidate.script ?? 'main', urls))
    try {
      await nextMessage(driver.#child, startWithin)
      return driver
    } catch (error) {
      driver.stop()
      throw error
    }
  }

  /**
   * @param {string} job name of a job in driver/main.mjs or driver/adapter.mjs
   * @param {object} args
   * @returns {Promise<any>}
   */
  async run(job, args) {
    const id = ++this.#lastId
    const answer = nextMessage(this.#child, jobWithin)
    this.#child.send({ id, job, args })
    const { result, error } = await answer
    if (error !== undefined) throw new Error(error)
    return result
  }

  stop() {
    this.#child.kill('SIGKILL')
  }
}
