// @ts-check
'use strict'

const { RedisStateError, invalidConfig, makeError, ofOuterCall } = require('../errors.js')
const { kindOf } = require('../input/received.js')

/** @typedef {import('../../index.js').RedisStateAdapterOptions} Options */

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
 * @param {import('../error-message.js').CallName} call
 */
function explainEnv(error, env, call) {
  if (!(error instanceof RedisStateError)) return error
  const set = Object.keys(VARIABLES).filter((variable) => env[variable])
  const sources = set.map((variable) => `${VARIABLES[variable]} by ${variable}`).join(', ')
  const { code, message } = ofOuterCall(error, call)
  return makeError(code, `${message} Set by the environment: ${sources}.`, { ...call, cause: error })
}

module.exports = { explainEnv, optionsFromEnv }
