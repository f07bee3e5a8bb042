// @ts-check
'use strict'

const { fieldsOf, guardRead, invalidOption, plainCopy } = require('./configuration.js')
const { connectionOptions, isClient, isUrl } = require('./connection-forms.js')
const { invalidConfig, unsupported } = require('../errors.js')
const { kindOf } = require('../input/received.js')
const { warn } = require('../warning.js')

/**
 * @typedef {Record<string, any>} OptionFields
 *
 * @typedef {object} ResolvedOptions
 * @property {OptionFields} options for native code
 * @property {import('./configuration.js').Problem | undefined} problem the first value that native code cannot read
 * @property {Function | undefined} strategy
 * @property {Function | undefined} credentials
 * @property {boolean} stackTraces
 * @property {import('../engines/near-cache/near-cache.js').CacheOptions | undefined} cache
 * @property {import('../engines/codec/codec.js').Codec | undefined} codec
 */

/** Options of node-redis that have no effect here, and that a user of this package does not need. */
const IGNORED_OPTIONS = new Set([
  'RESP',
  'clientInfoTag',
  'clientSideCache',
  'commandOptions',
  'commandsQueueMaxLength',
  'disableClientInfo',
  'emitInvalidate',
  'functions',
  'isolationPoolOptions',
  'legacyMode',
  'maintEndpointType',
  'maintNotifications',
  'maintRelaxedCommandTimeout',
  'maintRelaxedSocketTimeout',
  'modules',
  'pingInterval',
  'readonly',
  'scripts',
])
const IGNORED_SOCKET_OPTIONS = new Set([
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'family',
  'hints',
  'keepAliveInitialDelay',
  'localAddress',
  'localPort',
  'lookup',
  'socketTimeout',
])

/**
 * Converts the arguments of the constructor, in all their forms, to one object of options. Native code checks the options and has
 * their defaults.
 *
 * @param {unknown} connection
 * @param {unknown} options
 * @returns {ResolvedOptions}
 */
function resolveOptions(connection, options) {
  const fields = {
    ...guardRead('connection', () => connectionOptions(connection)),
    ...(options === undefined ? {} : fieldsOf(options, 'options')),
  }
  if (isUrl(fields.url)) fields.url = fields.url.href
  checkWellFormed(fields.keyPrefix)
  renameOfflineQueue(fields)
  const ignored = [...dropIgnored(fields, IGNORED_OPTIONS)]
  const credentials = extractCredentials(fields)
  const stackTraces = extractStackTraces(fields)
  const cache = fields.cache === undefined ? undefined : extractCache(fields)
  const codec = fields.codec === undefined ? undefined : extractCodec(fields)
  let strategy
  if (fields.socket !== undefined && fields.socket !== null) {
    const socket = fieldsOf(fields.socket, 'socket')
    ignored.push(...dropIgnored(socket, IGNORED_SOCKET_OPTIONS).map((name) => `socket.${name}`))
    strategy = extractStrategy(socket)
    fields.socket = socket
  }
  if (ignored.length > 0 && !isClient(connection)) warn(`options without meaning here: ${ignored.join(', ')}`)
  const { copy, problem } = plainCopy(fields)
  return { options: copy, problem, strategy, credentials, stackTraces, cache, codec }
}

/**
 * Rejects a lone surrogate: UTF-8 replaces each by the same character, so different prefixes would become the same.
 *
 * @param {unknown} prefix
 */
function checkWellFormed(prefix) {
  if (typeof prefix === 'string' && !prefix.isWellFormed()) throw invalidConfig('keyPrefix: contains a lone surrogate')
}

/**
 * Takes the option of node-redis that has the meaning of `offlineQueue: false`.
 *
 * @param {OptionFields} options
 */
function renameOfflineQueue(options) {
  const { disableOfflineQueue } = options
  delete options.disableOfflineQueue
  if (typeof disableOfflineQueue !== 'boolean') {
    if (disableOfflineQueue === undefined) return
    throw invalidOption('disableOfflineQueue', `expected true or false, got ${kindOf(disableOfflineQueue)}`)
  }
  options.offlineQueue ??= !disableOfflineQueue
}

/**
 * Removes the options that are ignored.
 *
 * @param {OptionFields} options
 * @param {Set<string>} ignoredNames
 * @returns the names of the dropped options that had a value
 */
function dropIgnored(options, ignoredNames) {
  const found = Object.entries(options).filter(([name]) => ignoredNames.has(name))
  for (const [name] of found) delete options[name]
  return found.filter(([, value]) => value !== undefined && value !== null).map(([name]) => name)
}

/**
 * Removes the provider of credentials from the options, and returns it as a function.
 *
 * @param {OptionFields} options
 * @returns {Function | undefined}
 */
function extractCredentials(options) {
  const provider = extractProvider(options)
  const { credentials = provider } = options
  delete options.credentials
  if (credentials === undefined) return undefined
  if (typeof credentials !== 'function')
    throw invalidConfig(`credentials: expected a function, got ${kindOf(credentials)}`)
  return credentials
}

/**
 * Removes the credentialsProvider of node-redis. node-redis adds one itself to options with a username or password, which is
 * ignored.
 *
 * @param {OptionFields} options
 * @returns {Function | undefined}
 */
function extractProvider(options) {
  const { credentialsProvider: provider, username, password } = options
  delete options.credentialsProvider
  if (!provider || username || password) return undefined
  if (provider.type === 'async-credentials-provider' && typeof provider.credentials === 'function') {
    return () => provider.credentials()
  }
  throw unsupported('credentialsProvider: only one of type async-credentials-provider can be used')
}

/** @param {OptionFields} options */
function extractCache(options) {
  // Loaded by the first adapter that has the option, not by the import of the package.
  return require('./cache-options.js').extractCache(options)
}

/** @param {OptionFields} options */
function extractCodec(options) {
  // Loaded by the first adapter that has the option, not by the import of the package.
  return require('./codec-options.js').extractCodec(options)
}

/** Removes the option `stackTraces`, which native code does not need. @param {OptionFields} options */
function extractStackTraces(options) {
  const { stackTraces = process.env.NODE_ENV !== 'production' } = options
  delete options.stackTraces
  if (typeof stackTraces === 'boolean') return stackTraces
  throw invalidOption('stackTraces', `expected true or false, got ${kindOf(stackTraces)}`)
}

/** Removes the reconnect strategy from the options, if it is a function. @param {OptionFields} socket */
function extractStrategy(socket) {
  const { reconnectStrategy } = socket
  if (typeof reconnectStrategy !== 'function') return undefined
  delete socket.reconnectStrategy
  return reconnectStrategy
}

module.exports = { resolveOptions }
