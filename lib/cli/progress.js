// @ts-check
'use strict'

const { now } = require('../time.js')

/** @typedef {import('./command.js').Io} Io */

const INTERVAL_MS = 100
const BAR_WIDTH = 24
const CLEAR = '\r\u001b[K'

/** Shows on a terminal how far a long work is. It writes to stderr, so that stdout has the results only. */
class Progress {
  #stream
  #title
  #total
  #isShown
  #drawnAt = -Infinity
  #start = now()

  /**
   * @param {Io} io
   * @param {{ title: string, total?: number, isHidden?: boolean }} work `total`: omitted if it is not known
   */
  constructor({ stderr, env }, { title, total, isHidden = false }) {
    this.#stream = stderr
    this.#title = title
    this.#total = total
    this.#isShown = !isHidden && stderr.isTTY === true && env.TERM !== 'dumb'
  }

  /** @param {number} done */
  update(done) {
    if (!this.#isShown || now() - this.#drawnAt < INTERVAL_MS) return
    this.#drawnAt = now()
    this.#stream.write(`${CLEAR}${this.#textOf(done)}`)
  }

  /** Removes the bar. */
  end() {
    if (this.#drawnAt > -Infinity) this.#stream.write(CLEAR)
    this.#isShown = false
  }

  /** @param {number} done */
  #textOf(done) {
    const rate = Math.round(done / Math.max(0.001, (now() - this.#start) / 1000))
    const counts = `${done.toLocaleString('en')}${this.#total === undefined ? '' : ` of ${this.#total.toLocaleString('en')}`}`
    const figures = `${counts}, ${rate.toLocaleString('en')} per second`
    if (this.#total === undefined) return `${this.#title} ${figures}`
    const share = this.#total === 0 ? 1 : Math.min(1, done / this.#total)
    const filled = Math.round(share * BAR_WIDTH)
    return `${this.#title} [${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)}% ${figures}`
  }
}

module.exports = { Progress }
