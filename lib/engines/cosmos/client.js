// @ts-check
'use strict'

const { credentialOf } = require('./credential.js')
const { HttpClient } = require('./http-client.js')
const { loadCosmos } = require('./sdk.js')

/** @typedef {import('./engine.js').CosmosOptions} Options */

/** The timeout of the SDK must not end a request before that of the call does. */
const EXTRA_TIMEOUT_MS = 60_000

/**
 * Creates the client of the SDK, and its HTTP client. Sends nothing yet.
 *
 * @param {Options} options
 */
function createClient(options) {
  const { CosmosClient } = loadCosmos()
  const { endpoint, key, regions, enableEndpointDiscovery, commandTimeout } = options
  const http = new HttpClient({
    isSecure: endpoint.startsWith('https:'),
    hasRegions: enableEndpointDiscovery,
    tls: options.tls,
    agent: options.agent,
  })
  const client = new CosmosClient({
    endpoint,
    ...(key === undefined ? { aadCredentials: credentialOf(options) } : { key }),
    userAgentSuffix: 'redis-state-adapter',
    httpClient: /** @type {any} */ (http),
    connectionPolicy: {
      enableEndpointDiscovery,
      preferredLocations: regions,
      // Otherwise the SDK sends a write that fails in one region to another one.
      useMultipleWriteLocations: false,
      requestTimeout: commandTimeout + EXTRA_TIMEOUT_MS,
      // Refused requests are repeated by the HTTP client, within the time of their call.
      retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 },
      enableBackgroundEndpointRefreshing: enableEndpointDiscovery,
    },
  })
  return { client, http }
}

module.exports = { createClient }
