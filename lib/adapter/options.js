// @ts-check
'use strict'

const { describeObject, fieldsOf, guardRead, invalidOption, plainCopy } = require('./configuration.js')
const { RedisStateError, invalidConfig, makeError, ofOuterCall, unsupported } = require('../errors.js')
const { kindOf } = require('../input/received.js')
const { warn } = require('../warning.js')

/**
 * @typedef {import('../../index.js').RedisStateAdapterOptions} Options
 * @typedef {import('../../index.js').NodeRedisClientLike} Client
 * @typedef {Record<string, any>} OptionFields
 *
 * @typedef {object} ResolvedOptions
 * @property {OptionFields} options for native code
 * @property {import('./configuration.js').Problem | undefined} problem the first value that native code cannot read
 * @property {Function | undefined} strategy
 * @property {Function | undefined} credentials
 * @property {boolean} stackTraces
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

const EXPECTED = 'expected a url, an object of options or a node-redis client'

/** The options of a node-redis client that say where to connect and how to log in. */
const CLIENT_OPTIONS = ['url', 'username', 'password', 'database', 'name', 'socket', 'credentialsProvider']

/** @type {Record<string, string>} */
const VARIABLES = {
  REDIS_URL: 'url',
  REDIS_HOST: 'host',
  REDIS_PORT: 'port',
  REDIS_USERNAME: 'username',
  REDIS_PASSWORD: 'password',
  REDIS_DATABASE: 'database',
  STATE_KEY_PREFIX: 'keyPrefix',
  STATE_TTL: 'ttl',
}
const NUMERIC = new Set(['port', 'database', 'ttl'])

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
  let strategy
  if (fields.socket !== undefined && fields.socket !== null) {
    const socket = fieldsOf(fields.socket, 'socket')
    ignored.push(...dropIgnored(socket, IGNORED_SOCKET_OPTIONS).map((name) => `socket.${name}`))
    strategy = extractStrategy(socket)
    fields.socket = socket
  }
  if (ignored.length > 0 && !isClient(connection)) warn(`options without meaning here: ${ignored.join(', ')}`)
  const { copy, problem } = plainCopy(fields)
  return { options: copy, problem, strategy, credentials, stackTraces }
}

/**
 * @param {unknown} connection
 * @returns {OptionFields}
 */
function connectionOptions(connection) {
  if (connection === undefined) return {}
  if (typeof connection === 'string') return { url: connection }
  if (isUrl(connection)) return { url: connection.href }
  if (isClient(connection)) return clientOptions(connection)
  if (typeof connection === 'object' && connection !== null) return fieldsOfConnection(connection)
  throw invalidOption('connection', `${EXPECTED}, got ${kindOf(connection)}`)
}

/** @param {object} connection */
function fieldsOfConnection(connection) {
  const kind = kindOf(connection)
  if (kind === 'a promise')
    throw invalidOption('connection', `${EXPECTED}, got a promise`, { remedy: 'Await it first.' })
  try {
    return fieldsOf(connection, 'connection')
  } catch (error) {
    if (!(error instanceof RedisStateError) || !error.message.startsWith('connection: expected')) throw error
    throw invalidOption('connection', `${EXPECTED}, got ${describeObject(connection)}`)
  }
}

/**
 * Reads the options of a node-redis client. Some versions set omitted options to null.
 *
 * @param {Client} client
 * @returns {OptionFields}
 */
function clientOptions({ options }) {
  if (!isObject(options)) {
    throw invalidOption(
      'connection',
      'the client has no options that can be read, as of a cluster, a sentinel or a pool',
    )
  }
  const fields = withoutNull(options)
  if (isObject(fields.socket)) fields.socket = withoutNull(fields.socket)
  return Object.fromEntries(CLIENT_OPTIONS.filter((name) => name in fields).map((name) => [name, fields[name]]))
}

/** @param {OptionFields} options */
function withoutNull(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== undefined))
}

/**
 * @param {unknown} connection
 * @returns {connection is Client}
 */
function isClient(connection) {
  return isObject(connection) && 'isOpen' in connection && typeof connection.connect === 'function'
}

/**
 * Whether it is a URL, of any realm.
 *
 * @param {unknown} value
 * @returns {value is URL}
 */
function isUrl(value) {
  return isObject(value) && Object.prototype.toString.call(value) === '[object URL]'
}

/**
 * @param {unknown} value
 * @returns {value is OptionFields}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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

/**
 * @param {Record<string, string | undefined>} env
 * @returns {Options}
 */
function optionsFromEnv(env) {
  if (!isObject(env)) throw invalidConfig(`env: expected an object of variables, got ${kindOf(env)}`)
  const set = Object.entries(VARIABLES).filter(([variable]) => env[variable])
  return Object.fromEntries(set.map(([variable, name]) => [name, parseVariable(variable, name, env[variable] ?? '')]))
}

/**
 * @param {string} variable
 * @param {string} name
 * @param {string} text
 */
function parseVariable(variable, name, text) {
  if (!NUMERIC.has(name)) return text
  if (!/^\d+$/.test(text)) throw invalidConfig(`${variable}: expected a whole number`)
  return Number(text)
}

/**
 * Adds the environment variables to an error, which has the names of options only.
 *
 * @param {unknown} error
 * @param {Record<string, string | undefined>} env
 * @param {import('../error-message.js').CallName} call
 */
function explainEnv(error, env, call) {
  if (!(error instanceof RedisStateError)) return error
  const set = Object.keys(VARIABLES).filter((variable) => env[variable])
  const sources = set.map((variable) => `${VARIABLES[variable]} by ${variable}`).join(', ')
  const { code, message } = ofOuterCall(error, call)
  return makeError(code, `${message} Set by the environment: ${sources}.`, { ...call, cause: error })
}

module.exports = { resolveOptions, optionsFromEnv, explainEnv }
