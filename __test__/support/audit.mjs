// @ts-check
// Concurrent writers that derive from the outcome of each call which values a key may have, and report impossible ones.

import { settled } from './settling.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 * @typedef {import('./settling.mjs').Outcome} Outcome
 */

/** Writers of each kind. */
const width = 20
/** Acknowledged writes that `progress` waits for. */
const progressStep = 2000

export const traceId = 'audit'

/**
 * The values that a key may have; `null` is no entry.
 *
 * @typedef {object} Possible
 * @property {(value: number | null) => boolean} includes
 * @property {(value: number | null) => Possible} or
 * @property {() => string} [toString]
 */

/** @param {(number | null)[]} values @returns {Possible} */
function oneOf(...values) {
  return {
    includes: (value) => values.includes(value),
    or: (value) => oneOf(...values, value),
    toString: () => `one of ${values}`,
  }
}

/** @type {Possible} */
const anything = { includes: () => true, or: () => anything }
const nothing = oneOf(null)

export class Audit {
  /** Number of calls by outcome: acknowledged, or `applied` of the error. */
  outcomes = { acknowledged: 0, unknown: 0, no: 0, yes: 0 }
  /** The slowest call. @type {Pick<Outcome, 'took' | 'error'>} */
  slowest = { took: 0 }
  /** @type {string[]} impossible results */
  faults = []
  /** Number of errors by error word of the server. @type {Record<string, number>} */
  replies = {}
  /** By key. @type {Map<string, Possible>} */
  #possible = new Map()
  #running = true
  #losses = 0
  /** @type {{ isDue: () => boolean, resolve: () => void }[]} */
  #waiting = []
  #state
  #writers

  /** @param {Adapter} state */
  constructor(state) {
    this.#state = state
    const writers = Array.from({ length: width }, (_, index) => [
      this.#repeat((version) => this.#set(`versions-${index}`, version)),
      this.#repeat((number) => this.#set(`unique-${index}-${number}`, number)),
      this.#repeat((number) => this.#setAndDelete(`comes-and-goes-${index}`, number)),
    ])
    this.#writers = writers.flat()
  }

  /** @returns {Promise<void>} resolves once `progressStep` more writes are acknowledged */
  progress() {
    return this.#untilSeen('acknowledged', progressStep)
  }

  /**
   * @returns {Promise<void>} resolves once as many more writes are rejected with `applied: 'no'` as there are writers
   */
  refusals() {
    return this.#untilSeen('no', this.#writers.length)
  }

  /** Allows acknowledged writes to be lost from here back in time, as in a failover to a replica. */
  forget() {
    this.faults = []
    this.#losses++
    for (const key of this.#possible.keys()) this.#possible.set(key, anything)
  }

  async stop() {
    this.#running = false
    await Promise.all(this.#writers)
  }

  /**
   * Entries of the final state that have an impossible value.
   *
   * @param {Map<string, number>} stored values by key
   */
  faultsOf(stored) {
    const keys = new Set([...this.#possible.keys(), ...stored.keys()])
    return [...keys].flatMap((key) => {
      const [value, possible] = [stored.get(key) ?? null, this.#possible.get(key) ?? nothing]
      return possible.includes(value) ? [] : [`${key}: stored ${value}, expected ${possible}`]
    })
  }

  /** @param {(round: number) => Promise<void>} write */
  async #repeat(write) {
    for (let round = 1; this.#running; round++) await write(round)
  }

  /**
   * @param {string} key
   * @param {number} value
   */
  async #set(key, value) {
    await this.#account(key, value, this.#state.set(traceId, key, value))
  }

  /**
   * @param {string} key
   * @param {number} value
   */
  async #setAndDelete(key, value) {
    await this.#set(key, value)
    const [possible, losses] = [this.#possible.get(key) ?? nothing, this.#losses]
    const { value: removed, error } = await this.#account(key, null, this.#state.delete(traceId, key))
    if (losses !== this.#losses) return
    if (!error && !possible.includes(removed)) this.faults.push(`${key}: ${removed} removed, expected ${possible}`)
  }

  /**
   * @param {string} key
   * @param {number | null} value of the entry if the call is executed
   * @param {Promise<unknown>} call
   */
  async #account(key, value, call) {
    const outcome = await settled(call)
    const { took, error } = outcome
    // A failed test closes the adapter without stopping the writers.
    if (error?.code === 'ERR_CLOSED') this.#running = false
    if (took > this.slowest.took) this.slowest = { took, error }
    const result = error ? appliedOf(error) : 'acknowledged'
    const before = this.#possible.get(key) ?? nothing
    this.#possible.set(
      key,
      { acknowledged: oneOf(value), unknown: before.or(value), no: before, yes: oneOf(value) }[result],
    )
    if (error?.reply) this.replies[error.reply] = (this.replies[error.reply] ?? 0) + 1
    this.outcomes[result]++
    this.#announce()
    return outcome
  }

  /**
   * @param {keyof Audit['outcomes']} result
   * @param {number} times
   * @returns {Promise<void>} resolves when so many more calls had that result
   */
  #untilSeen(result, times) {
    const at = this.outcomes[result] + times
    return new Promise((resolve) => this.#waiting.push({ isDue: () => this.outcomes[result] >= at, resolve }))
  }

  #announce() {
    const due = this.#waiting.filter(({ isDue }) => isDue())
    this.#waiting = this.#waiting.filter((waiter) => !due.includes(waiter))
    for (const { resolve } of due) resolve()
  }
}

/**
 * `applied` of a call on one entry, which cannot be applied in part.
 *
 * @param {import('redis-state-adapter').RedisStateError} error
 */
function appliedOf({ applied = 'unknown' }) {
  return applied === 'partly' ? 'unknown' : applied
}
