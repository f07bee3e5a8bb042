// @ts-check
'use strict'

const { captureSite, locate } = require('../../call-site.js')
const { RedisStateError, invalidConfig, makeError, ofCall, ofOuterCall } = require('../../errors.js')
const { kindOf, received } = require('../../input/received.js')

/**
 * @typedef {import('../open-state.js').OpenedState} OpenedState
 *
 * @typedef {object} Logger the methods of a logger of Chat SDK that are used
 * @property {(message: string, details: object) => void} error
 *
 * @typedef {object} Options
 * @property {any} connection what `openState` takes
 * @property {string} keyPrefix
 * @property {Logger | undefined} logger
 */

const KEY_PREFIX = 'chat-sdk'
/** The options of `RedisStateAdapter` that say where the server is. */
const PLACES = ['url', 'host', 'port', 'socket', 'sentinel', 'cluster']

/** @param {unknown} given @returns {Options} */
function readOptions(given = {}) {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalidConfig(`options: expected an object, got ${kindOf(given)}`)
  const { client, keyPrefix, logger, ...options } = /** @type {Record<string, any>} */ (given)
  // As there, an empty prefix is the default too.
  const prefix = keyPrefix || KEY_PREFIX
  if (typeof prefix !== 'string') throw invalidConfig(`keyPrefix: expected a string, got ${received(prefix)}`)
  if (logger !== undefined && typeof logger?.error !== 'function')
    throw invalidConfig(`logger: expected an object with the method error, got ${kindOf(logger)}`)
  return { connection: connectionOf(client, options), keyPrefix: prefix, logger }
}

/** @param {unknown} client @param {Record<string, unknown>} options */
function connectionOf(client, options) {
  const names = Object.keys(options).filter((name) => options[name] !== undefined)
  if (client !== undefined) {
    if (names.length === 0) return client
    throw invalidConfig(`${names[0]}: not possible with client, which has options of its own`)
  }
  if (names.some((name) => PLACES.includes(name))) return options
  const url = process.env.REDIS_URL
  if (url) return { ...options, url }
  throw invalidConfig('url: missing', { remedy: 'Set it, or the environment variable REDIS_URL.' })
}

/**
 * Runs a part of the constructor, and completes the errors that it throws, also those of the constructor of the state.
 *
 * @template T
 * @param {Function} Class
 * @param {() => T} run
 * @returns {T}
 */
function constructing(Class, run) {
  const call = { operation: `new ${Class.name}` }
  try {
    return run()
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    throw locate(error.operation === undefined ? ofCall(error, call) : ofClient(error, call), captureSite(Class))
  }
}

/** An error of the state, whose first argument is `client` here. @param {InstanceType<typeof RedisStateError>} error @param {{ operation: string }} call */
function ofClient(error, call) {
  const { code, message, cause, ...details } = ofOuterCall(error, call)
  const text = message.replace(`${call.operation}: connection: `, `${call.operation}: client: `)
  return makeError(code, text, { ...details, cause })
}

module.exports = { constructing, readOptions }
