// @ts-check
'use strict'

const { RedisStateError, inCall, invalidConfig, makeError, ofOuterCall } = require('../errors.js')
const { kindOf } = require('../input/received.js')

/** @typedef {import('../../index.js').RedisStateAdapterOptions} Options */

const FROM_ENV = { operation: 'RedisStateAdapter.fromEnv' }

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
/** What texts of options are that are no texts. @type {Record<string, [RegExp, string]>} */
const NUMERIC = {
  port: [/^\d+$/, 'a whole number'],
  database: [/^\d+$/, 'a whole number'],
  ttl: [/^[\d.]+(ms|[smhd])$|^\d+$/, "whole seconds, or a duration with its unit such as '1500ms'"],
}

/**
 * Opens an adapter with the options of the environment, whose variables its errors name.
 *
 * @template T
 * @param {Record<string, string | undefined>} env
 * @param {(options: Options) => T} open
 * @returns {T}
 */
function openedFromEnv(env, open) {
  const options = inCall(FROM_ENV, () => optionsFromEnv(env))
  try {
    return open(options)
  } catch (error) {
    throw explained(error, env)
  }
}

/**
 * @param {Record<string, string | undefined>} env
 * @returns {Options}
 */
function optionsFromEnv(env) {
  if (typeof env !== 'object' || env === null || Array.isArray(env))
    throw invalidConfig(`env: expected an object of variables, got ${kindOf(env)}`)
  const set = Object.entries(VARIABLES).filter(([variable]) => env[variable])
  return Object.fromEntries(set.map(([variable, name]) => [name, parseVariable(variable, name, env[variable] ?? '')]))
}

/**
 * @param {string} variable
 * @param {string} name
 * @param {string} text
 */
function parseVariable(variable, name, text) {
  if (!Object.hasOwn(NUMERIC, name)) return text
  const [pattern, expected] = NUMERIC[name]
  if (!pattern.test(text)) throw invalidConfig(`${variable}: expected ${expected}`)
  return /^\d+$/.test(text) ? Number(text) : text
}

/**
 * Adds the environment variables to an error, which has the names of options only.
 *
 * @param {unknown} error
 * @param {Record<string, string | undefined>} env
 */
function explained(error, env) {
  if (!(error instanceof RedisStateError)) return error
  const set = Object.keys(VARIABLES).filter((variable) => env[variable])
  const sources = set.map((variable) => `${VARIABLES[variable]} by ${variable}`).join(', ')
  const { code, message } = ofOuterCall(error, FROM_ENV)
  return makeError(code, `${message} Set by the environment: ${sources}.`, { ...FROM_ENV, cause: error })
}

module.exports = { openedFromEnv, optionsFromEnv }
