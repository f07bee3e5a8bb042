// @ts-check
'use strict'

const { OPERATIONS, StateCall } = require('../engines/call.js')
const { unsupported, unsupportedText } = require('../errors.js')
const { checkOptions } = require('../input/call-options.js')
const { checkId, checkTraceId, jsonText } = require('../input/entry.js')
const { Meter } = require('../observability/meter.js')
const { CallGuard } = require('./call-guard.js')

/**
 * @typedef {import('../engines/call.js').Operation} Operation
 * @typedef {import('../engines/engine.js').StateEngine} StateEngine
 * @typedef {import('../engines/engine.js').Cancellation} Cancellation
 * @typedef {import('../input/call-options.js').CheckedOptions} CheckedOptions
 * @typedef {import('../input/method-options.js').Method} Method
 *
 * @typedef {object} EntryMethod a method that is one call on an entry
 * @property {Operation} operation
 * @property {Method | 'extend' | 'release'} [method] its name in traces, unless it is that of the operation
 * @property {string} traceId
 * @property {string} key
 * @property {unknown} [options] as the caller passed them
 * @property {CheckedOptions} [checked] the options, if they were checked before
 *
 * @typedef {object} ScopeMethod a method on a trace or on all of them
 * @property {Method} method its name in traces
 * @property {unknown} [traceId] for errors, until it is checked
 * @property {boolean} [writes]
 * @property {unknown} [options] as the caller passed them
 * @property {CheckedOptions} [checked] the options, if they were checked before
 *
 * @typedef {object} ScopeCall
 * @property {string} [traceId]
 * @property {(engine: StateEngine, cancellation?: Cancellation) => Promise<any>} start
 */

/**
 * Checks the arguments of an adapter's calls, and passes the calls to its engine. A method on one entry is a `call`, or `plain`
 * without options; a method on a trace or on all of them is an `onScope`. The other members are parts of these, for methods that
 * make several calls.
 */
class Dispatcher {
  #meter = new Meter()
  #engine
  #guard
  #optionRules
  /** The loads of `getOrSet`, from its first call on: they must not write what was deleted since. @type {import('./flights.js').Flights | undefined} */
  flights = undefined
  isClosed = false

  /**
   * @param {(host: { meter: Meter }) => StateEngine} openEngine
   * @param {boolean} stackTraces whether errors get the stack of the call
   */
  constructor(openEngine, stackTraces) {
    this.stackTraces = stackTraces
    this.#engine = openEngine({ meter: this.#meter })
    const { rules, capabilities } = this.#engine
    this.#guard = new CallGuard(this.#meter, rules.server, this.#engine.cacheCounts)
    const { commandTimeout, hasConsistency, etag } = rules
    const noReplicas = capabilities.reasons?.replicas
    this.#optionRules = { commandTimeout, hasReplicas: capabilities.replicas, noReplicas, hasConsistency, etag }
  }

  get engine() {
    return this.#engine
  }

  get meter() {
    return this.#meter
  }

  get guard() {
    return this.#guard
  }

  get rules() {
    return this.#engine.rules
  }

  /** What options of calls are checked against. */
  get optionRules() {
    return this.#optionRules
  }

  stats() {
    const { calls, errors, latency } = this.#meter
    return { calls, errors, ...this.#engine.stats(), latency }
  }

  /**
   * Runs a get, set or delete without options: the most frequent calls.
   *
   * @param {Operation} operation
   * @param {string} traceId
   * @param {string} key
   * @param {unknown} [value]
   * @returns {Promise<any>}
   */
  plain(operation, traceId, key, value) {
    if (!this.#guard.isObserved) return this.#executePlain(operation, traceId, key, value)
    return this.#guard.traced({ operation: operation.name, traceId, key }, () =>
      this.#executePlain(operation, traceId, key, value),
    )
  }

  /**
   * Runs a call on an entry, with options.
   *
   * @param {EntryMethod} entryMethod
   * @param {(checked: CheckedOptions) => Partial<StateCall>} [makeFields] see `prepare`
   * @param {(reply: any) => any} [finish] makes the result of the reply; may throw a RedisStateError
   * @returns {Promise<any>}
   */
  call({ operation, method, traceId, key, options, checked: known }, makeFields, finish) {
    const name = /** @type {Method} */ (method ?? operation.name)
    const target = { operation: name, traceId, key, writes: operation.writes }
    return this.#guard.traced({ operation: name, traceId, key }, () =>
      this.#guard.rejectOnThrow(target, () => {
        const checked = known ?? this.options(name, options)
        const call = this.prepare(operation, traceId, key, checked, makeFields)
        if (call.operation.name !== name) call.method = name
        return this.#guard.interruptible(target, checked, () => this.#execute(target, call, finish))
      }),
    )
  }

  /**
   * Makes a call for the engine; throws if an argument is invalid or the engine does not support the call.
   *
   * @param {Operation} operation
   * @param {string} traceId
   * @param {string} key
   * @param {CheckedOptions} [checked]
   * @param {(checked: any) => Partial<StateCall>} [makeFields] makes the fields of the call that depend on other arguments;
   *   may throw. With another `operation` among them, the engine runs that one
   */
  prepare(operation, traceId, key, checked, makeFields) {
    this.checkTraceId(traceId)
    checkId('key', key)
    const call = new StateCall(operation, traceId, key)
    call.options = checked
    if (makeFields !== undefined) Object.assign(call, makeFields(checked))
    checkSupported(call, this.#engine.capabilities)
    this.flights?.onCall(call)
    return call
  }

  /**
   * Runs a call on a trace, or on all traces.
   *
   * @param {ScopeMethod} scopeMethod
   * @param {(checked: CheckedOptions) => ScopeCall} prepare may throw
   * @returns {Promise<any>}
   */
  onScope({ method, options, checked: known, traceId: given, writes }, prepare) {
    const target = { operation: method, traceId: given, writes }
    return this.#guard.rejectOnThrow(target, () => {
      const checked = known ?? this.options(method, options)
      const { traceId, start } = prepare(checked)
      return this.#guard.traced({ operation: method, traceId }, () =>
        this.#startOnScope({ operation: method, traceId, writes }, checked.signal, start),
      )
    })
  }

  /**
   * Checks the options of a call.
   *
   * @param {Method} method
   * @param {unknown} options
   */
  options(method, options) {
    return checkOptions(method, options, this.#optionRules)
  }

  /** @param {unknown} traceId @returns {asserts traceId is string} */
  checkTraceId(traceId) {
    checkTraceId(traceId, this.rules)
  }

  /** @param {unknown} value */
  jsonText(value) {
    return jsonText(value, this.rules)
  }

  /** The value that a read of this JSON text resolves to. @param {string} json */
  valueOf(json) {
    const stored = JSON.parse(json)
    return this.rules.codec === undefined ? stored : this.rules.codec.decode(stored)
  }

  /** A copy of a value that was read. @param {any} value */
  copyOf(value) {
    return this.rules.codec === undefined ? structuredClone(value) : this.rules.codec.copy(value)
  }

  /** Accepts no more calls; resolves once the pending ones have settled. */
  close() {
    this.isClosed = true
    return this.#engine.close()
  }

  /**
   * Without `prepare`, whose closures these calls need not pay for: every engine supports their operations.
   *
   * @param {Operation} operation
   * @param {string} traceId
   * @param {string} key
   * @param {unknown} value
   */
  #executePlain(operation, traceId, key, value) {
    try {
      checkTraceId(traceId, this.#engine.rules)
      checkId('key', key)
      const call = new StateCall(operation, traceId, key)
      if (operation === OPERATIONS.set) {
        call.json = jsonText(value, this.#engine.rules)
        call.value = value
      } else if (operation === OPERATIONS.delete) {
        this.flights?.onDelete(traceId, key)
      }
      return this.#engine.execute(call)
    } catch (error) {
      return this.#guard.reject(error, { operation: operation.name, traceId, key, writes: operation.writes })
    }
  }

  /**
   * @param {import('./call-guard.js').Target} target
   * @param {StateCall} call
   * @param {((reply: any) => any) | undefined} finish
   */
  #execute(target, call, finish) {
    const reply = this.#engine.execute(call)
    return finish === undefined ? reply : reply.then((read) => this.#guard.finish(target, read, finish))
  }

  /**
   * @param {{ operation: string, traceId?: string, writes?: boolean }} target
   * @param {AbortSignal | undefined} signal
   * @param {ScopeCall['start']} start
   */
  #startOnScope(target, signal, start) {
    if (signal === undefined) return this.#guard.completing(target, start(this.#engine))
    /** @type {Cancellation} */
    const cancellation = { cancel: () => {} }
    return this.#guard.interruptible(target, { signal, stop: () => cancellation.cancel() }, () =>
      start(this.#engine, cancellation),
    )
  }
}

/**
 * @param {StateCall} call
 * @param {import('../engines/engine.js').Capabilities} capabilities
 */
function checkSupported({ operation, options }, { operations, conditions, expiry, reasons }) {
  if (!operations.has(operation.name)) throw unsupported(unsupportedText(operation.name, reasons))
  if (options?.condition !== undefined && !conditions) throw unsupported('this store does not support conditions')
  if (options?.ttl !== undefined && !expiry) throw unsupported('this store does not support ttl')
}

module.exports = { Dispatcher }
