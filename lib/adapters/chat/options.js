// @ts-check
'use strict'

const { invalidConfig } = require('../../errors.js')
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

module.exports = { readOptions }
