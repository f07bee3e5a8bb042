// @ts-check
'use strict'

const { untitled } = require('../../error-message.js')
const { RedisStateError } = require('../../errors.js')
const { isCode } = require('../metrics/code.js')

/**
 * @typedef {import('../../../index.js').TracingContext} TracingContext
 * @typedef {Record<string, string | number | boolean>} Attributes
 */

/** The value that the conventions have for errors without a name of their own. */
const OTHER = '_OTHER'
/** Codes of errors whose messages are about the connection, without names of entries. */
const WITHOUT_NAMES = new Set([
  'ERR_AUTH',
  'ERR_BACKPRESSURE',
  'ERR_CLOSED',
  'ERR_COMMAND_TIMEOUT',
  'ERR_CONNECTION',
  'ERR_NOT_REPLICATED',
])

/** The attributes of the server. @param {TracingContext} message @returns {Attributes} */
function serverAttributes({ serverAddress, serverPort, database, container }) {
  /** @type {Attributes} */
  const attributes = { 'db.system.name': container === undefined ? 'redis' : 'azure.cosmosdb' }
  if (database !== undefined) attributes['db.namespace'] = String(database)
  if (container !== undefined) attributes['db.collection.name'] = container
  if (serverAddress !== undefined) attributes['server.address'] = serverAddress
  if (serverPort !== undefined) attributes['server.port'] = serverPort
  return attributes
}

/** The name of a span: the operation and its target. @param {string} operation @param {Attributes} attributes */
function spanNameOf(operation, attributes) {
  const target = attributes['db.collection.name'] ?? attributes['db.namespace']
  return target === undefined ? operation : `${operation} ${target}`
}

/** @param {unknown} error @returns {Attributes} */
function errorAttributes(error) {
  if (!(error instanceof RedisStateError)) return { 'error.type': OTHER }
  const { code, reply } = error
  const type = isCode(code) ? code : OTHER
  return isCode(reply) ? { 'error.type': type, 'db.response.status_code': reply } : { 'error.type': type }
}

/**
 * The text of an error, if names of entries may be exported or it has none. One with the reply of a server may have some: a script
 * can reply `NOAUTH` and a key.
 *
 * @param {unknown} error
 * @param {boolean} includeKeys
 */
function statusMessageOf(error, includeKeys) {
  if (!(error instanceof Error)) return undefined
  if (includeKeys) return error.message
  const hasNone = error instanceof RedisStateError && error.reply === undefined && WITHOUT_NAMES.has(error.code)
  return hasNone ? untitled(error) : undefined
}

module.exports = { errorAttributes, serverAttributes, spanNameOf, statusMessageOf }
