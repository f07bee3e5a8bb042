// @ts-check
// A TCP relay in front of a server, with which a test simulates network faults.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { Lane } from './relay-lane.mjs'

/**
 * @import { Socket } from 'node:net'
 * @import { TestContext } from 'node:test'
 * @import { RedisServer } from './redis.mjs'
 *
 * @typedef {'requests' | 'replies'} Direction
 *
 * @typedef {(data: Buffer) => number} Filter returns how many bytes of the data are passed on
 *
 * @typedef {object} Pair the two halves of a connection
 * @property {Socket} near to the client
 * @property {Socket} far to the server
 * @property {Record<Direction, Lane>} lanes
 * @property {Record<Direction, boolean>} isCut data in that direction are dropped, while the connection stays open
 * @property {Buffer[]} held replies that wait for their release
 */

/** @type {Filter} */
const passOn = (data) => data.length
/** @type {Filter} */
const dropAll = () => 0
const DIRECTIONS = /** @type {const} */ (['requests', 'replies'])

export class Relay {
  /** @type {Set<Pair>} */
  #pairs = new Set()
  /** @type {Record<Direction, Filter>} */
  #filters = { requests: passOn, replies: passOn }
  #delay = { requests: 0, replies: 0 }
  #isBlackHole = false
  #refuses = false
  #holdsReplies = false
  #target
  #server

  /** @param {RedisServer} server */
  constructor(server) {
    this.#target = server
    this.#server = createServer((near) => this.#accept(near))
  }

  /** Connects new connections to another server, as when a DNS record changes. @param {RedisServer} server */
  routeTo(server) {
    this.#target = server
  }

  get port() {
    return /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`
  }

  async listen() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  /** Ends all faults, except for connections whose data are dropped already: these stay so. */
  pass() {
    this.#filters = { requests: passOn, replies: passOn }
    this.#delay = { requests: 0, replies: 0 }
    this.#isBlackHole = false
    this.#refuses = false
  }

  /**
   * Delays all data.
   *
   * @param {number} ms in each direction
   * @param {number} [replies] delay of replies, if it differs
   */
  delay(ms, replies = ms) {
    this.#delay = { requests: ms, replies }
  }

  /** Holds back all replies, until they are released. */
  holdReplies() {
    this.#holdsReplies = true
  }

  /**
   * Passes on the replies that were held back.
   *
   * @param {number} [bytes] passes on only so many of each connection, and holds back the others; by default replies are
   *   no longer held back
   */
  releaseReplies(bytes = Infinity) {
    this.#holdsReplies = bytes < Infinity
    for (const { held, near } of this.#pairs) {
      const data = Buffer.concat(held.splice(0))
      near.write(data.subarray(0, bytes))
      if (data.length > bytes) held.push(data.subarray(bytes))
    }
  }

  /**
   * Drops all data of all connections, which stay open even if the server closes them. Until `pass` this also applies
   * to new connections.
   */
  blackHole() {
    this.#isBlackHole = true
    for (const what of DIRECTIONS) this.cutHalf(what)
  }

  /**
   * Drops all data in one direction of the present connections, which stay open. New ones are not affected.
   *
   * @param {Direction} what
   */
  cutHalf(what) {
    for (const { isCut } of this.#pairs) isCut[what] = true
  }

  /**
   * The present connections stay open, but the relay stops reading from clients and drops replies. New ones are not
   * affected.
   */
  jam() {
    for (const what of DIRECTIONS) this.cutHalf(what)
    for (const { near } of this.#pairs) near.pause()
  }

  /** Closes all connections, and resets new ones at once. */
  refuse() {
    this.cut()
    this.#refuses = true
  }

  /** Closes all connections and ends all faults. */
  cut() {
    this.pass()
    for (const { near } of this.#pairs) near.destroy()
  }

  /**
   * Passes on a number of bytes, then injects a fault.
   *
   * @param {Direction} what
   * @param {number} bytes of all connections together
   * @param {() => void} inject
   * @returns {Promise<void>} resolves when the fault was injected
   */
  after(what, bytes, inject) {
    let left = bytes
    return new Promise((resolve) => {
      this.#filters[what] = (data) => {
        const passing = Math.min(left, data.length)
        left -= passing
        // After the relay has passed on these bytes.
        if (left === 0) process.nextTick(() => resolve(inject()))
        return passing
      }
    })
  }

  /**
   * @param {number} [lines]
   * @returns {Promise<void>} resolves when replies with so many lines arrived; these and all later ones are dropped
   */
  dropReplies(lines = 1) {
    return new Promise((resolve) => {
      const search = searching('\r\n', resolve, lines)
      this.#filters.replies = (data) => {
        search(data)
        return 0
      }
    })
  }

  /**
   * @param {string} text
   * @returns {Promise<void>} resolves when the first reply arrives after a request that contains the text; this and all
   *   later ones are dropped
   */
  async dropRepliesTo(text) {
    /** @type {Promise<void>} */
    const lost = new Promise((resolve) => {
      this.#filters.requests = searching(text, () => resolve(this.dropReplies()))
    })
    await lost
  }

  passReplies() {
    this.#filters.replies = passOn
  }

  /**
   * @param {string} text
   * @returns {Promise<void>} resolves when a reply contains the text; all replies are passed on
   */
  untilReply(text) {
    return new Promise((resolve) => {
      this.#filters.replies = searching(text, resolve)
    })
  }

  /**
   * @param {string} text
   * @param {number} [times]
   * @returns {Promise<void>} resolves when requests contained the text so many times; all requests are passed on
   */
  untilRequest(text, times = 1) {
    return new Promise((resolve) => {
      this.#filters.requests = searching(text, resolve, times)
    })
  }

  /**
   * @param {string} text
   * @param {number} times
   * @returns {Promise<void>} resolves when requests contained the text so many times; the last of them and all later
   *   data are dropped
   */
  dropRequests(text, times) {
    return new Promise((resolve) => {
      let filter = passOn
      const onFound = () => {
        filter = dropAll
        resolve()
      }
      const search = searching(text, onFound, times)
      this.#filters.requests = (data) => {
        search(data)
        return filter(data)
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
    const far = connect(this.#target.port, '127.0.0.1').on('error', () => {})
    const lanes = { requests: new Lane(far), replies: new Lane(near) }
    const isCut = { requests: this.#isBlackHole, replies: this.#isBlackHole }
    const pair = { near, far, lanes, isCut, held: [] }
    this.#pairs.add(pair)
    near.on('data', (data) => this.#onData(pair, 'requests', data))
    far.on('data', (data) => this.#onData(pair, 'replies', data))
    near.once('close', () => {
      this.#pairs.delete(pair)
      far.destroy()
    })
    far.once('close', () => isCut.replies || near.destroy())
  }

  /**
   * @param {Pair} pair
   * @param {Direction} what
   * @param {Buffer} data
   */
  #onData(pair, what, data) {
    if (pair.isCut[what]) return
    if (what === 'replies' && this.#holdsReplies) return void pair.held.push(data)
    const passing = this.#filters[what](data)
    if (passing > 0) pair.lanes[what].pass(data.subarray(0, passing), this.#delay[what])
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
 * @param {() => void} onFound called once, when the data contained the text so many times
 * @param {number} [times]
 * @returns {Filter}
 */
function searching(text, onFound, times = 1) {
  let received = ''
  let isFound = false
  return (data) => {
    // The text may be divided among several pieces of data.
    if (!isFound) received += data
    if (!isFound && received.split(text).length > times) {
      isFound = true
      onFound()
    }
    return data.length
  }
}
