// @ts-check
'use strict'

const { SafeCredentials } = require('./credentials.js')
const { SafeStrategy } = require('./strategy.js')

/** The functions of the caller, whose errors become the cause of others. @param {import('../engine.js').Host} host */
function userFunctionsOf({ strategy, credentials }) {
  return {
    strategy: strategy && new SafeStrategy(strategy),
    credentials: credentials && new SafeCredentials(credentials),
  }
}

module.exports = { userFunctionsOf }
