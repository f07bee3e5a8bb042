// @ts-check
'use strict'

const { RedisStateError, failure } = require('../../errors.js')
const { clearTimeout, setTimeout } = require('../../time.js')
const { firstLine } = require('./failures.js')
const { loadCredential } = require('./sdk.js')

/**
 * Makes the credential of the options one whose failures are errors of this package.
 *
 * @param {import('./engine.js').CosmosOptions} options
 */
function credentialOf({ credential, application, commandTimeout }) {
  const given = application === undefined ? credential : loadCredential(application)
  return {
    /** @param {unknown[]} args */
    async getToken(...args) {
      try {
        const token = await within(commandTimeout, given.getToken(...args))
        if (typeof token?.token !== 'string') throw new Error('it has none')
        return token
      } catch (error) {
        if (error instanceof RedisStateError) throw error
        throw failure('ERR_AUTH', `the credential gave no token: ${firstLine(error)}`, { cause: error })
      }
    },
  }
}

/**
 * Gives up a token that does not come: all requests wait for the same one, and none would ask for another.
 *
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} token
 * @returns {Promise<T>}
 */
function within(milliseconds, token) {
  return new Promise((resolve, reject) => {
    const what = `the credential gave no token within ${milliseconds} ms`
    const timer = setTimeout(() => reject(failure('ERR_COMMAND_TIMEOUT', what)), milliseconds)
    timer.unref()
    Promise.resolve(token)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

module.exports = { credentialOf }
