// @ts-check
'use strict'

const { now } = require('../time.js')

/** @typedef {import('./command.js').Io} Io */

const INTERVAL_MS = 100
const BAR_WIDTH = 24
const CLEAR = '\r\u001b[K'

/** Shows on a terminal how far a long work is. It writes to stderr, so that stdout has the results only. */
class Progress {
  /** What `done` will be at the end. @type {number | undefined} */
  total
  #stream
  #title
  #isShown
  #drawnAt = -Infinity
  #start = now()
  #hasRate

  /**
   * @param {Io} io
   * @param {{ title: string, isHidden?: boolean, hasRate?: boolean }} work `hasRate`: what is done is many things of a kind
   */
  constructor({ stderr, env }, { title, isHidden = false, hasRate = true }) {
    this.#stream = stderr
    this.#title = title
    this.#hasRate = hasRate
    this.#isShown = !isHidden && stderr.isTTY === true && env.TERM !== 'dumb'
  }

  /**
   * @param {number} done
   * @param {number} [share] from 0 to 1. Default: that of `done` in `total`
   */
  update(done, share = shareOf(done, this.total)) {
    if (!this.#isShown || now() - this.#drawnAt < INTERVAL_MS) return
    this.#drawnAt = now()
    this.#stream.write(`${CLEAR}${this.#title} ${barOf(share)}${this.#hasRate ? this.#figures(done) : ''}`)
  }

  /** Removes the bar. */
  end() {
    if (this.#isShown && this.#drawnAt > -Infinity) this.#stream.write(CLEAR)
    this.#isShown = false
  }

  /** @param {number} done */
  #figures(done) {
    const rate = Math.round(done / Math.max(0.001, (now() - this.#start) / 1000))
    return `${done.toLocaleString('en')}, ${rate.toLocaleString('en')} per second`
  }
}

/** @param {number} done @param {number | undefined} total */
function shareOf(done, total) {
  return total === undefined ? undefined : done / Math.max(1, total)
}

/** @param {number | undefined} share */
function barOf(share) {
  if (share === undefined) return ''
  const filled = Math.round(Math.min(1, share) * BAR_WIDTH)
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)}% `
}

module.exports = { Progress }
