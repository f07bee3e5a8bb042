// @ts-check
'use strict'

const { invalidConfig } = require('../errors.js')
const { kindOf } = require('../input/received.js')
const { describeObject, fieldsOf } = require('./configuration.js')

/** @typedef {Record<string, any>} Fields */

const TLS = ['ca', 'rejectUnauthorized', 'servername', 'cert', 'key', 'passphrase']
const APPLICATION = ['tenantId', 'clientId', 'clientSecret']
const CREDENTIALS = 'key, connectionString, credential, or tenantId with clientId and clientSecret'

/**
 * Reads where the account is, and who logs in.
 *
 * @param {Fields} fields
 */
function connectionOf(fields) {
  const { url, key, connectionString, credential, tls, agent } = fields
  const application = applicationOf(fields)
  const given = { key, connectionString, credential, tenantId: application }
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (names.length === 0) throw invalidConfig(`key: is missing: expected ${CREDENTIALS}`)
  if (names.length > 1) throw invalidConfig(`${names[1]}: excludes ${names[0]}`)
  const fromString = connectionString === undefined ? undefined : parsedString(connectionString)
  if (fromString !== undefined && url !== undefined) throw invalidConfig('url: excludes connectionString')
  if (key !== undefined) checkSecret(key, 'key')
  if (credential !== undefined) checkCredential(credential)
  const endpoint = endpointOf(fromString?.url ?? url, fromString ? 'connectionString' : 'url')
  if ((credential ?? application) !== undefined && endpoint.startsWith('http:'))
    throw invalidConfig('url: expected https:, without which no token of a credential is sent')
  return {
    endpoint,
    ...defined({ key: fromString?.key ?? key, credential, application, agent, tls: tlsOf(tls) }),
  }
}

/** @param {Fields} fields */
function applicationOf(fields) {
  const given = APPLICATION.filter((name) => fields[name] !== undefined)
  if (given.length === 0) return undefined
  for (const name of APPLICATION) {
    if (fields[name] === undefined) throw invalidConfig(`${name}: is missing, as ${given[0]} is given`)
    checkSecret(fields[name], name)
  }
  const { tenantId, clientId, clientSecret, authorityHost } = fields
  if (authorityHost !== undefined) checkSecret(authorityHost, 'authorityHost')
  return defined({ tenantId, clientId, clientSecret, authorityHost })
}

/** Its value is never shown. @param {unknown} value @param {string} path */
function checkSecret(value, path) {
  if (typeof value !== 'string') throw invalidConfig(`${path}: expected a text, got ${kindOf(value)}`)
  if (value === '') throw invalidConfig(`${path}: is empty`)
}

/** @param {any} credential */
function checkCredential(credential) {
  if (typeof credential === 'object' && credential !== null && typeof credential.getToken === 'function') return
  throw invalidConfig('credential: expected a TokenCredential, such as one of @azure/identity')
}

/** @param {unknown} value */
function parsedString(value) {
  checkSecret(value, 'connectionString')
  /** @type {Record<string, string>} */
  const parts = {}
  for (const part of String(value).split(';')) {
    const at = part.indexOf('=')
    if (at > 0) parts[part.slice(0, at).trim().toLowerCase()] = part.slice(at + 1).trim()
  }
  const { accountendpoint: url, accountkey: key } = parts
  if (!url || !key)
    throw invalidConfig('connectionString: expected AccountEndpoint=https://…;AccountKey=…; as the portal shows it')
  return { url, key }
}

/** @param {unknown} value @param {string} path */
function endpointOf(value, path) {
  if (value === undefined) throw invalidConfig('url: is missing')
  const text = Object.prototype.toString.call(value) === '[object URL]' ? String(value) : value
  const expected = 'expected the url of an account, such as https://name.documents.azure.com'
  if (typeof text !== 'string') throw invalidConfig(`${path}: ${expected}, got ${kindOf(value)}`)
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw invalidConfig(`${path}: ${expected}`)
  const { origin, username, password, pathname, search, hash } = new URL(text)
  if (username || password) throw invalidConfig(`${path}: contains credentials`, { remedy: 'Use the option key.' })
  if (pathname.length > 1 || search || hash) throw invalidConfig(`${path}: ${expected}: it has a path or parameters`)
  return `${origin}/`
}

/** @param {unknown} tls */
function tlsOf(tls) {
  if (tls === undefined) return undefined
  if (typeof tls !== 'object' || tls === null)
    throw invalidConfig(`tls: expected an object, got ${describeObject(tls)}`)
  const fields = fieldsOf(tls, 'tls')
  const unknown = Object.keys(fields).find((name) => !TLS.includes(name))
  if (unknown !== undefined) throw invalidConfig(`tls.${unknown}: unknown option, expected ${TLS.join(', ')}`)
  return fields
}

/** @template {object} T @param {T} object @returns {T} */
function defined(object) {
  return /** @type {T} */ (Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)))
}

module.exports = { connectionOf }
