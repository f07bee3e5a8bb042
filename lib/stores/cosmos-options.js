// @ts-check
'use strict'

const { prefixOf } = require('./prefix.js')

/**
 * The options of a component of Dapr for a store on Azure Cosmos DB, and those of a configuration.
 *
 * @typedef {import('./component-options.js').Settings} Settings
 * @typedef {import('./definition.js').Definition} Definition
 */

/** @type {Record<string, string>} */
const CONSISTENCIES = { boundedstaleness: 'bounded' }
/** Who authenticates the applications of a cloud. @type {Record<string, string | undefined>} */
const AUTHORITIES = {
  azurepubliccloud: undefined,
  azurechinacloud: 'https://login.chinacloudapi.cn',
  azureusgovernmentcloud: 'https://login.microsoftonline.us',
}
/** The name of an option in a component, by that of the adapter. @type {Record<string, string>} */
const NAMES = {
  key: 'masterKey',
  container: 'collection',
  ttl: 'ttlInSeconds',
  regions: 'preferredRegions',
  tenantId: 'azureTenantId',
  clientId: 'azureClientId',
  clientSecret: 'azureClientSecret',
  authorityHost: 'azureEnvironment',
}

/**
 * @param {Settings} settings
 * @param {{ name: string, namespace?: string }} component
 * @param {import('./placeholders.js').Surroundings} surroundings
 * @param {Definition} definition
 * @returns {Record<string, any>} options of the adapter
 */
function cosmosOptions(settings, component, surroundings, definition) {
  const ttl = settings.get('ttlInSeconds') ?? settings.get('defaultTtlInSeconds')
  const consistency = settings.get('consistency')?.toLowerCase()
  const regions = settings.get('preferredRegions')
  const [tenantId, clientId, clientSecret] = ['azureTenantId', 'azureClientId', 'azureClientSecret'].map(settings.get)
  return defined({
    url: settings.required('url'),
    key: settings.get('masterKey'),
    ...{ tenantId, clientId, clientSecret, authorityHost: authorityOf(settings, tenantId) },
    database: settings.required('database'),
    container: settings.required('collection'),
    partitionKey: settings.get('partitionKey'),
    consistency: consistency && (CONSISTENCIES[consistency] ?? consistency),
    regions: regions?.split(',').map((/** @type {string} */ region) => region.trim()),
    enableEndpointDiscovery: settings.get('enableEndpointDiscovery'),
    keyPrefix: cosmosPrefix(settings.get('keyPrefix'), component, surroundings, definition),
    ttl: ttl > 0 ? ttl : undefined,
  })
}

/** @param {Settings} settings @param {string | undefined} tenantId */
function authorityOf(settings, tenantId) {
  const environment = settings.get('azureEnvironment')
  if (environment === undefined || tenantId === undefined) return undefined
  const name = environment.toLowerCase()
  if (Object.hasOwn(AUTHORITIES, name)) return AUTHORITIES[name]
  throw settings.malformed('azureEnvironment', `expected one of ${Object.keys(AUTHORITIES).join(', ')}`)
}

/**
 * The words of Dapr, and its separator, which the adapter adds. Dapr writes other prefixes in lower case.
 *
 * @param {string | undefined} keyPrefix
 * @param {{ name: string, namespace?: string }} component
 * @param {import('./placeholders.js').Surroundings} surroundings
 * @param {Definition} definition
 */
function cosmosPrefix(keyPrefix, component, surroundings, definition) {
  const prefix = prefixOf(keyPrefix?.toLowerCase(), component, surroundings, definition)
  return prefix === false ? false : prefix.replace(/(\|\||:)$/, '')
}

/** @param {string} option of the adapter @returns {string} its name in a component */
function componentName(option) {
  return NAMES[option] ?? option
}

/**
 * The options of a configuration, whose container can have Dapr's name.
 *
 * @param {string} name of the store
 * @param {Record<string, any>} fields
 */
function plainCosmosOptions(name, { collection, container = collection, keyPrefix, ...others }) {
  const prefix = keyPrefix || keyPrefix === false ? keyPrefix : name
  return defined({ ...others, container, keyPrefix: prefix })
}

/** @param {Record<string, any>} fields */
function defined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

module.exports = { componentName, cosmosOptions, plainCosmosOptions }
