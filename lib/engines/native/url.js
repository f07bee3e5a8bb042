// @ts-check
'use strict'

const { URL } = require('node:url')
const { invalidConfig } = require('../../errors.js')
const { withoutBrackets } = require('../../input/server-url.js')
const { databaseOf, parametersOf } = require('./url-parameters.js')

/**
 * The parts of a url, as native code expects them: those of an embedded store, or of a server.
 *
 * @typedef {{ memory: string }} EmbeddedStore `memory`: its name, or an empty string
 * @typedef {import('./url-parameters.js').Parameters & { host?: string, port?: number, path?: string }} Server
 */

/** Used in place of the parser's messages, which may contain the url with its password. */
const FORMS = 'expected redis://[[user]:password@]host[:port][/database], rediss:// for TLS, unix:///path or memory:'

const MEMORY = 'memory:'
const UNIX_SCHEMES = ['unix:', 'redis+unix:', 'valkey+unix:']
const TLS_SCHEMES = ['rediss:', 'valkeys:']
const SCHEMES = ['redis:', 'valkey:', ...TLS_SCHEMES, ...UNIX_SCHEMES]

/** Addresses to listen on, not to connect to. */
const WILDCARDS = ['0.0.0.0', '[::]']

/**
 * Replaces the url by its parts.
 *
 * @param {Record<string, unknown>} options
 * @returns {Record<string, unknown>}
 */
function withUrlParts(options) {
  return options.url === undefined ? options : { ...options, url: partsOf(options.url) }
}

/**
 * @param {unknown} text
 * @returns {EmbeddedStore | Server}
 */
function partsOf(text) {
  if (typeof text !== 'string') throw invalidUrl('expected a string')
  return text.startsWith(MEMORY) ? embeddedStoreOf(text.slice(MEMORY.length)) : serverOf(text)
}

/** @param {string} name @returns {EmbeddedStore} */
function embeddedStoreOf(name) {
  if (/[?#]/.test(name)) {
    throw invalidUrl('memory: has a name and no parameters: give them as options beside url')
  }
  return { memory: name }
}

/** @param {string} text @returns {Server} */
function serverOf(text) {
  const url = parse(text)
  const parameters = parametersOf(url.searchParams)
  const server = UNIX_SCHEMES.includes(url.protocol) ? unixServerOf(url) : tcpServerOf(url)
  checkGivenOnce(server, parameters)
  return { ...server, ...parameters, tls: server.tls || parameters.tls }
}

/** @param {string} text */
function parse(text) {
  // Otherwise a part of an unencoded password would be taken for the host, and shown in messages.
  if (/[?#].*@/s.test(text)) {
    throw invalidUrl('in a username or password, "?", "#", "/" and "@" must be percent-encoded')
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !SCHEMES.includes(url.protocol)) throw invalidUrl(FORMS)
  if (text.includes('#')) throw invalidUrl('what follows "#" has no meaning here')
  return url
}

/** @param {URL} url @returns {Server} */
function unixServerOf({ hostname, pathname }) {
  const isPath = ['', 'localhost'].includes(hostname) && pathname.startsWith('/')
  if (!isPath) throw invalidUrl(FORMS)
  return { path: percentDecoded(pathname) }
}

/** @param {URL} url @returns {Server} */
function tcpServerOf({ protocol, hostname, port, username, password, pathname }) {
  const database = pathname.replace(/^\/+|\/+$/g, '')
  if (hostname === '' || WILDCARDS.includes(hostname) || !/^[+-]?\d*$/.test(database)) throw invalidUrl(FORMS)
  const login = { username: percentDecoded(username), password: percentDecoded(password) }
  if (database !== '' && databaseOf(database) === undefined) {
    throw invalidUrl('expected a database number of 0 or more')
  }
  // The parser has checked addresses in brackets.
  if (!/^(\[.*\]|[\w.-]+)$/.test(hostname)) {
    throw invalidUrl('names no host that can be: expected letters, digits, ".", "-" and "_"')
  }
  if (port !== '' && Number(port) === 0) throw invalidUrl('expected a port from 1 to 65535')
  return {
    host: withoutBrackets(hostname),
    port: port === '' ? undefined : Number(port),
    ...login,
    database: databaseOf(database),
    tls: TLS_SCHEMES.includes(protocol),
  }
}

/**
 * Decodes what is percent-encoded, and keeps other percent signs, as passwords often have them.
 *
 * @param {string} text
 * @returns the decoded text; `undefined` if there is none
 */
function percentDecoded(text) {
  try {
    return text.replace(/(?:%[\da-f]{2})+/gi, (encoded) => decodeURIComponent(encoded)) || undefined
  } catch {
    throw invalidUrl(FORMS)
  }
}

/**
 * @param {Server} server
 * @param {import('./url-parameters.js').Parameters} parameters
 */
function checkGivenOnce(server, parameters) {
  for (const name of /** @type {const} */ (['database', 'username', 'password'])) {
    if (server[name] !== undefined && parameters[name] !== undefined) throw invalidUrl(`the ${name} is given twice`)
  }
  if (server.tls && parameters.tls === false) {
    throw invalidUrl('enables TLS by its scheme and disables it by a parameter')
  }
}

/** @param {string} what */
function invalidUrl(what) {
  return invalidConfig(`url: ${what}`)
}

module.exports = { withUrlParts }
