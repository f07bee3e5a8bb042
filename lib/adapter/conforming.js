// @ts-check
'use strict'

const { callFailure } = require('../errors.js')
const { bindMembers } = require('../input/bind-members.js')
const { isPromise } = require('../input/schema.js')

/**
 * @typedef {import('../../index.js').StateTransaction} Transaction
 * @typedef {(key: string, value: unknown) => unknown} Conform returns the value that a schema makes of a value, or a promise of it
 */

/**
 * Replaces the values of entries or operations in a list by those of the schema. What is neither is left to the checks of
 * the adapter. Returns a promise only if the schema is asynchronous or a value is invalid.
 *
 * @param {readonly any[]} list
 * @param {Conform} conform that rejects instead of throwing, so that all values are checked
 * @returns {any[] | Promise<any[]>}
 */
function conformingList(list, conform) {
  const conformed = list.map((one) => {
    const isWrite = typeof one === 'object' && one !== null && 'value' in one && (one.op ?? 'set') === 'set'
    if (!isWrite) return one
    const value = conform(one.key, one.value)
    return isPromise(value)
      ? value.then((/** @type {unknown} */ output) => ({ ...one, value: output }))
      : { ...one, value }
  })
  return conformed.some(isPromise) ? Promise.all(conformed) : conformed
}

/**
 * Returns the work of a transaction whose values are those of the schema.
 *
 * @param {(tx: Transaction) => unknown} work
 * @param {Conform} conform
 * @param {boolean} stackTraces
 */
function conformingWork(work, conform, stackTraces) {
  return (/** @type {Transaction} */ tx) => {
    const collector = new ConformingTransaction(tx, conform, stackTraces)
    const working = work(/** @type {any} */ (collector))
    return isPromise(working) ? working.then(() => collector.end()) : collector.end()
  }
}

/** Passes operations on to a transaction, in their order, even if the schema is asynchronous. */
class ConformingTransaction {
  #tx
  #conform
  /** @type {Promise<unknown> | undefined} settles when all operations so far are passed on */
  #pending = undefined
  #ended = false

  /** @param {Transaction} tx @param {Conform} conform @param {boolean} stackTraces */
  constructor(tx, conform, stackTraces) {
    this.#tx = tx
    this.#conform = conform
    bindMembers(this, ConformingTransaction.prototype, stackTraces)
  }

  /** @param {string} key @param {unknown} value @param {any} [options] */
  set(key, value, options) {
    return this.#pass(this.#conform(key, value), (output) => this.#tx.set(key, output, options))
  }

  /** @param {string} key @param {any} [options] */
  delete(key, options) {
    return this.#pass(undefined, () => this.#tx.delete(key, options))
  }

  /** @param {string} key @param {any} condition */
  check(key, condition) {
    return this.#pass(undefined, () => this.#tx.check(key, condition))
  }

  /** @param {import('../../index.js').StateLock} lock */
  holds(lock) {
    return this.#pass(undefined, () => this.#tx.holds(lock))
  }

  /** Returns a promise only if the schema is asynchronous: otherwise calls keep their order within a tick. */
  end() {
    this.#ended = true
    return this.#pending
  }

  /** @param {unknown} value @param {(output: unknown) => unknown} pass */
  #pass(value, pass) {
    if (this.#ended) {
      const what = 'the transaction is over: its function has returned'
      throw callFailure({ operation: 'transaction' }, 'ERR_INVALID_ARGUMENT', what)
    }
    if (this.#pending === undefined && !isPromise(value)) {
      pass(value)
      return this
    }
    this.#pending = Promise.all([value, this.#pending]).then(([output]) => pass(output))
    // The rejection is that of `end()`.
    this.#pending.catch(() => {})
    return this
  }
}

module.exports = { conformingList, conformingWork }
