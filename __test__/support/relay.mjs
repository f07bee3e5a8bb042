// @ts-check
// A relay in front of a server: a network whose faults a test chooses.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/**
 * @import { Socket } from 'node:net'
 * @import { TestContext } from 'node:test'
 * @import { RedisServer } from './redis.mjs'
 *
 * @typedef {'requests' | 'answers'} Direction
 *
 * @typedef {(data: Buffer) => number} Hears how many bytes of what it hears are passed on
 *
 * @typedef {object} Pair the two halves of a connection
 * @property {Socket} near to whoever connected
 * @property {Socket} far to the server
 * @property {Record<Direction, Lane>} lanes
 * @property {boolean} isDead it stays open, and nothing comes through any more
 */

/** @type {Hears} */
const passOn = (data) => data.length
/** @type {Hears} */
const loseAll = () => 0

/** One direction of a connection: what comes first leaves first, however late. */
class Lane {
  #to
  #waiting = 0
  /** @type {Promise<unknown> | undefined} */
  #last

  /** @param {Socket} to */
  constructor(to) {
    this.#to = to
  }

  /**
   * @param {Buffer} data
   * @param {number} delay in milliseconds
   */
  pass(data, delay) {
    if (delay === 0 && this.#waiting === 0) return void this.#to.write(data)
    this.#waiting++
    this.#last = Promise.all([this.#last, setTimeout(delay)]).then(() => {
      this.#waiting--
      this.#to.write(data)
    })
  }
}

export class Relay {
  /** @type {Set<Pair>} */
  #pairs = new Set()
  /** @type {Record<Direction, Hears>} */
  #hears = { requests: passOn, answers: passOn }
  #delay = 0
  #isBlackHole = false
  #refuses = false
  #leadsTo
  #server

  /** @param {RedisServer} server */
  constructor(server) {
    this.#leadsTo = server
    this.#server = createServer((near) => this.#accept(near))
  }

  /** New connections are to another server, as when a name's address changes. @param {RedisServer} server */
  leadTo(server) {
    this.#leadsTo = server
  }

  get url() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address())
    return `redis://127.0.0.1:${port}`
  }

  async listen() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  /** Passes on everything at once, as at the beginning; but connections that were in a black hole stay there. */
  pass() {
    this.#hears = { requests: passOn, answers: passOn }
    this.#delay = 0
    this.#isBlackHole = false
    this.#refuses = false
  }

  /**
   * Everything arrives later, in its order.
   *
   * @param {number} ms in each direction
   */
  delay(ms) {
    this.#delay = ms
  }

  /**
   * All connections stay open, take everything and pass on nothing, not even that the server closed them; and so do new
   * ones until `pass`.
   */
  blackHole() {
    this.#isBlackHole = true
    for (const pair of this.#pairs) pair.isDead = true
  }

  /** The connections that are there stay open, and neither take nor give anything any more; new ones are not affected. */
  jam() {
    for (const pair of this.#pairs) {
      pair.isDead = true
      pair.near.pause()
    }
  }

  /** Cuts all connections, and resets new ones at once. */
  refuse() {
    this.cut()
    this.#refuses = true
  }

  /** Cuts all connections; new ones pass on everything again. */
  cut() {
    this.pass()
    for (const { near } of this.#pairs) near.destroy()
  }

  /**
   * @param {Direction} what
   * @param {number} bytes that still pass, of all connections together
   * @param {() => void} strike makes the fault that follows
   * @returns {Promise<void>} resolves when it was made
   */
  after(what, bytes, strike) {
    let left = bytes
    return new Promise((resolve) => {
      this.#hears[what] = (data) => {
        const passing = Math.min(left, data.length)
        left -= passing
        // When these have left.
        if (left === 0) process.nextTick(() => resolve(strike()))
        return passing
      }
    })
  }

  /**
   * @param {number} [lines]
   * @returns {Promise<void>} resolves when answers of so many lines came, which are lost like all that follow
   */
  loseAnswers(lines = 1) {
    return new Promise((resolve) => {
      const listen = listening('\r\n', resolve, lines)
      this.#hears.answers = (data) => {
        listen(data)
        return 0
      }
    })
  }

  /**
   * @param {string} text
   * @returns {Promise<void>} resolves when an answer came after a request that held the text; it is lost like all that
   *   follow
   */
  async loseAnswersTo(text) {
    /** @type {Promise<void>} */
    const lost = new Promise((resolve) => {
      this.#hears.requests = listening(text, () => resolve(this.loseAnswers()))
    })
    await lost
  }

  passAnswers() {
    this.#hears.answers = passOn
  }

  /**
   * @param {string} text
   * @returns {Promise<void>} resolves when an answer held the text; all answers are passed on
   */
  answered(text) {
    return new Promise((resolve) => {
      this.#hears.answers = listening(text, resolve)
    })
  }

  /**
   * @param {string} text
   * @param {number} [time]
   * @returns {Promise<void>} resolves when requests held the text for the given time; all of them are passed on
   */
  requested(text, time = 1) {
    return new Promise((resolve) => {
      this.#hears.requests = listening(text, resolve, time)
    })
  }

  /**
   * @param {string} text
   * @param {number} time
   * @returns {Promise<void>} resolves when a request held the text for the given time, which is lost like all that follow
   */
  loseRequests(text, time) {
    return new Promise((resolve) => {
      let passes = passOn
      const onHeard = () => {
        passes = loseAll
        resolve()
      }
      const listen = listening(text, onHeard, time)
      this.#hears.requests = (data) => {
        listen(data)
        return passes(data)
      }
    })
  }

  close() {
    this.#server.close()
    this.cut()
  }

  /** @param {Socket} near */
  #accept(near) {
    near.on('error', () => {})
    if (this.#refuses) return void near.resetAndDestroy()
    const far = connect(this.#leadsTo.port, '127.0.0.1').on('error', () => {})
    const lanes = { requests: new Lane(far), answers: new Lane(near) }
    const pair = { near, far, lanes, isDead: this.#isBlackHole }
    this.#pairs.add(pair)
    near.on('data', (data) => this.#onData(pair, 'requests', data))
    far.on('data', (data) => this.#onData(pair, 'answers', data))
    near.once('close', () => {
      this.#pairs.delete(pair)
      far.destroy()
    })
    far.once('close', () => pair.isDead || near.destroy())
  }

  /**
   * @param {Pair} pair
   * @param {Direction} what
   * @param {Buffer} data
   */
  #onData(pair, what, data) {
    if (pair.isDead) return
    const passing = this.#hears[what](data)
    if (passing > 0) pair.lanes[what].pass(data.subarray(0, passing), this.#delay)
  }
}

/**
 * A relay for one test, closed at its end.
 *
 * @param {TestContext} t
 * @param {RedisServer} server
 */
export async function relayTo(t, server) {
  const relay = new Relay(server)
  await relay.listen()
  t.after(() => relay.close())
  return relay
}

/**
 * @param {string} text
 * @param {() => void} onHeard called once, when the text was heard for the given time
 * @param {number} [time]
 * @returns {Hears}
 */
function listening(text, onHeard, time = 1) {
  let heard = ''
  let isHeard = false
  return (data) => {
    // It may come in pieces.
    if (!isHeard) heard += data
    if (!isHeard && heard.split(text).length > time) {
      isHeard = true
      onHeard()
    }
    return data.length
  }
}
