// @ts-check
// Judges what one client reads, by the states that the entries had on the server.

import assert from 'node:assert/strict'

/**
 * @typedef {{ value: unknown, until: number, expiresAt: number }} State of an entry, `until` the next one
 * @typedef {{ name: string, since: number, low: number }} Read as it was when it was called
 */

export class Judge {
  /** @type {Map<string, State[]>} by name */
  #histories = new Map()
  /** The oldest state that a read may return from now on, by name: its index. @type {Map<string, number>} */
  #lows = new Map()
  #server
  #maxStaleness

  /** @param {import('../support/tracking-server.mjs').TrackingServer} server @param {number} maxStaleness */
  constructor(server, maxStaleness) {
    this.#server = server
    this.#maxStaleness = maxStaleness
    server.onChange = (name) => this.#changed(name)
  }

  /** A read is called. @param {string} name @returns {Read} */
  called(name) {
    return { name, since: this.#server.time, low: this.#low(name) }
  }

  /**
   * A read has returned a value: one that the entry had, neither too long ago nor before what is known.
   *
   * @param {Read} read
   * @param {string} shown
   * @param {(value: unknown) => boolean} isValue
   */
  returned({ name, since, low }, shown, isValue) {
    const history = this.#history(name)
    const possible = history.findIndex(
      (state, index) => index >= low && isValue(state.value) && this.#mayBeRead(state, since),
    )
    assert.notEqual(
      possible,
      -1,
      `${name} was read as ${shown} by a call at ${since}, of which ${low} is known: ${JSON.stringify(history)}`,
    )
    this.known(name, possible)
  }

  /** The client knows a state, so that later calls must not return older ones. @param {string} name @param {number} index */
  known(name, index) {
    this.#lows.set(name, Math.max(this.#low(name), index))
  }

  /** The index of the state that an entry has now. @param {string} name */
  current(name) {
    return this.#history(name).length - 1
  }

  /** @param {string} name */
  #changed(name) {
    const history = this.#history(name)
    const { time } = this.#server
    history[history.length - 1].until = time
    const { json = 'null', expiresAt = Number.POSITIVE_INFINITY } = this.#server.stored(name) ?? {}
    history.push({ value: JSON.parse(json), until: Number.POSITIVE_INFINITY, expiresAt })
  }

  /** @param {string} name */
  #history(name) {
    const history = this.#histories.get(name) ?? [
      { value: null, until: Number.POSITIVE_INFINITY, expiresAt: Number.POSITIVE_INFINITY },
    ]
    this.#histories.set(name, history)
    return history
  }

  /** The client knows when an entry expires, so that staleness is no excuse. @param {State} state @param {number} since */
  #mayBeRead({ until, expiresAt }, since) {
    return until >= since - this.#maxStaleness && expiresAt > since
  }

  /** @param {string} name */
  #low(name) {
    return this.#lows.get(name) ?? 0
  }
}
