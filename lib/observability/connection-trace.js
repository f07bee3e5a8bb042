// @ts-check
'use strict'

const { connections, fail, finish, isObserved } = require('./tracing.js')

/** Publishes the connection attempts and losses of an adapter to the subscribers of their tracing channel. */
class ConnectionTrace {
  #server
  /** The message of the current attempt. @type {Record<string, unknown> | undefined} */
  #attempt = undefined

  /** @param {object} server how the server is named in traces */
  constructor(server) {
    this.#server = server
  }

  /**
   * @param {string} event
   * @param {() => unknown} error why the attempt failed, or the connection was lost
   */
  publish(event, error) {
    if (!isObserved(connections)) return
    if (event === 'connecting') this.#start()
    if (event === 'ready') this.#finish()
    if (event === 'error') this.#finish(error())
  }

  #start() {
    this.#attempt = { ...this.#server }
    connections.start.publish(this.#attempt)
    connections.end.publish(this.#attempt)
  }

  /** @param {unknown} [error] */
  #finish(error) {
    const attempt = this.#attempt
    this.#attempt = undefined
    if (attempt) finish(connections, attempt, error)
    else if (error) fail(connections, { ...this.#server }, error)
  }
}

module.exports = { ConnectionTrace }
