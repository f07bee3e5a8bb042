// @ts-check
'use strict'

const { invalidConfig } = require('../errors.js')

/**
 * What the url of a node says: its address, and what all connections have.
 *
 * @typedef {{ host: string, port: number }} Address
 * @typedef {{ username?: string, password?: string, tls?: true }} Login without what the url lacks
 */

const DEFAULT_PORT = 6379
const TLS_SCHEMES = ['rediss:', 'valkeys:']

/**
 * @param {string} text
 * @param {string} path of the option
 * @returns {{ address: Address, login: Login }}
 */
function serverOfUrl(text, path) {
  // The parser's error has the url, and with it the password.
  if (!URL.canParse(text)) throw invalidConfig(`${path}: expected a url such as redis://host:6379`)
  const { protocol, hostname, port, username, password } = new URL(text)
  return {
    address: { host: withoutBrackets(hostname), port: Number(port || DEFAULT_PORT) },
    login: {
      ...(username && { username: decoded(username, path) }),
      ...(password && { password: decoded(password, path) }),
      ...(TLS_SCHEMES.includes(protocol) && { tls: /** @type {const} */ (true) }),
    },
  }
}

/** The address in the host of a url, which has brackets if it is one of IPv6. @param {string} hostname */
function withoutBrackets(hostname) {
  return hostname.replace(/^\[|\]$/g, '')
}

/** @param {string} text @param {string} path */
function decoded(text, path) {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidConfig(`${path}: in a username or password, "%" must be percent-encoded`)
  }
}

module.exports = { serverOfUrl, withoutBrackets }
