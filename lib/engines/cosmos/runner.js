// @ts-check
'use strict'

const { callFailure } = require('../../errors.js')
const tracing = require('../../observability/tracing.js')
const { clearTimeout, now, setTimeout } = require('../../time.js')
const { Exchange } = require('./exchange.js')
const { errorOf, lastFailureOf } = require('./failures.js')
const { ALONE, Lanes } = require('./lanes.js')
const { Pending } = require('./pending.js')

/**
 * @typedef {import('../engine.js').Cancellation} Cancellation
 * @typedef {import('./store.js').CosmosStore} CosmosStore
 *
 * @typedef {object} Task a call of the engine
 * @property {import('../../error-message.js').CallName} name
 * @property {boolean} writes
 * @property {number} bytes
 * @property {string} [mode] of its lanes
 * @property {Cancellation} [cancellation]
 *
 * @typedef {object} Surroundings
 * @property {import('../../observability/meter.js').Meter} meter
 * @property {import('./opening.js').Opening<CosmosStore>} opening
 * @property {number} commandTimeout
 * @property {{ calls: number, bytes: number }} maxPending
 * @property {string} server for errors
 * @property {object} traceFields how the server is named in traces
 */

const AWAIT_CALLS = 'Await calls before you make more.'

/** Runs the calls of an engine: each is counted, has its place in the order of calls, and settles in time. */
class Runner {
  #meter
  #opening
  #commandTimeout
  #server
  #traceFields
  #lanes = new Lanes()
  #isClosed = false
  /** @type {Set<(reason: 'closed') => void>} */
  #aborts = new Set()
  /** The server's time in seconds, and when it was read. */
  #time = { server: 0, read: 0 }

  /** @param {Surroundings} surroundings */
  constructor({ meter, opening, commandTimeout, maxPending, server, traceFields }) {
    this.#meter = meter
    this.#opening = opening
    this.#commandTimeout = commandTimeout
    this.#server = server
    this.#traceFields = traceFields
    this.pending = new Pending(maxPending)
  }

  /**
   * Runs a call, which settles within `commandTimeout`.
   *
   * @template T
   * @param {Task} task
   * @param {(exchange: Exchange, store: CosmosStore) => Promise<T>} work
   * @param {string[]} [lanes] of the entries of the call
   * @returns {Promise<T>}
   */
  run(task, work, lanes = []) {
    const refused = this.#refusal(task)
    if (refused !== undefined) {
      this.#meter.rejected(refused.code)
      return Promise.reject(refused)
    }
    const exchange = new Exchange()
    const since = now()
    this.#meter.calls += 1
    this.pending.add(task.bytes)
    const trace = this.#traceStart()
    return this.#settling(task, exchange, () =>
      this.#lanes.run(lanes, task.mode ?? ALONE, () => this.#work(exchange, work)),
    ).then(
      (value) => {
        this.#settle(task, exchange, { since, trace })
        return value
      },
      (error) => {
        this.#settle(task, exchange, { since, trace, error })
        throw error
      },
    )
  }

  /** @template T @param {Exchange} exchange @param {(exchange: Exchange, store: CosmosStore) => Promise<T>} work @returns {Promise<T>} */
  async #work(exchange, work) {
    const store = this.#opening.opened ?? (await this.#opening.usable(exchange.signal))
    return exchange.run(() => work(exchange, store))
  }

  /**
   * Settles with the work, its deadline, or `abort`.
   *
   * @template T
   * @param {Task} task
   * @param {Exchange} exchange
   * @param {() => Promise<T>} start
   * @returns {Promise<T>}
   */
  #settling({ name, writes, cancellation }, exchange, start) {
    const server = this.#server
    const commandTimeout = this.#commandTimeout
    return new Promise((resolve, reject) => {
      const end = (/** @type {'closed' | 'timeout'} */ reason) => {
        stop()
        const applied = writes ? exchange.applied : undefined
        const [code, what] = ENDS[reason](commandTimeout)
        const waiting = this.#opening.opened === undefined ? this.#opening.unready()?.makeError() : undefined
        reject(callFailure(name, code, what, { applied, server, cause: waiting ?? lastFailureOf(exchange) }))
        exchange.abort()
      }
      const timer = setTimeout(() => end('timeout'), commandTimeout)
      const stop = () => {
        clearTimeout(timer)
        this.#aborts.delete(end)
      }
      this.#aborts.add(end)
      if (cancellation) cancellation.cancel = () => exchange.abort()
      start().then(
        (value) => {
          stop()
          resolve(value)
        },
        (error) => {
          stop()
          reject(errorOf(error, exchange, { name, writes, server }))
          // Its other requests.
          exchange.abort()
        },
      )
    })
  }

  /** @param {Task} task */
  #refusal({ name, writes, bytes }) {
    const applied = writes ? /** @type {const} */ ('no') : undefined
    if (this.#isClosed) return callFailure(name, 'ERR_CLOSED', 'the adapter was closed with cleanup()', { applied })
    const what = this.pending.exceededBy(bytes)
    if (what === undefined) return undefined
    return callFailure(name, 'ERR_BACKPRESSURE', what, { applied, remedy: AWAIT_CALLS })
  }

  /** @param {Task} task @param {Exchange} exchange @param {{ since: number, trace: any, error?: any }} result */
  #settle({ bytes }, exchange, { since, trace, error }) {
    this.note(exchange)
    this.#meter.settled(1, since)
    if (error !== undefined) this.#meter.failed(error.code, 1)
    if (trace !== undefined) {
      const { charge: requestCharge, requests } = exchange
      tracing.finish(tracing.batches, Object.assign(trace, { failed: error ? 1 : 0, requestCharge, requests }))
    }
    this.pending.remove(bytes)
  }

  #traceStart() {
    if (!tracing.isObserved(tracing.batches)) return undefined
    const trace = { calls: 1, failed: 0, ...this.#traceFields }
    tracing.batches.start.publish(trace)
    tracing.batches.end.publish(trace)
    return trace
  }

  /** Rejects the pending calls. */
  abort() {
    for (const abort of [...this.#aborts]) abort('closed')
  }

  /** Calls back when the pending calls are aborted. @param {() => void} abort @returns {() => void} ends it */
  onAbort(abort) {
    this.#aborts.add(abort)
    return () => this.#aborts.delete(abort)
  }

  /** Accepts no more calls; resolves once the pending ones have settled. */
  close() {
    this.#isClosed = true
    return this.pending.drained()
  }

  /** Learns the server's time. @param {Exchange} exchange */
  note({ serverTime }) {
    if (serverTime !== undefined) this.#time = { server: serverTime, read: now() }
  }

  /** The server's time in seconds, as far as it is known. */
  get serverTime() {
    return Math.floor(this.#time.server + (now() - this.#time.read) / 1000)
  }
}

/** @type {Record<string, (timeout: number) => [code: 'ERR_CLOSED' | 'ERR_COMMAND_TIMEOUT', what: string]>} */
const ENDS = {
  closed: () => ['ERR_CLOSED', 'the adapter was closed before the call was done'],
  timeout: (timeout) => ['ERR_COMMAND_TIMEOUT', `timed out after ${timeout} ms`],
}

module.exports = { Runner }
