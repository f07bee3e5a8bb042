// @ts-check
'use strict'

const { types } = require('node:util')
const { kindOf } = require('../../input/received.js')

/** @typedef {import('../../../native.js').NativeCredentialsAnswer} Answer */

/** Wraps the caller's provider of credentials: whatever it does, native code gets an answer. */
class SafeCredentials {
  /** Why the last call of the provider failed, if it did. @type {unknown} */
  reason = undefined
  #provider

  /** @param {Function} provider */
  constructor(provider) {
    this.#provider = provider
  }

  /** @returns {Promise<Answer>} without a password if the provider failed */
  async get() {
    try {
      const answer = checked(await this.#provider())
      this.reason = undefined
      return answer
    } catch (error) {
      // Anything but an error may be the secret itself, so only its kind is shown.
      this.reason = isError(error) ? error : new TypeError(`credentials threw ${kindOf(error)}, which is no Error`)
      return {}
    }
  }
}

/** Whether it is an error, also of another realm. @param {unknown} value */
function isError(value) {
  return !types.isProxy(value) && (value instanceof Error || types.isNativeError(value))
}

/**
 * @param {any} credentials
 * @returns {Answer}
 */
function checked(credentials) {
  const { username, password } = credentials ?? {}
  if (typeof password !== 'string') throw new TypeError('credentials gave no password that is a string')
  if (username !== undefined && username !== null && typeof username !== 'string') {
    throw new TypeError('credentials gave a username that is no string')
  }
  return { username: username || undefined, password }
}

module.exports = { SafeCredentials }
