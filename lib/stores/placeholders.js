// @ts-check
'use strict'

const { randomUUID } = require('node:crypto')
const { shownName } = require('./malformed.js')
const { Missing } = require('./missing.js')

/**
 * @typedef {object} Surroundings where placeholders take their values from
 * @property {Record<string, string | undefined>} env
 * @property {string} [appId]
 */

const VARIABLE = /\{env:([^{}]*)\}/g
/** Those of Dapr too. */
const PLACEHOLDER = /\{(?:env:([^{}]*)|(uuid|podName|namespace|appID))\}/g

/** Dapr keeps the tokens of its own API from components. */
const RESERVED_VARIABLE = /^(APP_API_TOKEN|DAPR_.*)$/

/**
 * Replaces `{env:NAME}`, and the placeholders of Dapr.
 *
 * @param {string} text
 * @param {Surroundings} surroundings
 */
function fill(text, surroundings) {
  return text.replace(PLACEHOLDER, (_, name, word) =>
    name === undefined ? wordValue(word, surroundings) : variable(name, surroundings),
  )
}

/**
 * Replaces `{env:NAME}`.
 *
 * @param {string} text
 * @param {Surroundings} surroundings
 */
function fillVariables(text, surroundings) {
  return text.replace(VARIABLE, (_, name) => variable(name, surroundings))
}

/**
 * Replaces `{env:NAME}` in a url. A value in front of the "@" is part of the login, where a password needs escapes.
 *
 * @param {string} url
 * @param {Surroundings} surroundings
 */
function fillUrl(url, surroundings) {
  return url.replace(VARIABLE, (placeholder, name, offset) => {
    const value = variable(name, surroundings)
    return url.includes('@', offset + placeholder.length) ? encodeURIComponent(value) : value
  })
}

/** Throws if the variable is not set, or empty, as an empty password would be none. @param {string} name @param {Surroundings} surroundings */
function variable(name, { env }) {
  if (RESERVED_VARIABLE.test(name)) throw new Missing(`the environment variable ${name} is reserved for Dapr`)
  const value = env[name]
  // Inherited members, such as toString, are no variables.
  const isText = ['string', 'number'].includes(typeof value) && value !== ''
  if (!isText) throw new Missing(`the environment variable ${shownName(name)} is not set`)
  return String(value)
}

/** @param {string} word @param {Surroundings} surroundings */
function wordValue(word, { env, appId }) {
  if (word === 'uuid') return randomUUID()
  if (word === 'podName') return variable('POD_NAME', { env })
  if (word === 'namespace') return variable('NAMESPACE', { env })
  if (appId !== undefined) return appId
  throw new Missing('{appID} needs the option appId of StateStores.load')
}

module.exports = { fill, fillUrl, fillVariables, variable }
