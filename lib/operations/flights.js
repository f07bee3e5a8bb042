// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')
const { clearTimeout, setTimeout } = require('../time.js')

/**
 * @typedef {{ make: () => any } | { error: unknown }} Outcome `make` returns the value, another object at each call
 * @typedef {(flight: Flight) => Promise<Outcome | undefined>} Run `undefined`: the entry has to be read again
 */

/** Operations after which an entry may be missing. */
const REMOVING = new Set([OPERATIONS.delete, OPERATIONS.update, OPERATIONS.transaction])

/** A load of a value for an entry, whose callers share its outcome. */
class Flight {
  #controller = new AbortController()
  #callers = 0
  #onAbandoned
  /** Whether the entry was deleted since the load began: its value may be older than the deletion. */
  isObsolete = false
  /** @type {Promise<Outcome | undefined>} */
  outcome

  /**
   * @param {Run} run does not throw
   * @param {() => void} onAbandoned the last caller has left
   */
  constructor(run, onAbandoned) {
    this.#onAbandoned = onAbandoned
    this.outcome = run(this)
  }

  /** Aborted when no caller waits any more. */
  get signal() {
    return this.#controller.signal
  }

  /** Counts a caller, also one that waits for nothing: a refresh behind a stale value. */
  join() {
    this.#callers += 1
  }

  /** @param {unknown} reason */
  leave(reason) {
    this.#callers -= 1
    if (this.#callers > 0) return
    this.#onAbandoned()
    this.#controller.abort(reason)
  }
}

/** The loads of an adapter that are under way, one for each entry, and the failures that it remembers. */
class Flights {
  /** @type {Map<string, { traceId: string, key: string, flight: Flight }>} */
  #byName = new Map()
  /** @type {Map<string, { error: unknown, timer: NodeJS.Timeout }>} */
  #failures = new Map()

  /** @param {string} traceId @param {string} key */
  find(traceId, key) {
    return this.#byName.get(nameOf(traceId, key))?.flight
  }

  /** @param {string} traceId @param {string} key @param {Run} run */
  start(traceId, key, run) {
    const name = nameOf(traceId, key)
    const end = () => {
      if (this.#byName.get(name)?.flight === flight) this.#byName.delete(name)
    }
    const flight = new Flight(run, end)
    this.#byName.set(name, { traceId, key, flight })
    flight.outcome.then(end)
    return flight
  }

  /** Remembers that a load failed. @param {string} traceId @param {string} key @param {unknown} error @param {number} milliseconds */
  remember(traceId, key, error, milliseconds) {
    const name = nameOf(traceId, key)
    this.#forget(name)
    this.#failures.set(name, { error, timer: setTimeout(() => this.#failures.delete(name), milliseconds).unref() })
  }

  /** @param {string} traceId @param {string} key @returns {{ error: unknown } | undefined} */
  failureOf(traceId, key) {
    return this.#failures.get(nameOf(traceId, key))
  }

  /** A call of this adapter is about to be sent. @param {import('../engines/call.js').StateCall} call */
  onCall({ operation, traceId, key, input }) {
    if (!REMOVING.has(operation)) return
    if (operation !== OPERATIONS.transaction) return this.onDelete(traceId, key)
    /** @type {import('../engines/call.js').TransactionInput} */
    const { steps } = input
    for (const step of steps) this.onDelete(traceId, step.key)
  }

  /** @param {string} traceId @param {string} key */
  onDelete(traceId, key) {
    const name = nameOf(traceId, key)
    this.#forget(name)
    const entry = this.#byName.get(name)
    if (entry === undefined) return
    entry.flight.isObsolete = true
    this.#byName.delete(name)
  }

  /** @param {string} traceId @param {string} keyPrefix */
  onClear(traceId, keyPrefix) {
    for (const entry of [...this.#byName.values()]) {
      if (entry.traceId === traceId && entry.key.startsWith(keyPrefix)) this.onDelete(traceId, entry.key)
    }
  }

  /** @param {string} name */
  #forget(name) {
    clearTimeout(this.#failures.get(name)?.timer)
    this.#failures.delete(name)
  }
}

/** @param {string} traceId @param {string} key */
function nameOf(traceId, key) {
  return `${traceId.length}:${traceId}${key}`
}

module.exports = { Flight, Flights }
