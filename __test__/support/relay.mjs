// @ts-check
// A relay in front of a server, which can lose what is said through it, and cut its connections.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * @import { Socket } from 'node:net'
 * @import { TestContext } from 'node:test'
 * @import { RedisServer } from './redis.mjs'
 *
 * @typedef {(data: Buffer) => boolean} Hears whether what it hears is passed on
 */

/** @type {Hears} */
const passOn = () => true

export class Relay {
  /** @type {Set<Socket>} */
  #sockets = new Set()
  #hearsRequest = passOn
  #hearsAnswer = passOn
  #server

  /** @param {RedisServer} server */
  constructor(server) {
    this.#server = createServer((near) => this.#join(near, connect(server.port, '127.0.0.1')))
  }

  get url() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address())
    return `redis://127.0.0.1:${port}`
  }

  async listen() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  /** @returns {Promise<void>} resolves when an answer came, which is lost like all that follow */
  loseAnswers() {
    return new Promise((resolve) => {
      this.#hearsAnswer = () => {
        resolve()
        return false
      }
    })
  }

  passAnswers() {
    this.#hearsAnswer = passOn
  }

  /**
   * @param {string} text
   * @returns {Promise<void>} resolves when an answer held the text; all answers are passed on
   */
  answered(text) {
    return new Promise((resolve) => {
      this.#hearsAnswer = (data) => {
        if (data.includes(text)) resolve()
        return true
      }
    })
  }

  /**
   * @param {string} text
   * @param {number} time
   * @returns {Promise<void>} resolves when a request held the text for the given time, which is lost like all that follow
   */
  loseRequests(text, time) {
    let heard = ''
    return new Promise((resolve) => {
      this.#hearsRequest = (data) => {
        heard += data
        // A request may come in pieces.
        const passes = heard.split(text).length <= time
        if (!passes) resolve()
        return passes
      }
    })
  }

  /** Cuts all connections; new ones pass on everything again. */
  cut() {
    this.#hearsRequest = passOn
    this.#hearsAnswer = passOn
    for (const socket of this.#sockets) socket.destroy()
  }

  close() {
    this.#server.close()
    this.cut()
  }

  /**
   * @param {Socket} near
   * @param {Socket} far
   */
  #join(near, far) {
    near.on('data', (data) => this.#hearsRequest(data) && far.write(data))
    far.on('data', (data) => this.#hearsAnswer(data) && near.write(data))
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        this.#sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
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
