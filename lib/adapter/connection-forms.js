// @ts-check
'use strict'

const { describeObject, fieldsOf, invalidOption } = require('./configuration.js')
const { RedisStateError } = require('../errors.js')
const { kindOf } = require('../input/received.js')

/**
 * @typedef {import('../../index.js').NodeRedisClientLike} Client
 * @typedef {Record<string, any>} OptionFields
 */

const EXPECTED = 'expected a url, an object of options or a node-redis client'

/** The options of a node-redis client that say where to connect and how to log in. */
const CLIENT_OPTIONS = ['url', 'username', 'password', 'database', 'name', 'socket', 'credentialsProvider']

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

module.exports = { connectionOptions, isClient, isUrl }
