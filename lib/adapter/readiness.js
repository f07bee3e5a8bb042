// @ts-check
'use strict'

const { failure } = require('../errors.js')
const { KeepAlive } = require('../keep-alive.js')
const { runInterruptible, withResolvers } = require('../operations/interrupt.js')

/** @typedef {ReturnType<typeof withResolvers>} Waiting */

/**
 * Whether an adapter is ready, and the calls of `connect` that wait for it. The engine has the state; its events only say when to
 * look at it again.
 */
class Readiness {
  #engine
  /** While the first connection is being made. */
  #keepAlive = new KeepAlive()
  /** One for each call of `connect` that waits. @type {Set<Waiting>} */
  #waiting = new Set()
  #isClosed = false

  /**
   * @param {import('../engines/engine.js').StateEngine} engine
   * @param {(unready: import('../engines/engine.js').Unready) => void} onDelay is called if the first connection is not made within
   *   `commandTimeout`: an attempt may take longer, while calls fail already
   */
  constructor(engine, onDelay) {
    this.#engine = engine
    if (engine.rules.isView) return
    this.#keepAlive.holdFor(engine.rules.commandTimeout, () => {
      const unready = engine.unready()
      if (unready !== undefined) onDelay(unready)
    })
  }

  get isReady() {
    return !this.#isClosed && this.#engine.isReady()
  }

  /**
   * Resolves when the adapter is ready; rejects if waiting does not help.
   *
   * @param {{ timeout?: number, signal?: AbortSignal }} options
   */
  wait({ timeout = this.#engine.rules.commandTimeout, signal }) {
    const timeoutError = () => this.#engine.unready(timeout)?.makeError()
    const waiting = withResolvers()
    return runInterruptible(
      { operation: 'connect' },
      { timeout, signal, timeoutError },
      {
        start: () => this.#wait(waiting),
        onEarlyRejection: () => this.#waiting.delete(waiting),
        onLateFailure: () => {},
      },
    )
  }

  /** Looks at the engine, whose connection has changed. @param {{ isReady: boolean }} event */
  update({ isReady }) {
    const unready = this.#engine.unready()
    if (isReady || unready?.isPermanent) this.#keepAlive.release()
    if (unready === undefined) this.#settle(({ resolve }) => resolve(undefined))
    else if (unready.isPermanent) this.#settle(({ reject }) => reject(unready.makeError()))
  }

  /** From now on the adapter counts as closed, though pending calls may go on. */
  close() {
    this.#isClosed = true
    this.#keepAlive.release()
    this.#settle(({ reject }) => reject(closed()))
  }

  /** @param {Waiting} waiting */
  #wait(waiting) {
    if (this.#isClosed) return Promise.reject(closed())
    this.#waiting.add(waiting)
    this.update({ isReady: false })
    return waiting.promise
  }

  /** @param {(waiting: Waiting) => void} how */
  #settle(how) {
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const waiting of all) how(waiting)
  }
}

function closed() {
  return failure('ERR_CLOSED', 'the adapter was closed with cleanup()')
}

module.exports = { Readiness }
