// @ts-check
'use strict'

const { randomUUID } = require('node:crypto')
const { Missing } = require('./missing.js')

/**
 * @typedef {object} Surroundings where placeholders take their values from
 * @property {Record<string, string | undefined>} env
 * @property {string} [appId]
 */

const PLACEHOLDER = /\{(?:env:([A-Za-z_]\w*)|(uuid|podName|namespace|appID))\}/g

/** Dapr keeps the tokens of its own API from components. */
const RESERVED_VARIABLE = /^(APP_API_TOKEN|DAPR_.*)$/

/**
 * Replaces `{env:NAME}`, and the placeholders of Dapr.
 *
 * @param {string} text
 * @param {Surroundings} surroundings
 * @param {(value: string, rest: string) => string} [encode] converts a value; `rest` is the text behind its placeholder
 */
function fill(text, surroundings, encode = (value) => value) {
  return text.replace(PLACEHOLDER, (placeholder, name, word, offset) => {
    const value = name === undefined ? wordValue(word, surroundings) : variable(name, surroundings)
    return encode(value, text.slice(offset + placeholder.length))
  })
}

/**
 * Fills a url. A value in front of the "@" is part of the login, where a password needs escapes.
 *
 * @param {string} url
 * @param {Surroundings} surroundings
 */
function fillUrl(url, surroundings) {
  return fill(url, surroundings, (value, rest) => (rest.includes('@') ? encodeURIComponent(value) : value))
}

/** Throws if the variable is not set, or empty, as an empty password would be none. @param {string} name @param {Surroundings} surroundings */
function variable(name, { env }) {
  if (RESERVED_VARIABLE.test(name)) throw new Missing(`the environment variable ${name} is reserved for Dapr`)
  const value = env[name]
  if (value === undefined || value === '') throw new Missing(`the environment variable ${name} is not set`)
  return value
}

/** @param {string} word @param {Surroundings} surroundings */
function wordValue(word, { env, appId }) {
  if (word === 'uuid') return randomUUID()
  if (word === 'podName') return variable('POD_NAME', { env })
  if (word === 'namespace') return variable('NAMESPACE', { env })
  if (appId !== undefined) return appId
  throw new Missing('{appID} needs the option appId of StateStores.load')
}

module.exports = { fill, fillUrl, variable }
