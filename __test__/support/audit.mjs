// @ts-check
// Writers that keep account of what each key may hold, by what they were told.

import { settled } from './settling.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 * @typedef {import('./settling.mjs').Outcome} Outcome
 */

/** Writers of each kind. */
const width = 20
/** Acknowledged writes that are some progress. */
const stretch = 2000

export const traceId = 'audit'

/**
 * What a key may hold.
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
  /** What was told. */
  told = { acknowledged: 0, unknown: 0, no: 0, yes: 0 }
  /** The call that took longest. @type {Pick<Outcome, 'took' | 'error'>} */
  slowest = { took: 0 }
  /** @type {string[]} answers that cannot be */
  faults = []
  /** By error replies of the server. @type {Record<string, number>} */
  replies = {}
  /** By key; `null` stands for no entry. @type {Map<string, Possible>} */
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

  /** @returns {Promise<void>} resolves when many more writes were acknowledged */
  progress() {
    return this.#told('acknowledged', stretch)
  }

  /** @returns {Promise<void>} resolves when each writer could have been told that its write was not carried out */
  refusals() {
    return this.#told('no', this.#writers.length)
  }

  /** What was acknowledged so far may be lost, as by a server that another one took over from. */
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
   * What is wrong with that which is stored in the end.
   *
   * @param {Map<string, number>} stored values by key
   */
  faultsOf(stored) {
    const keys = new Set([...this.#possible.keys(), ...stored.keys()])
    return [...keys].flatMap((key) => {
      const [value, possible] = [stored.get(key) ?? null, this.#possible.get(key) ?? nothing]
      return possible.includes(value) ? [] : [`${key}: ${value} is stored, and not ${possible}`]
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
    if (!error && !possible.includes(removed)) this.faults.push(`${key}: ${removed} removed, not ${possible}`)
  }

  /**
   * @param {string} key
   * @param {number | null} value that it has when the call was carried out
   * @param {Promise<unknown>} call
   */
  async #account(key, value, call) {
    const outcome = await settled(call)
    const { took, error } = outcome
    // A test that failed has closed the adapter, and nobody stops the writers.
    if (error?.code === 'ERR_CLOSED') this.#running = false
    if (took > this.slowest.took) this.slowest = { took, error }
    const told = error ? (error.applied ?? 'unknown') : 'acknowledged'
    const before = this.#possible.get(key) ?? nothing
    this.#possible.set(
      key,
      { acknowledged: oneOf(value), unknown: before.or(value), no: before, yes: oneOf(value) }[told],
    )
    if (error?.reply) this.replies[error.reply] = (this.replies[error.reply] ?? 0) + 1
    this.told[told]++
    this.#announce()
    return outcome
  }

  /**
   * @param {keyof Audit['told']} what
   * @param {number} times
   * @returns {Promise<void>} resolves when it was told so many times more
   */
  #told(what, times) {
    const at = this.told[what] + times
    return new Promise((resolve) => this.#waiting.push({ isDue: () => this.told[what] >= at, resolve }))
  }

  #announce() {
    const due = this.#waiting.filter(({ isDue }) => isDue())
    this.#waiting = this.#waiting.filter((waiter) => !due.includes(waiter))
    for (const { resolve } of due) resolve()
  }
}
