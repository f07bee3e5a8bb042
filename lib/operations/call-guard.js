// @ts-check
'use strict'

const { RedisStateError, invalidArgument, ofCall } = require('../errors.js')
const tracing = require('../observability/tracing.js')
const { runInterruptible } = require('./interrupt.js')

/**
 * @typedef {{ operation: string, traceId?: unknown, key?: unknown, writes?: boolean }} Target a call, for its errors
 */

/**
 * Surrounds the calls of an adapter: publishes them to tracing channels, applies signals and timeouts, counts failures, and adds
 * method, trace id and key to their errors.
 */
class CallGuard {
  #meter
  #server
  #cacheCounts

  /**
   * @param {import('../observability/meter.js').Meter} meter
   * @param {object} server how the server is named in traces
   * @param {import('../engines/engine.js').StateEngine['cacheCounts']} cacheCounts
   */
  constructor(meter, server, cacheCounts) {
    this.#meter = meter
    this.#server = server
    this.#cacheCounts = cacheCounts
  }

  /** Whether calls are measured by operation, or published to subscribers: checked before any work for `traced` is done. */
  get isObserved() {
    return this.#meter.operations !== undefined || tracing.isObserved(tracing.commands)
  }

  /**
   * Measures a call if the figures of operations are exported, and publishes it to the subscribers of its tracing channel, if there
   * are any.
   *
   * @template T
   * @param {{ operation: string, traceId?: string, key?: string }} call
   * @param {(context?: Record<string, unknown>) => Promise<T>} run receives the message, if there are subscribers
   */
  traced(call, run) {
    const { operations } = this.#meter
    if (operations === undefined) return this.#published(call, run)
    return operations.measure(call.operation, () => this.#published(call, run))
  }

  /**
   * @template T
   * @param {{ operation: string, traceId?: string, key?: string }} call
   * @param {(context?: Record<string, unknown>) => Promise<T>} run receives the message, if there are subscribers
   */
  #published(call, run) {
    if (!tracing.isObserved(tracing.commands)) return run()
    const context = { ...call, ...this.#server }
    return tracing.trace(tracing.commands, context, () => this.#marking(context, run))
  }

  /**
   * Runs a call; an error that it throws becomes a rejection.
   *
   * @param {Target} target
   * @param {() => Promise<any>} call
   * @returns {Promise<any>}
   */
  rejectOnThrow(target, call) {
    try {
      return call()
    } catch (error) {
      return this.reject(error, target)
    }
  }

  /**
   * Runs a call that its signal or its own timeout can reject before the engine has answered. `stats()` then counts that rejection,
   * and not a later failure of the same call in the engine. Of a bulk method it counts both: the method, and its entries.
   *
   * @template T
   * @param {{ operation: string, traceId?: string, key?: string, writes?: boolean, isBulk?: boolean }} target
   * @param {import('./interrupt.js').Interrupts} interrupts
   * @param {() => Promise<T>} start
   * @returns {Promise<T>}
   */
  interruptible({ isBulk = false, ...target }, interrupts, start) {
    if (interrupts.signal === undefined && interrupts.timeout === undefined) return start()
    return runInterruptible(target, interrupts, {
      start,
      onEarlyRejection: (code) => this.#meter.failed(code, 1),
      onLateFailure: (code) => isBulk || this.#meter.failed(code, -1),
    })
  }

  /**
   * Returns the result that `finish` makes of a reply. If `finish` throws, the call has failed: that is counted here, because the
   * engine has counted a success.
   *
   * @param {Target} target
   * @param {any} reply
   * @param {(reply: any) => any} finish
   */
  finish(target, reply, finish) {
    try {
      return finish(reply)
    } catch (error) {
      if (!(error instanceof RedisStateError)) throw error
      this.#meter.failed(error.code, 1)
      throw ofCall(error, callOf(target, error.key))
    }
  }

  /**
   * Completes the errors of a call on a trace or on all of them, where the engine does not know the method.
   *
   * @template T
   * @param {Target} target
   * @param {Promise<T>} result
   * @returns {Promise<T>}
   */
  completing(target, result) {
    return result.then(undefined, (error) => {
      throw error instanceof RedisStateError ? ofCall(error, callOf(target)) : error
    })
  }

  /**
   * Rejects a call before anything is sent: the error of a write has `applied: 'no'`.
   *
   * @param {unknown} error
   * @param {Target} target
   * @returns {Promise<any>}
   */
  reject(error, target) {
    // Other errors come from a getter of the caller, or from V8 for a string that is too long.
    const ours =
      error instanceof RedisStateError ? error : invalidArgument('the arguments cannot be used', { cause: error })
    this.#meter.rejected(ours.code)
    const applied = target.writes ? /** @type {const} */ ('no') : undefined
    return Promise.reject(ofCall(ours, { ...callOf(target, ours.key), applied }))
  }

  /**
   * Marks the message of a call whose reads were all answered from memory, which happens while the method runs.
   *
   * @template T
   * @param {Record<string, unknown>} context
   * @param {(context: Record<string, unknown>) => Promise<T>} run
   */
  #marking(context, run) {
    const counts = this.#cacheCounts
    if (counts === undefined) return run(context)
    const { hits, misses } = counts
    const result = run(context)
    if (counts.hits > hits && counts.misses === misses) context.cached = true
    return result
  }
}

/** @param {Target} target @param {string} [keyOfError] */
function callOf({ operation, traceId, key }, keyOfError) {
  return { operation, traceId: stringOf(traceId), key: keyOfError ?? stringOf(key) }
}

/** @param {unknown} id */
function stringOf(id) {
  return typeof id === 'string' ? id : undefined
}

module.exports = { CallGuard }
