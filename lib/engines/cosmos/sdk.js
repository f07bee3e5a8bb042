// @ts-check
'use strict'

const { failure } = require('../../errors.js')

/**
 * Loads an optional package. The name is no literal in a call of `require`, so that bundlers do not need the package either.
 *
 * @param {string} name
 * @param {string} purpose what needs it
 * @param {string} install
 * @returns {any}
 */
function loadOptional(name, purpose, install) {
  const load = /** @type {(name: string) => any} */ (require)
  try {
    return load(name)
  } catch (cause) {
    const remedy = `Install it with npm install ${install}`
    throw failure('ERR_UNSUPPORTED', `${purpose} needs the package ${name}, which cannot be loaded`, { remedy, cause })
  }
}

/** @returns {typeof import('@azure/cosmos')} */
function loadCosmos() {
  return loadOptional(
    '@azure/cosmos',
    'a store on Azure Cosmos DB',
    '@azure/cosmos@4 (on Node.js 20: @azure/cosmos@4.9.3).',
  )
}

/**
 * @param {{ tenantId: string, clientId: string, clientSecret: string, authorityHost?: string }} application
 * @returns {import('@azure/cosmos').CosmosClientOptions['aadCredentials']}
 */
function loadCredential({ tenantId, clientId, clientSecret, authorityHost }) {
  const { ClientSecretCredential } = loadOptional('@azure/identity', 'the option clientSecret', '@azure/identity@4.')
  return new ClientSecretCredential(tenantId, clientId, clientSecret, authorityHost && { authorityHost })
}

module.exports = { loadCosmos, loadCredential }
