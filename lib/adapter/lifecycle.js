// @ts-check
'use strict'

const { inCall } = require('../errors.js')
const { readOptions } = require('../input/method-options.js')
const { ConnectionTrace } = require('../observability/connection-trace.js')
const { clearTimeout, nextTick, setTimeout } = require('../time.js')
const { Outage } = require('./outage.js')
const { Readiness } = require('./readiness.js')

/**
 * @typedef {import('../engines/engine.js').ConnectionEvent} ConnectionEvent
 *
 * @typedef {object} Parts what an adapter closes
 * @property {import('../operations/dispatcher.js').Dispatcher} dispatcher
 * @property {import('../watch/watches.js').Watches} watches
 * @property {import('../operations/lock-waiters.js').LockWaiters} lockWaiters
 */

/** The life of an adapter: emits the events of its connection, and closes its parts. */
class Lifecycle {
  #emitter
  #parts
  #trace
  #readiness
  #outage = new Outage()
  /** @type {Promise<void> | undefined} */
  #closing = undefined
  #hasEnded = false

  /**
   * @param {import('node:events').EventEmitter} emitter
   * @param {Parts} parts
   */
  constructor(emitter, parts) {
    const { engine } = parts.dispatcher
    this.#emitter = emitter
    this.#parts = parts
    this.#trace = new ConnectionTrace(engine.rules.server)
    this.#readiness = new Readiness(engine, ({ makeError, silent }) => {
      if (!this.#hasEnded && this.#outage.isUnexplained) this.#emitError(makeError(), silent)
    })
  }

  /** @param {ConnectionEvent} event */
  recv({ name, makeError, silent, retries, delay }) {
    if (this.#hasEnded) return
    this.#trace.publish(name, () => makeError?.())
    this.#readiness.update({ isReady: name === 'ready' })
    if (name === 'ready') this.#outage.end()
    if (name === 'connect' || name === 'ready') this.#emitter.emit(name)
    if (name === 'end') this.#end()
    if (makeError === undefined) return
    const cause = makeError()
    if (name === 'end') this.#parts.watches.fail(cause)
    if (name === 'reconnecting') this.#emitter.emit(name, { retries, delay, cause })
    if (name === 'error') this.#emitError(cause, silent)
  }

  get isReady() {
    return this.#readiness.isReady
  }

  /** Resolves when the adapter is ready; rejects if waiting does not help. @param {unknown} options of `connect` */
  async connected(options) {
    const { all } = inCall({ operation: 'connect' }, () => this.#parts.dispatcher.options('connect', options))
    await this.#readiness.wait(all)
  }

  /**
   * Accepts no more calls; resolves once the pending ones have settled. After the timeout they are rejected.
   *
   * @param {unknown} options of `cleanup`
   */
  async close(options) {
    const { timeout } = inCall({ operation: 'cleanup' }, () => readOptions('cleanup', options))
    this.#closing ??= this.#close()
    if (timeout !== undefined) this.#abortAfter(timeout, this.#closing)
    return this.#closing
  }

  /** @param {number} timeout @param {Promise<void>} closing */
  #abortAfter(timeout, closing) {
    const timer = setTimeout(() => this.#parts.dispatcher.engine.abort(), timeout)
    closing.then(() => clearTimeout(timer))
  }

  async #close() {
    const { dispatcher, watches, lockWaiters } = this.#parts
    this.#readiness.close()
    watches.close()
    const closing = dispatcher.close()
    // Calls that wait for a lock make an attempt now, which the closed engine rejects.
    lockWaiters.wake()
    await closing
    this.#end()
  }

  /** @param {import('../../index.js').RedisStateError} error @param {string} [silent] */
  #emitError(error, silent) {
    // Without a listener Node.js throws the error, which would end the process.
    if (this.#emitter.listenerCount('error') === 0) return
    if (this.#outage.announces(error, silent)) this.#emitter.emit('error', error)
  }

  #end() {
    if (this.#hasEnded) return
    this.#hasEnded = true
    try {
      this.#emitter.emit('end')
    } catch (error) {
      // A listener that throws must not reject `cleanup()`: its error becomes an uncaught exception.
      nextTick(() => {
        throw error
      })
    }
  }
}

module.exports = { Lifecycle }
