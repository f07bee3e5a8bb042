// @ts-check
'use strict'

const { inspect } = require('node:util')
const { asyncDispose } = require('../async-dispose.js')
const { bindMembers } = require('../input/bind-members.js')
const { inspected } = require('../inspected.js')

/** @typedef {import('./watch.js').Watch} Watch */

/** The public side of a watch. @implements {AsyncIterableIterator<import('../../index.js').StateChange<any>>} */
class StateWatch {
  #watch
  #scope

  /**
   * @param {Watch} watch
   * @param {{ traceId: string | undefined, key: string | undefined }} scope
   * @param {boolean} stackTraces
   */
  constructor(watch, { traceId, key }, stackTraces) {
    this.#watch = watch
    this.#scope = { traceId, key }
    bindMembers(this, StateWatch.prototype, stackTraces)
  }

  /** @returns {Promise<void>} */
  get ready() {
    return this.#watch.awaitReady()
  }

  /** @returns {Promise<IteratorResult<import('../../index.js').StateChange<any>, undefined>>} */
  next() {
    return this.#watch.next()
  }

  /** @returns {Promise<IteratorResult<import('../../index.js').StateChange<any>, undefined>>} */
  async return() {
    this.#watch.close()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator]() {
    return this
  }

  async [asyncDispose]() {
    this.#watch.close()
  }

  /** @param {number} depth @param {import('node:util').InspectOptionsStylized} options */
  [inspect.custom](depth, options) {
    if (!(#watch in this)) return this
    return inspected('StateWatch', { ...this.#scope, status: this.#watch.status }, depth, options)
  }
}

module.exports = { StateWatch }
