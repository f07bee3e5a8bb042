// @ts-check
'use strict'

const { RedisStateError, invalidConfig } = require('./errors.js')
const { warn } = require('./warning.js')

/**
 * @typedef {import('../index.js').RedisStateAdapterOptions} Options
 * @typedef {import('../index.js').NodeRedisClientLike} Client
 * @typedef {Record<string, any>} Loose
 */

/** Options of node-redis that mean nothing here, and nothing is lost by that. */
const MEANINGLESS = new Set([
  'RESP',
  'clientInfoTag',
  'clientSideCache',
  'commandOptions',
  'commandsQueueMaxLength',
  'disableClientInfo',
  'disableOfflineQueue',
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
const MEANINGLESS_IN_SOCKET = new Set([
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

/** What of a node-redis client's options says where and as whom to connect. */
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
 * The constructor's forms made one. What the options mean, their defaults included, is the native side's to say.
 *
 * @param {unknown} connection
 * @param {unknown} options
 * @returns {{ options: Loose, strategy: Function | undefined, credentials: Function | undefined }}
 */
function resolveOptions(connection, options) {
  const given = { ...connectionOptions(connection), ...objectOf('options', options) }
  checkWellFormed(given.keyPrefix)
  const ignored = [...dropMeaningless(given, MEANINGLESS)]
  const credentials = takeCredentials(given)
  let strategy
  if (isObject(given.socket)) {
    const socket = { ...given.socket }
    ignored.push(...dropMeaningless(socket, MEANINGLESS_IN_SOCKET).map((name) => `socket.${name}`))
    strategy = takeStrategy(socket)
    given.socket = socket
  }
  if (ignored.length > 0 && !isClient(connection)) warn(`options without meaning here: ${ignored.join(', ')}`)
  return { options: given, strategy, credentials }
}

/** @param {unknown} connection */
function connectionOptions(connection) {
  if (!isClient(connection)) return objectOf('connection', connection)
  const { options } = connection
  if (!isObject(options)) {
    throw invalidConfig('connection: a client that shows no options (a cluster, a sentinel, a pool) cannot be read')
  }
  return Object.fromEntries(CLIENT_OPTIONS.filter((name) => name in options).map((name) => [name, options[name]]))
}

/**
 * @param {unknown} connection
 * @returns {connection is Client}
 */
function isClient(connection) {
  return isObject(connection) && 'isOpen' in connection && typeof connection.connect === 'function'
}

/**
 * @param {string} what
 * @param {unknown} value
 * @returns {Loose}
 */
function objectOf(what, value) {
  if (value === undefined) return {}
  if (!isObject(value)) throw invalidConfig(`${what}: expected an object`)
  return value
}

/**
 * @param {unknown} value
 * @returns {value is Loose}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * In UTF-8 all lone surrogates would become the same character, and two prefixes one.
 *
 * @param {unknown} prefix
 */
function checkWellFormed(prefix) {
  if (typeof prefix === 'string' && !prefix.isWellFormed()) throw invalidConfig('keyPrefix: holds a lone surrogate')
}

/**
 * @param {Loose} options
 * @param {Set<string>} meaningless
 * @returns the names of those that were given
 */
function dropMeaningless(options, meaningless) {
  const found = Object.entries(options).filter(([name]) => meaningless.has(name))
  for (const [name] of found) delete options[name]
  return found.filter(([, value]) => value !== undefined && value !== null).map(([name]) => name)
}

/**
 * The provider of credentials, as a function.
 *
 * @param {Loose} options
 * @returns {Function | undefined}
 */
function takeCredentials(options) {
  const provider = takeCredentialsProvider(options)
  const { credentials = provider } = options
  delete options.credentials
  if (credentials === undefined || credentials === null) return undefined
  if (typeof credentials !== 'function') throw invalidConfig('credentials: expected a function')
  return credentials
}

/**
 * node-redis adds a provider of its own to options that hold credentials; only another one means something.
 *
 * @param {Loose} options
 * @returns {Function | undefined}
 */
function takeCredentialsProvider(options) {
  const { credentialsProvider: provider, username, password } = options
  delete options.credentialsProvider
  if (!provider || username || password) return undefined
  if (provider.type === 'async-credentials-provider' && typeof provider.credentials === 'function') {
    return () => provider.credentials()
  }
  throw new RedisStateError(
    'ERR_UNSUPPORTED',
    'credentialsProvider: only one of type async-credentials-provider can be used',
  )
}

/** @param {Loose} socket */
function takeStrategy(socket) {
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
  const given = Object.entries(VARIABLES).filter(([variable]) => env[variable])
  return Object.fromEntries(given.map(([variable, name]) => [name, parseVariable(variable, name, env[variable] ?? '')]))
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
 * A mistake is named by its option; who wrote a variable has to be told which one that was.
 *
 * @param {unknown} error
 * @param {Record<string, string | undefined>} env
 */
function explainEnv(error, env) {
  if (!(error instanceof RedisStateError)) return error
  const set = Object.keys(VARIABLES).filter((variable) => env[variable])
  const sources = set.map((variable) => `${VARIABLES[variable]} by ${variable}`).join(', ')
  return new RedisStateError(error.code, `${error.message} (set by the environment: ${sources})`, { cause: error })
}

module.exports = { resolveOptions, optionsFromEnv, explainEnv }
