// @ts-check
'use strict'

const { clearInterval, clearTimeout, setInterval, setTimeout } = require('../time.js')

/** @typedef {import('node:http').ServerResponse & { flush?: () => void }} Response */

/** Keeps proxies from closing a stream without events, in milliseconds. */
const COMMENT_EVERY = 15_000
/** Readers connect again by themselves, and so are authorized again. In milliseconds. */
const MAX_LIFE = 30 * 60_000
/** How long a reader may take for what was sent, in milliseconds. */
const MAX_DRAIN = 60_000

/** A stream of Server-Sent Events. */
class EventStream {
  #response
  #comments
  #life
  #ended = new AbortController()

  /** @param {Response} response */
  constructor(response) {
    this.#response = response
    response.statusCode = 200
    response.setHeader('content-type', 'text/event-stream; charset=utf-8')
    // Compression would hold events back, and so would the buffer of a proxy.
    response.setHeader('cache-control', 'no-store, no-transform')
    response.setHeader('x-accel-buffering', 'no')
    response.flushHeaders()
    this.#comments = setInterval(() => this.#comment(), COMMENT_EVERY).unref()
    this.#life = setTimeout(() => this.end(), MAX_LIFE).unref()
    response.once('close', () => this.#stop())
  }

  /** Aborted when the stream has ended, from either side. */
  get signal() {
    return this.#ended.signal
  }

  /**
   * Sends an event; resolves when the reader can take another one.
   *
   * @param {string} event
   * @param {unknown} data
   */
  async send(event, data) {
    const isTaken = this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    if (!isTaken && !this.signal.aborted) await this.#drained()
  }

  end() {
    this.#stop()
    this.#response.end()
  }

  #stop() {
    clearInterval(this.#comments)
    clearTimeout(this.#life)
    this.#ended.abort()
  }

  #comment() {
    // The server does not close while it has open requests.
    const server = /** @type {{ server?: { listening?: boolean } } | null} */ (this.#response.socket)?.server
    if (server?.listening === false) return this.end()
    // A reader that takes nothing gets no comments either.
    if (!this.#response.writableNeedDrain) this.#write(': open\n\n')
  }

  /** @param {string} text */
  #write(text) {
    if (this.signal.aborted) return true
    const isTaken = this.#response.write(text)
    this.#response.flush?.()
    return isTaken
  }

  /** @returns {Promise<void>} */
  #drained() {
    return new Promise((resolve) => {
      // The page connects again, and so learns that it has missed changes.
      const timer = setTimeout(() => this.#response.destroy(), MAX_DRAIN).unref()
      const done = () => {
        clearTimeout(timer)
        this.#response.off('drain', done).off('close', done)
        resolve()
      }
      this.#response.on('drain', done).on('close', done)
    })
  }
}

module.exports = { EventStream }
