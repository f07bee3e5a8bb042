// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')
const { NO_OPTIONS } = require('../input/call-options.js')
const { inCall, unsupported, unsupportedText } = require('../errors.js')
const { captureSite } = require('../call-site.js')
const { warn } = require('../warning.js')
const { StateWatch } = require('./state-watch.js')
const { Watch, aborted, closed } = require('./watch.js')
const { watchInput } = require('./watch-options.js')

/**
 * @typedef {import('../operations/dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('./watch-options.js').WatchInput} WatchInput
 * @typedef {import('./watched-entries.js').EntryReader} EntryReader
 * @typedef {import('../../index.js').RedisStateError} Failure
 */

/** Opens the watches of an adapter, and ends them with it. */
class Watches {
  #engine
  #reader
  #stackTraces
  /** @type {Set<Watch>} */
  #open = new Set()
  /** The error that new watches fail with, once the adapter has ended. @type {Failure | undefined} */
  #endError = undefined
  #hasWarned = false

  /** @param {Dispatcher} dispatcher */
  constructor(dispatcher) {
    this.#engine = dispatcher.engine
    this.#stackTraces = dispatcher.stackTraces
    this.#reader = readerOf(dispatcher)
  }

  /**
   * @param {unknown} traceId
   * @param {unknown} key
   * @param {unknown} options
   */
  open(traceId, key, options) {
    const { rules, capabilities } = this.#engine
    const call = { operation: 'watch', traceId: stringOf(traceId), key: stringOf(key) }
    const input = inCall(call, () => {
      if (!capabilities.watch) throw unsupported(unsupportedText('watch', capabilities.reasons))
      return watchInput(traceId, key, options, rules)
    })
    const onEnd = () => this.#open.delete(watch)
    const site = this.#stackTraces ? formattedSite(captureSite(Watches.prototype.open)) : undefined
    const watch = new Watch(input, this.#reader, { commandTimeout: rules.commandTimeout, site, onEnd })
    if (this.#endError) watch.fail(this.#endError)
    else if (input.signal?.aborted) watch.fail(aborted(input.signal))
    else this.#subscribe(watch, input)
    return new StateWatch(watch, input, this.#stackTraces)
  }

  /**
   * @param {Watch} watch
   * @param {WatchInput} input
   */
  #subscribe(watch, { traceId, key, configure, signal }) {
    this.#open.add(watch)
    if (signal) watch.endOnAbort(signal)
    watch.unsubscribe = this.#engine.subscribe(
      { traceId, key, configure },
      {
        onEvent: (event) => watch.recv(event),
        onFailure: (error) => watch.fail(error),
        onUnverified: () => this.#warnUnverified(),
      },
    )
  }

  #warnUnverified() {
    if (this.#hasWarned) return
    this.#hasWarned = true
    warn('a watch cannot ask the server whether notify-keyspace-events has "Kg$xe", without which it hears nothing')
  }

  /** Fails all watches, and those opened later: the engine delivers no more events. @param {Failure} error */
  fail(error) {
    this.#endError = error
    for (const watch of [...this.#open]) watch.fail(error)
  }

  close() {
    this.#endError = closed()
    for (const watch of [...this.#open]) watch.close()
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @returns {EntryReader}
 */
function readerOf(dispatcher) {
  const { capabilities } = dispatcher.engine
  /** @type {(scope: import('../engines/engine.js').Scope, projection: 'names' | 'present') => Promise<any>} */
  const list = (scope, projection) =>
    dispatcher.onScope({ method: 'watch', checked: NO_OPTIONS }, () => ({
      start: (engine) => engine.list(scope, projection),
    }))
  return {
    names: (traceId) => list({ traceId }, 'names'),
    // Events come over another connection than the reports that keep a cache coherent.
    get: (traceId, key) =>
      dispatcher.call({ operation: OPERATIONS.get, traceId, key, checked: { cache: false, all: {} } }),
    present: capabilities.movesEntries ? (names) => list({ names }, 'present') : undefined,
  }
}

/** Formats the frames, so that no functions of the caller are kept while the watch is open. @param {{ stack?: unknown }} site */
function formattedSite({ stack }) {
  return { stack }
}

/** @param {unknown} id */
function stringOf(id) {
  return typeof id === 'string' ? id : undefined
}

module.exports = { Watches }
