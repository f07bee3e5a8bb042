// @ts-check
'use strict'

const { failure } = require('../../errors.js')
const { firstLine } = require('./failures.js')
const { loadCredential } = require('./sdk.js')

/**
 * Makes the credential of the options one whose failures are errors of this package.
 *
 * @param {import('./engine.js').CosmosOptions} options
 */
function credentialOf({ credential, application }) {
  const given = application === undefined ? credential : loadCredential(application)
  return {
    /** @param {unknown[]} args */
    async getToken(...args) {
      try {
        return await given.getToken(...args)
      } catch (error) {
        throw failure('ERR_AUTH', `the credential gave no token: ${firstLine(error)}`, { cause: error })
      }
    },
  }
}

module.exports = { credentialOf }
