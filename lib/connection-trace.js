// @ts-check
'use strict'

const { connections, fail, finish, isObserved } = require('./tracing.js')

/** Tells those who listen what happens to a connection. */
class ConnectionTrace {
  #server
  /** The attempt that is going on. @type {Record<string, unknown> | undefined} */
  #attempt = undefined

  /** @param {object} server as it is named in traces */
  constructor(server) {
    this.#server = server
  }

  /**
   * @param {string} event
   * @param {() => unknown} error why the attempt failed, or the connection was lost
   */
  tell(event, error) {
    if (!isObserved(connections)) return
    if (event === 'connecting') this.#begin()
    if (event === 'ready') this.#finish()
    if (event === 'error') this.#finish(error())
  }

  #begin() {
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
