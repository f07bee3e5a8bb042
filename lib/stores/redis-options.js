// @ts-check
'use strict'

const { addressesOf } = require('./texts.js')

/**
 * The options of `state.redis`, and how they become options of an adapter.
 *
 * @typedef {import('./component-options.js').Kind} Kind
 * @typedef {import('./component-options.js').Settings} Settings
 */

/** @type {Record<string, Kind>} */
const REDIS_OPTIONS = {
  redisHost: 'text',
  redisHosts: 'text',
  redisPort: 'integer',
  redisUsername: 'text',
  redisPassword: 'text',
  redisDB: 'integer',
  redisType: 'text',
  failover: 'boolean',
  sentinelMasterName: 'text',
  sentinelHosts: 'text',
  sentinelUsername: 'text',
  sentinelPassword: 'text',
  enableTLS: 'boolean',
  insecureSkipTLSVerify: 'boolean',
  clientCert: 'text',
  clientKey: 'text',
  keyPrefix: 'text',
  ttlInSeconds: 'integer',
  dialTimeout: 'duration',
  dialTimeoutInSeconds: 'integer',
  readTimeout: 'duration',
  useEntraID: 'unsupported',
  useAzureAD: 'unsupported',
  useOIDC: 'unsupported',
  primaryEncryptionKey: 'unsupported',
  secondaryEncryptionKey: 'unsupported',
}

/** A write is never repeated, a store has one pair of connections, and queries need no index. */
const REDIS_IGNORED = [
  'redisMaxRetries',
  'maxRetries',
  'retryDelayInMilliseconds',
  'redisMinRetryInterval',
  'redisMaxRetryInterval',
  'maxRetryBackoff',
  'writeTimeout',
  'poolSize',
  'poolTimeout',
  'poolFIFO',
  'minIdleConns',
  'maxConnAge',
  'idleTimeout',
  'idleCheckFrequency',
  'processingTimeout',
  'redeliverInterval',
  'queueDepth',
  'concurrency',
  'consumerID',
  'maxLenApprox',
  'streamTTL',
  'queryIndexes',
  'azureTenantId',
  'azureClientId',
  'azureClientSecret',
  'azureEnvironment',
  'oidcTokenEndpoint',
  'oidcClientID',
  'oidcClientAssertionCert',
  'oidcClientAssertionKey',
  'oidcResource',
  'oidcAudience',
  'oidcKid',
  'oidcScopes',
  'oidcCACert',
]

/** The options of a component that become each option of an adapter, for messages. @type {Record<string, string[]>} */
const SOURCES = {
  host: ['redisHost', 'redisHosts'],
  port: ['redisPort', 'redisHost', 'redisHosts'],
  username: ['redisUsername'],
  password: ['redisPassword'],
  database: ['redisDB'],
  ttl: ['ttlInSeconds'],
  'tls.cert': ['clientCert'],
  'tls.key': ['clientKey'],
  'socket.connectTimeout': ['dialTimeout', 'dialTimeoutInSeconds'],
  commandTimeout: ['readTimeout'],
}

const REDIS_PORT = 6379
const SENTINEL_PORT = 26_379

/**
 * Makes the options of an adapter.
 *
 * @param {Settings} settings
 * @returns {import('../../index.js').RedisStateAdapterOptions}
 */
function redisOptions(settings) {
  const tls = tlsOf(settings)
  const connectTimeout = connectTimeoutOf(settings)
  const readTimeout = settings.get('readTimeout')
  return {
    ...serversOf(settings, tls),
    ...(tls === undefined ? {} : { tls }),
    ...given({ username: settings.get('redisUsername'), password: settings.get('redisPassword') }),
    ...(connectTimeout > 0 ? { socket: { connectTimeout } } : {}),
    ...(readTimeout > 0 ? { commandTimeout: readTimeout } : {}),
  }
}

/** @param {Settings} settings @param {any} tls */
function serversOf(settings, tls) {
  const type = typeOf(settings)
  if (type === 'cluster') return { cluster: { nodes: serverNodes(settings, ['redisHosts', 'redisHost']) } }
  const database = settings.get('redisDB')
  if (database < 0) throw settings.malformed('redisDB', 'expected a whole number from 0')
  if (type === 'sentinel') return { ...given({ database }), sentinel: sentinelOf(settings, tls) }
  const nodes = serverNodes(settings, ['redisHost', 'redisHosts'])
  const [{ host, port }] = nodes
  if (nodes.length > 1) {
    const remedy = 'Set redisType to cluster, or failover to true with sentinelMasterName.'
    throw settings.malformed('redisHost', 'has several servers, which redisType node has not', remedy)
  }
  return { ...given({ database }), host, port }
}

/** @param {Settings} settings */
function typeOf(settings) {
  const type = (settings.get('redisType') ?? 'node').toLowerCase()
  if (!['node', 'cluster', 'sentinel'].includes(type))
    throw settings.malformed('redisType', 'expected node, cluster or sentinel')
  // Dapr has cluster with failover too: the same server, with reads from its replicas.
  return settings.get('failover') ? 'sentinel' : type
}

/** @param {Settings} settings @param {any} tls */
function sentinelOf(settings, tls) {
  const name = settings.required('sentinelMasterName')
  const nodes = nodesOf(settings, ['sentinelHosts', 'redisHost', 'redisHosts'], SENTINEL_PORT)
  const login = { username: settings.get('sentinelUsername'), password: settings.get('sentinelPassword') }
  return { name, nodes, ...given(login), ...(tls === undefined ? {} : { tls }) }
}

/** @param {Settings} settings @param {string[]} names */
function serverNodes(settings, names) {
  const port = settings.get('redisPort') || undefined
  const nodes = nodesOf(settings, names, port ?? REDIS_PORT)
  if (port === undefined || nodes.every((node) => node.port === port)) return nodes
  throw settings.malformed('redisPort', 'is not the port that redisHost has')
}

/** @param {Settings} settings @param {string[]} names of the options, the first one that is given counts @param {number} port */
function nodesOf(settings, names, port) {
  const name = names.find((one) => settings.get(one) !== undefined) ?? names[0]
  const nodes = addressesOf(settings.required(name), port)
  if (nodes === undefined) throw settings.malformed(name, 'expected host:port, or several joined by commas')
  return nodes
}

/** A certificate of the client asks for TLS too, unless enableTLS is false: Dapr would connect without encryption. @param {Settings} settings */
function tlsOf(settings) {
  const isEnabled = settings.get('enableTLS')
  if (isEnabled === false) return undefined
  const [cert, key] = [settings.get('clientCert'), settings.get('clientKey')]
  if ((cert === undefined) !== (key === undefined))
    throw settings.malformed(cert === undefined ? 'clientKey' : 'clientCert', 'needs clientCert and clientKey')
  if (!isEnabled && cert === undefined) return undefined
  const fields = given({ cert, key, rejectUnauthorized: settings.get('insecureSkipTLSVerify') ? false : undefined })
  return Object.keys(fields).length === 0 ? true : fields
}

/** @param {Settings} settings */
function connectTimeoutOf(settings) {
  return settings.get('dialTimeout') ?? (settings.get('dialTimeoutInSeconds') ?? 0) * 1000
}

/** @param {Record<string, any>} fields */
function given(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

module.exports = { REDIS_IGNORED, REDIS_OPTIONS, SOURCES, redisOptions }
