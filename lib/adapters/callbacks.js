// @ts-check
'use strict'

const { nextTick } = require('../time.js')

/**
 * Passes the outcome of a call to a callback, if there is one. What the callback throws is an uncaught exception, as of any callback
 * of Node.js, and does not call it again.
 *
 * @template T
 * @param {Promise<T>} outcome
 * @param {((error: unknown, value?: any) => unknown) | undefined} callback
 * @returns {Promise<any>} the outcome without a callback; with one it never rejects
 */
function answer(outcome, callback) {
  if (typeof callback !== 'function') return outcome
  return outcome.then(
    (value) => nextTick(() => callback(null, value)),
    (error) => nextTick(() => callback(error)),
  )
}

module.exports = { answer }
