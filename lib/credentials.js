// @ts-check
'use strict'

/**
 * @typedef {import('../native.js').CredentialsAnswer} Answer
 */

/** The user's provider of credentials, made safe: whatever it does, the native side gets an answer. */
class SafeCredentials {
  /** Why the provider gave none when it was last asked. @type {unknown} */
  reason = undefined
  #provide

  /** @param {Function} provide */
  constructor(provide) {
    this.#provide = provide
  }

  /** @returns {Promise<Answer>} without a password where the provider failed */
  async ask() {
    try {
      const answer = checked(await this.#provide())
      this.reason = undefined
      return answer
    } catch (error) {
      this.reason = error
      return {}
    }
  }
}

/**
 * @param {any} given
 * @returns {Answer}
 */
function checked(given) {
  const { username, password } = given ?? {}
  if (typeof password !== 'string') throw new TypeError('credentials gave no password that is a string')
  if (username !== undefined && username !== null && typeof username !== 'string') {
    throw new TypeError('credentials gave a username that is no string')
  }
  return { username: username || undefined, password }
}

module.exports = { SafeCredentials }
